"""The reading model: one encoder over a question or claim and a text, with three heads.

Which words answer and whether any do (``starts`` and ``stops`` over tokens; place 0 stands for no
answer), whether the text is one that answers (``relevance``), and whether it supports the claim
(``support``, in the order of packed.SUPPORT). Knows nothing of training.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

__all__ = ["ReadingNetwork", "Readings", "from_encoder"]

_FAR_BELOW = -1e4
_DROPPED = 26  # of 256


class Readings(NamedTuple):
    """Logits: of shapes (rows, tokens) twice, (rows,), and (rows, 3)."""

    starts: Tensor
    stops: Tensor
    relevance: Tensor
    support: Tensor


class ReadingNetwork(nn.Module):
    """Token ids of shape (rows, tokens), padded with 0, to logits."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.body = BertModel(config, add_pooling_layer=False)
        size = config.hidden_size
        self.span = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.Linear(size, 2))
        # Of what stands first and the mean of all: the encoder was made to be read by its mean.
        self.no_answer = _head(2 * size, size, 2)
        self.relevance = _head(2 * size, size, 1)
        self.support = _head(2 * size, size, 3)

    def forward(self, tokens: Tensor, segments: Tensor, answerable: Tensor) -> Readings:
        """``segments``: 0 of the first, 1 of the second. ``answerable``: 1 at the text's tokens."""
        mask = (tokens != 0).long()
        hidden = self.body(
            input_ids=tokens, token_type_ids=segments, attention_mask=mask
        ).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        whole = torch.cat([hidden[:, 0], mean], dim=-1)
        places = self.span(hidden) + (1 - answerable.unsqueeze(-1).to(hidden.dtype)) * _FAR_BELOW
        # Place 0 is the first token's, which is no word of the text.
        places = torch.cat([self.no_answer(whole).unsqueeze(1), places[:, 1:]], dim=1)
        return Readings(
            places[..., 0],
            places[..., 1],
            self.relevance(whole).squeeze(-1),
            self.support(whole),
        )


class _CheapDropout(nn.Module):
    """Dropout of a tenth by random bytes: on a CPU, PyTorch's own takes a tenth of the training."""

    def __init__(self) -> None:
        super().__init__()
        self._chance = np.random.default_rng(0)

    def forward(self, values: Tensor) -> Tensor:
        if not self.training:
            return values
        drawn = np.frombuffer(self._chance.bytes(values.numel()), dtype=np.uint8)
        kept = torch.from_numpy(drawn >= _DROPPED).view(values.shape).to(values.dtype)
        return values * (kept * (256 / (256 - _DROPPED)))


def from_encoder(directory: Path, *, on_gpu: bool = False) -> ReadingNetwork:
    """A network whose body has the weights of the encoder in ``directory``; its heads are new."""
    config = BertConfig.from_pretrained(directory)
    config.hidden_dropout_prob = _DROPPED / 256
    config.attention_probs_dropout_prob = 0.0
    # On a CPU the backward pass of PyTorch's own attention takes as long as all else.
    config._attn_implementation = "sdpa" if on_gpu else "eager"
    network = ReadingNetwork(config)
    loaded = BertModel.from_pretrained(directory, add_pooling_layer=False)
    network.body.load_state_dict(loaded.state_dict())
    if not on_gpu:
        for module in list(network.body.modules()):
            if isinstance(getattr(module, "dropout", None), nn.Dropout) and module.dropout.p:
                module.dropout = _CheapDropout()
    return network


def _head(given: int, inner: int, values: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(given, inner), nn.Tanh(), nn.Linear(inner, values))
