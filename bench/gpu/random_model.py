"""A language model of real shape with random weights, made on the spot, that answers in batches.

Its words mean nothing, so it is made to say those of the sources it is given, a token each: every
step is computed as for a model's own choice, and what it says can be checked like a model's. New
prompts join those that are being answered at the next token. Knows nothing of HTTP.
"""

import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import AutoTokenizer, DynamicCache, LlamaConfig, LlamaForCausalLM

__all__ = ["SHAPES", "Job", "RandomModel"]

# Of Llama 3: hidden size, layers, heads, heads of keys, size between, vocabulary.
SHAPES = {
    "tiny": (128, 2, 4, 2, 256, 30_522),
    "1b": (2_048, 16, 32, 8, 8_192, 128_256),
    "8b": (4_096, 32, 32, 8, 14_336, 128_256),
}
_CONTEXT = 32_768
_SOURCE = re.compile(r"^\[\d+\] [^\n]*?: ", re.MULTILINE)
_WORD = re.compile(r"\s*(?:[^\W\d_]+|\d+|[^\w\s])")


@dataclass
class Job:
    """A prompt, what is to be said, and who is told each word (None: the end)."""

    prompt: list[int]
    words: list[str]
    say: Callable[[str | None], None]
    said: int = 0


@dataclass
class _Running:
    """Jobs in one batch: their cache, the mask of its tokens, and the last token of each."""

    jobs: list[Job] = field(default_factory=list)
    cache: DynamicCache | None = None
    mask: Tensor | None = None
    last: Tensor | None = None


class RandomModel:
    """One thread that computes; ``steps``: of each step its jobs and its seconds."""

    def __init__(self, shape: str, device: str, tokenizer: str, slots: int) -> None:
        """Make the weights, and wait for jobs."""
        hidden, layers, heads, key_heads, between, vocabulary = SHAPES[shape]
        config = LlamaConfig(
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=key_heads,
            intermediate_size=between,
            vocab_size=vocabulary,
            max_position_embeddings=_CONTEXT,
        )
        torch.set_default_dtype(torch.bfloat16 if device == "cuda" else torch.float32)
        with torch.device(device):
            self._model: Any = LlamaForCausalLM(config).eval()
        self._tokenizer = AutoTokenizer.from_pretrained(
            tokenizer, local_files_only=True, model_max_length=_CONTEXT
        )
        self._device, self._slots = device, slots
        self._waiting: queue.Queue[Job] = queue.Queue()
        self.steps: list[tuple[int, float]] = []
        threading.Thread(target=self._run, daemon=True).start()

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def ask(self, prompt: str, most_words: int, say: Callable[[str | None], None]) -> None:
        """Have the words of the prompt's sources said, one a token."""
        sources = " ".join(_SOURCE.sub("", prompt.rpartition("\n\n")[0]).split())
        words = _WORD.findall(sources)[:most_words] or ["Nothing."]
        ids = self._tokenizer.encode(prompt, add_special_tokens=False)[-_CONTEXT // 2 :]
        self._waiting.put(Job(ids or [1], words, say))

    def _run(self) -> None:
        running = _Running()
        while True:
            new = [] if running.jobs else [self._waiting.get()]
            while len(running.jobs) + len(new) < self._slots and not self._waiting.empty():
                new.append(self._waiting.get())
            with torch.inference_mode():
                if new:
                    self._join(running, new)
                began = time.perf_counter()
                self._step(running)
                self.steps.append((len(running.jobs), time.perf_counter() - began))
                self._leave(running)

    def _join(self, running: _Running, jobs: list[Job]) -> None:
        """Read new prompts, and put them beside those that are being answered."""
        longest = max(len(job.prompt) for job in jobs)
        rows = [[0] * (longest - len(job.prompt)) + job.prompt for job in jobs]
        marks = [[0] * (longest - len(job.prompt)) + [1] * len(job.prompt) for job in jobs]
        tokens = torch.tensor(rows, device=self._device)
        mask = torch.tensor(marks, device=self._device)
        cache = DynamicCache()
        last = self._next(tokens, mask, cache)
        if running.cache is None or running.mask is None or running.last is None:
            running.jobs, running.cache, running.mask, running.last = jobs, cache, mask, last
            return
        length = max(mask.shape[1], running.mask.shape[1])
        for own, other in zip(running.cache.layers, cache.layers, strict=True):
            own.keys = torch.cat([_longer(own.keys, length), _longer(other.keys, length)])
            own.values = torch.cat([_longer(own.values, length), _longer(other.values, length)])
        both = [running.mask[..., None, :, None], mask[..., None, :, None]]
        running.mask = torch.cat([_longer(one, length) for one in both])[:, 0, :, 0]
        running.last = torch.cat([running.last, last])
        running.jobs += jobs

    def _step(self, running: _Running) -> None:
        """The next token of every job."""
        if running.cache is None or running.mask is None or running.last is None:
            return
        running.mask = torch.cat([running.mask, torch.ones_like(running.mask[:, :1])], dim=1)
        running.last = self._next(running.last[:, None], running.mask, running.cache)
        running.last.sum().item()  # waits for the device
        for job in running.jobs:
            job.say(job.words[job.said])
            job.said += 1

    def _next(self, tokens: Tensor, mask: Tensor, cache: DynamicCache) -> Tensor:
        """The likeliest token of each row, by the whole vocabulary."""
        places = (mask.cumsum(-1) - 1).clamp(min=0)[:, -tokens.shape[1] :]
        out = self._model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        chosen: Tensor = out.logits[:, -1].argmax(-1)
        return chosen

    def _leave(self, running: _Running) -> None:
        """Let those go that have said all."""
        rest = [at for at, job in enumerate(running.jobs) if job.said < len(job.words)]
        if len(rest) == len(running.jobs) or running.cache is None or running.mask is None:
            return
        for job in running.jobs:
            if job.said == len(job.words):
                job.say(None)
        if not rest:
            running.jobs, running.cache, running.mask, running.last = [], None, None, None
            return
        kept = torch.tensor(rest, device=self._device)
        running.cache.batch_select_indices(kept)
        running.mask = running.mask[kept]
        running.last = None if running.last is None else running.last[kept]
        running.jobs = [running.jobs[at] for at in rest]


def _longer(states: Tensor, length: int) -> Tensor:
    """States of shape (batch, heads, tokens, size) with so many tokens, the new ones in front."""
    missing = length - states.shape[2]
    return torch.nn.functional.pad(states, (0, 0, missing, 0)) if missing else states
