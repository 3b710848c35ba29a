"""Examples in a second that a network of the reading model's shape is trained on."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import nn
from transformers import AutoModel

__all__ = ["training_rows"]

_TOKENS = 192
_WAYS = {
    "cpu": ((32, None),),
    "cuda": ((32, None), (32, torch.bfloat16), (128, torch.bfloat16), (512, torch.bfloat16)),
}


class _Network(nn.Module):
    """An encoder with three heads: where an answer stands, whether there is one, and support."""

    def __init__(self, directory: str) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(directory, local_files_only=True)
        width = self.body.config.hidden_size
        self.places, self.answers, self.supports = (nn.Linear(width, count) for count in (2, 1, 3))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=tokens, attention_mask=torch.ones_like(tokens))
        last = states.last_hidden_state
        heads = [self.places(last).mean(), self.answers(last[:, 0]), self.supports(last[:, 0])]
        return torch.stack([head.float().square().mean() for head in heads]).sum()


def training_rows(directory: str, devices: Sequence[str], most_s: float) -> list[dict[str, Any]]:
    """One row for each device, precision and batch; forward, backward and a step of AdamW."""
    rows = []
    for device in devices:
        for batch, precision in _WAYS[device]:
            network = _Network(directory).to(device)
            optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5)
            tokens = torch.randint(1_000, 30_000, (batch, _TOKENS), device=device)
            _step(network, optimizer, tokens, precision)
            began, steps = time.perf_counter(), 0
            while steps == 0 or time.perf_counter() - began < most_s:
                _step(network, optimizer, tokens, precision)
                steps += 1
            rows.append(
                {
                    "device": device,
                    "precision": "float32" if precision is None else "bfloat16",
                    "batch": batch,
                    "examples_per_s": batch * steps / (time.perf_counter() - began),
                }
            )
    return rows


def _step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    tokens: torch.Tensor,
    precision: torch.dtype | None,
) -> None:
    mixed = nullcontext() if precision is None else torch.autocast(tokens.device.type, precision)
    with mixed:
        loss = network(tokens)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    loss.detach().item()  # waits for the device
