"""Trains the reading model on what bench.reading.prepare has written; goes on where it was stopped.

Writes ``checkpoint.pt`` (network, optimizer, place) and ``network.pt`` (half precision) beside the
data, and what it sees of loss and of the tuning set to ``train.jsonl``. On a GPU, if there is one.
Corpus: bench.reading.prepare.
Command: python -m bench.reading.train [--run DIR] [--encoder DIR] [--start network.pt] [--rate X]
[--passes N] [--minutes N]
"""

import argparse
import json
import math
import time
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bench.reading import RUN
from bench.reading.network import ReadingNetwork, Readings, from_encoder
from bench.reading.packed import NOTHING, Packed, read_packed

# How often an example of a kind is seen in a pass: fewer of what can be made without limit.
_SEEN = {
    "squad": 2.5,
    "squad, no answer": 3.5,
    "squad altered": 0.6,
    "squad neighbour": 0.8,
    "open": 0.7,
    "open, no answer": 0.5,
    "cloze": 0.7,
    "qa": 1.0,
    "open qa": 0.5,
    "sentence": 0.5,
    "fever": 1.5,
}
# Made of a wiki's sentences: seen in the first part of a pass.
_MADE = ("cloze", "sentence")
_EARLY = 0.6
_BATCH, _POOL = 32, 24
_BODY_RATE, _HEAD_RATE, _DECAY = 2e-4, 6e-4, 0.01
_WARM_UP, _LEAST = 0.05, 0.02
_SPAN, _RELEVANCE, _SUPPORT, _APART = 1.0, 0.4, 1.0, 1.5
_KEEP_EVERY, _TELL_EVERY, _TUNE_EVERY, _TUNED = 200, 50, 400, 480


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of examples, padded to the longest."""

    tokens: Tensor
    segments: Tensor
    answerable: Tensor
    starts: Tensor
    stops: Tensor
    relevant: Tensor
    support: Tensor
    groups: Tensor


def main() -> None:
    """Train until all passes are done, or the minutes are over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=RUN)
    parser.add_argument("--encoder", type=Path, help="all-MiniLM-L6-v2; the packaged one if unset")
    parser.add_argument("--start", type=Path, help="weights to begin with, as training keeps them")
    parser.add_argument("--rate", type=float, default=1.0, help="times the usual rates")
    parser.add_argument("--passes", type=int, default=1, help="over all examples")
    parser.add_argument("--minutes", type=float, help="in all; the rate falls so as to end then")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train, tune = (read_packed(options.run / f"{name}.npz") for name in ("train", "tune"))
    torch.manual_seed(0)
    network = from_encoder(options.encoder or _packaged(), on_gpu=device != "cpu").to(device)
    if options.start:
        state = torch.load(options.start, map_location=device, weights_only=True)
        network.load_state_dict(state)
    training = _Training(
        network, train, tune, options.run, device, options.rate, options.passes, options.minutes
    )
    training.resume()
    training.run()


class _Training:
    """Where a run stands, and all it needs to go on."""

    def __init__(
        self,
        network: ReadingNetwork,
        train: Packed,
        tune: Packed,
        run: Path,
        device: str,
        rate: float,
        passes: int,
        minutes: float | None,
    ) -> None:
        self.network, self.train, self.tune = network, train, tune
        self.directory, self.device, self.minutes = run, device, minutes
        # The embedding tables are most of the parameters, and know their words already.
        network.body.embeddings.requires_grad_(False)
        body = [p for p in network.body.parameters() if p.requires_grad]
        heads = [p for name, p in network.named_parameters() if not name.startswith("body.")]
        self.optimizer = torch.optim.AdamW(
            [{"params": body, "lr": _BODY_RATE}, {"params": heads, "lr": _HEAD_RATE}],
            weight_decay=_DECAY,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.rates = [rate * _BODY_RATE, rate * _HEAD_RATE]
        self.batches = batches(train, passes)
        self.step, self.seconds = 0, 0.0

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        path = self.directory / "checkpoint.pt"
        if path.exists():
            kept = torch.load(path, map_location=self.device, weights_only=True)
            self.network.load_state_dict(kept["network"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step, self.seconds = kept["step"], kept["seconds"]

    def run(self) -> None:
        """All steps that are left."""
        seen: dict[str, list[float]] = defaultdict(list)
        while self.step < len(self.batches) and self._progress() < 1:
            began = time.monotonic()
            self._learn(seen)
            self.step += 1
            self.seconds += time.monotonic() - began
            if self.step % _TELL_EVERY == 0:
                self._tell({name: round(float(np.mean(rows)), 4) for name, rows in seen.items()})
                seen.clear()
            if self.step % _KEEP_EVERY == 0:
                self._keep()
            if self.step % _TUNE_EVERY == 0:
                began = time.monotonic()
                self._tell({"tuning": judged(self.network, self.tune, self.device, _TUNED)})
                self.seconds += time.monotonic() - began
        self._keep()
        self._tell({"tuning": judged(self.network, self.tune, self.device, None)})

    def _progress(self) -> float:
        done = self.step / len(self.batches)
        return max(done, self.seconds / 60 / self.minutes) if self.minutes else done

    def _learn(self, seen: dict[str, list[float]]) -> None:
        progress = self._progress()
        share = min(1.0, progress / _WARM_UP) * max(_LEAST, 1 - progress)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * max(share, _LEAST)
        self.network.train()
        batch = _batch(self.train, self.batches[self.step], self.device)
        with _half(self.device):
            readings = self.network(batch.tokens, batch.segments, batch.answerable)
        losses = _losses(readings, batch)
        for name, loss in losses.items():
            seen[name].append(float(loss.detach()))
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def _keep(self) -> None:
        state = self.network.state_dict()
        kept = {
            "network": state,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        path = self.directory / "checkpoint.pt"
        torch.save(kept, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)
        halves = {
            name: value.half() if value.is_floating_point() else value
            for name, value in state.items()
        }
        path = self.directory / "network.pt"
        torch.save(halves, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def _tell(self, figures: dict[str, Any]) -> None:
        row = {"step": self.step, "of": len(self.batches), "minutes": round(self.seconds / 60, 1)}
        line = json.dumps(row | {"progress": round(self._progress(), 3)} | figures)
        with (self.directory / "train.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        print(line, flush=True)


def _losses(readings: Readings, batch: Batch) -> dict[str, Tensor]:
    """By head, over all rows of the batch: a head learns the more, the more rows are for it."""
    rows = len(batch.tokens)
    starts, stops = readings.starts.float(), readings.stops.float()
    ignored = {"ignore_index": NOTHING, "reduction": "sum"}
    span = functional.cross_entropy(starts, batch.starts, **ignored) / 2
    span = span + functional.cross_entropy(stops, batch.stops, **ignored) / 2
    known = batch.relevant != NOTHING
    relevance = functional.binary_cross_entropy_with_logits(
        readings.relevance.float()[known], batch.relevant[known].float(), reduction="sum"
    )
    support = functional.cross_entropy(
        readings.support.float(),
        batch.support,
        **ignored,
    )
    return {
        "span": span / rows * _SPAN,
        "relevance": relevance / rows * _RELEVANCE,
        "support": support / rows * _SUPPORT,
        "apart": apart(readings, batch) / rows * _APART,
    }


def apart(readings: Readings, batch: Batch) -> Tensor:
    """How surely the right one of each group is told: a softmax over what its head says of all."""
    support = readings.support.float()
    scores = torch.where(
        batch.support == NOTHING,
        readings.relevance.float(),
        support[:, 0] - support[:, 1:].logsumexp(-1),
    )
    right = (batch.support == 0) | ((batch.support == NOTHING) & (batch.relevant == 1))
    loss = scores.new_zeros(())
    for group in batch.groups.unique().tolist():
        held = batch.groups == group
        if group != NOTHING and right[held].sum() == 1:
            loss = loss + scores[held].logsumexp(0) - scores[held & right].sum()
    return loss


def batches(packed: Packed, passes: int) -> list[NDArray[np.int64]]:
    """Rows of every batch, in their order: of about one length, made examples mostly early."""
    chance = np.random.default_rng(0)
    units = [unit for _ in range(passes) for unit in _pass(packed, chance)]
    lengths = packed.lengths()
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(units), _BATCH * _POOL):
        pool = units[start : start + _BATCH * _POOL]
        pool.sort(key=lambda unit: int(lengths[unit].max()))
        rows = np.cumsum([len(unit) for unit in pool])
        # A group is in one batch, which may be larger by it.
        of = (rows - 1) * max(1, round(rows[-1] / _BATCH)) // rows[-1]
        found = [
            np.concatenate([pool[place] for place in np.flatnonzero(of == batch)])
            for batch in range(of[-1] + 1)
        ]
        chance.shuffle(found)
        batches += found
    return batches


def _pass(packed: Packed, chance: np.random.Generator) -> list[NDArray[np.int64]]:
    """Examples and groups of them in a random order, each as often as its kind is seen."""
    alone = packed.groups == NOTHING
    begins = np.flatnonzero(alone | (np.diff(packed.groups, prepend=NOTHING) != 0))
    names = packed.kind_names[packed.kinds[begins]]
    often = np.array([_SEEN[str(name)] for name in names])
    copies = np.floor(often + chance.random(len(names))).astype(np.int64)
    units = np.repeat(np.arange(len(begins)), copies)
    limit = np.where(np.isin(names[units], _MADE), _EARLY, 1.0)
    ends = np.append(begins[1:], len(packed))
    order = units[np.argsort(chance.random(len(units)) * limit)]
    return [np.arange(begins[unit], ends[unit]) for unit in order]


def _batch(packed: Packed, rows: NDArray[np.int64], device: str) -> Batch:
    """``rows`` padded to the longest of them."""
    lengths = packed.lengths()[rows]
    width = int(lengths.max())
    tokens = np.zeros((len(rows), width), dtype=np.int64)
    for place, row in enumerate(rows):
        tokens[place, : lengths[place]] = packed.row(row)
    columns = np.arange(width)
    segments = columns >= packed.seconds[rows, None]
    segments &= columns < lengths[:, None]
    answerable = (columns >= packed.texts[rows, None]) & (columns < lengths[:, None] - 1)

    def on_device(array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array.astype(np.int64)).to(device)

    return Batch(
        on_device(tokens),
        on_device(segments),
        on_device(answerable),
        *(
            on_device(column[rows])
            for column in (
                packed.starts,
                packed.stops,
                packed.relevant,
                packed.support,
                packed.groups,
            )
        ),
    )


def _half(device: str) -> AbstractContextManager[Any]:
    return torch.autocast(device, dtype=torch.bfloat16)


@torch.no_grad()
def judged(
    network: ReadingNetwork, tune: Packed, device: str, most: int | None
) -> dict[str, float]:
    """On tokens, of so many examples: spans right, area for answers, and claims told apart."""
    network.eval()
    rows = np.random.default_rng(1).permutation(len(tune))[:most]
    rows = rows[np.argsort(tune.lengths()[rows])]
    right, shared, gold, has, margin, told = [], [], [], [], [], []
    for at in range(0, len(rows), _BATCH):
        part = rows[at : at + _BATCH]
        batch = _batch(tune, part, device)
        with _half(device):
            readings = network(batch.tokens, batch.segments, batch.answerable)
        for place, row in enumerate(part):
            if tune.support[row] != NOTHING:
                supported = readings.support[place].float().softmax(-1)[0]
                told.append((tune.support[row] == 0, float(supported)))
            if tune.starts[row] == NOTHING:
                continue
            start, stop, ahead = best_span(
                readings.starts[place].float().cpu().numpy(),
                readings.stops[place].float().cpu().numpy(),
            )
            has.append(tune.starts[row] > 0)
            margin.append(ahead)
            if tune.starts[row] > 0:
                a, b = int(tune.starts[row]), int(tune.stops[row])
                right.append((start, stop) == (a, b))
                shared.append(2 * max(0, min(b, stop) - max(a, start) + 1))
                gold.append(b - a + 1 + stop - start + 1)
    f1 = [s / g for s, g in zip(shared, gold, strict=True)]
    return {
        "exact": round(float(np.mean(right)), 4),
        "token f1": round(float(np.mean(f1)), 4),
        "answer area": round(area(has, margin), 4),
        "support area": round(area([a for a, _ in told], [b for _, b in told]), 4),
        "questions": len(has),
        "claims": len(told),
    }


def best_span(
    starts: NDArray[np.float32], stops: NDArray[np.float32], longest: int = 24
) -> tuple[int, int, float]:
    """First and last token of the likeliest answer, and how far it is ahead of there being none."""
    sums = starts[:, None] + stops[None, :]
    within = np.tril(np.triu(np.ones_like(sums, dtype=bool)), longest - 1)
    within[0] = False
    sums = np.where(within, sums, -math.inf)
    start, stop = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(start), int(stop), float(sums[start, stop] - starts[0] - stops[0])


def area(positive: list[Any], scores: list[float]) -> float:
    """How often a positive scores above a negative; ties count half."""
    wanted = np.array(positive, dtype=bool)
    values = np.array(scores)
    above, below = values[wanted], values[~wanted]
    if not len(above) or not len(below):
        return math.nan
    ahead = (above[:, None] > below).mean() + (above[:, None] == below).mean() / 2
    return float(ahead)


def _packaged() -> Path:
    from pinakes.index.encoders.sentence_model import find_encoder

    return find_encoder("all-MiniLM-L6-v2").directory


if __name__ == "__main__":
    main()
