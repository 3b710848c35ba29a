"""The reading model beside the rules and linear models, on what it was not trained on.

Says of each use of a head whether it is earned. Measures: exact match and F1 (SQuAD's own) of the
words that answer and the area under the curve for questions without an answer, on SQuAD's judged
articles, given the paragraph and among what is found; refusal of questions without an answer, by
the linear features, by the network and by both; the right page first (hit@1, MRR@10) and an
answer's words among the first 1, 5 and 10 passages, as found and ranked anew; twins of claims, and
FEVER's. Weights that join both are fitted on ``tune``.
Corpus: what bench.reading.found has kept, claim_twins.jsonl; the network that bench.reading.export
has written.
Command: python -m bench.reading.judge [--run DIR] [--collection DIR] [--most N] [--only PART]
"""

import argparse
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.quality.claim_twins import passage_of, read_twins
from bench.quality.fitting import FREE, Candidates, listwise_fit, logistic_fit, probabilities
from bench.quality.short_answers import f1_of, plain
from bench.reading import RUN, claims
from bench.reading.examples import cut
from bench.reading.questions import answer_places
from bench.record import record, recorded
from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.onnx_model import open_graph, open_tokenizer
from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.service.evaluation.refusals import error_curve, largest_threshold, share_below
from pinakes.service.reading.span_reader import best_spans
from pinakes.service.reading.words import words_of

_CORPUS = (
    "SQuAD 2.0, wiki and open questions, claim_twins.jsonl and FEVER, as bench.reading.split says"
)
_JOINT = " [SEP] "
_WINDOWS = 8
_L2 = 0.005
_OUTPUTS = ("start_logits", "end_logits", "relevance", "support")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What the network says of a question and a window: its best words, and how sure it is.

    ``margin``: how far the words are ahead of no answer, in the scale of the network's logits.
    ``sentences``: those that hold its likeliest words, each with its margin.
    """

    words: str
    margin: float
    relevance: float
    sentences: tuple[tuple[str, float], ...] = ()


class Network:
    """The exported network, asked of windows of passages."""

    def __init__(self, path: Path) -> None:
        session = open_graph(path)
        tokenizer = open_tokenizer(path.parent / "tokenizer.json")
        tokenizer.no_padding()
        tokenizer.enable_truncation(320, strategy="only_second")

        def run(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
            return dict(zip(_OUTPUTS, session.run(None, dict(inputs)), strict=True))

        self._model = CrossEncoder("reading", run, tokenizer, ["input_ids", "token_type_ids"])

    def read(self, question: str, title: str, text: str) -> Read:
        """The question beside a window."""
        about = title + _JOINT
        pair = self._model.read(question, about + text)
        spans = best_spans(pair, len(about))
        start, end, margin = spans[0] if spans else (0, 0, -20.0)
        cuts = sentence_spans(text, language="en")
        sentences = {
            text[a:b]: worth
            for begin, _, worth in reversed(spans)
            for a, b in cuts
            if a <= begin < b
        }
        relevance = float(pair.outputs["relevance"])
        return Read(text[start:end], margin, relevance, tuple(sentences.items()))

    def supports(self, claim: str, title: str, text: str) -> NDArray[np.float64]:
        """The shares of supported, contradicted and not said."""
        logits = self._model.read(claim, title + _JOINT + text).outputs["support"].astype(float)
        shares = np.exp(logits - logits.max())
        return np.asarray(shares / shares.sum())


def main() -> None:
    """Judge part by part, print, record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=RUN)
    parser.add_argument("--collection", type=Path, help="the large one, for claims")
    parser.add_argument("--graph", default="model.onnx", help="or exact.onnx: without rounding")
    parser.add_argument("--most", type=int, default=10_000, help="rows of a set, the first ones")
    parser.add_argument("--only", action="append", help="a part; all of them if unset")
    parser.add_argument(
        "--keep", action="store_true", help="write the figures beside those of other parts"
    )
    options = parser.parse_args()
    network = Network(options.run / "onnx" / options.graph)
    rows = partial(_rows, options.run, options.most)
    parts: dict[str, Callable[[], Row]] = {
        "answers in SQuAD": lambda: _squad(network, rows("squad")),
        "claims": lambda: _claims(network, options.collection),
        "refusals": lambda: _refusals(network, rows),
        "ranking": lambda: _ranking(network, rows),
    }
    figures: dict[str, Any] = {}
    for name, part in parts.items():
        if not options.only or name in options.only:
            figures[name] = part()
            _print(name, figures[name])
    figures["verdicts"] = verdicts(figures)
    _print("verdicts", figures["verdicts"])
    if options.keep:
        kept = recorded("reading") | figures
        record("reading", _CORPUS, kept | {"verdicts": verdicts(kept)})


def verdicts(figures: Row) -> dict[str, Row]:
    """Of each use that a head may have: its mark, what was measured, and whether it is earned.

    Of those alone whose part of the figures is there.
    """
    found: dict[str, Row] = {}
    if squad := figures.get("answers in SQuAD"):
        f1 = squad["network, found, 6 windows"]["F1"]
        found["short answers"] = _verdict("F1 among what is found at least .50", f1, f1 >= 0.5)
        area = squad["network, paragraph"]["area"]
        found["no answer"] = _verdict("area given the paragraph at least .75", area, area >= 0.75)
    if claimed := figures.get("claims"):
        share = claimed["twins"]["true supported at 3 % of false"]
        found["entailment"] = _verdict("true twins at 3 % of false: .85", share, share >= 0.85)
    if refused := figures.get("refusals"):
        gains = [
            refused["both"][name]["refused at 10%"] - refused["linear"][name]["refused at 10%"]
            for name in ("large-judge", "small-test")
        ]
        found["refusals"] = _verdict(
            "refused at 10 % falsely, over the linear features, at least .01 more over both sizes",
            round(min(gains), 4),
            min(gains) >= 0.01,
        )
    if ranked := figures.get("ranking"):
        now, then = (ranked[way]["reranked-judge"] for way in ("both", "as found"))
        gain = round(now["hit@1"] - then["hit@1"], 4)
        lost = any(now[name] < then[name] for name in ("hit@5", "MRR@10"))
        now, then = (ranked[way]["open questions"] for way in ("both", "as found"))
        lost |= any(now[name] < then[name] for name in then)
        found["ranking"] = _verdict(
            "hit@1 over the linear ranking at least .01 more, nothing lost elsewhere",
            gain,
            gain >= 0.01 and not lost,
        )
    return found


def _verdict(mark: str, figure: float, earned: bool) -> Row:
    return {"mark": mark, "figure": figure, "verdict": "earned" if earned else "not earned"}


def _rows(run: Path, most: int, name: str) -> list[Row]:
    lines = (run / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:most]]


def _windows(question: str, hits: Sequence[Row], most: int) -> list[tuple[int, str]]:
    """Windows that share most words with the question, each with the place of its hit.

    The first hits come first, one window of each before a second of any.
    """
    stop_words = words_of("en").stop_words
    asked = {word for word in plain(question).split() if word not in stop_words}
    found = []
    for place, hit in enumerate(hits):
        known = set(plain(hit["title"]).split())
        windows = [
            (len(asked & (set(plain(window.text).split()) | known)), -at, window.text)
            for at, window in enumerate(cut(hit["text"]))
        ]
        for turn, (_, _, text) in enumerate(sorted(windows, reverse=True)[:2]):
            found.append((turn, place, text))
    found.sort(key=lambda row: row[:2])
    return [(place, text) for _, place, text in found[:most]]


def _squad(network: Network, rows: Sequence[Row]) -> Row:
    """Given the paragraph, and among what is found; the rules answer the same questions."""
    alone: list[Read | None] = []
    for row in rows:
        windows = [
            network.read(row["question"], row["title"], w.text) for w in cut(row["paragraph"])
        ]
        alone.append(max(windows, key=lambda read: read.margin, default=None))
    has = [bool(row["answers"]) for row in rows]
    figures: dict[str, Any] = {"questions": len(rows), "answerable": sum(has)}
    said = [read.words if read else "" for read in alone]
    figures["network, paragraph"] = _right(rows, said) | {
        "area": _area(has, [read.margin if read else -20.0 for read in alone])
    }
    there = [place for place, row in enumerate(rows) if row["rules alone"]]
    rules = [rows[place]["rules alone"] for place in there]
    figures["rules, paragraph"] = _right([rows[p] for p in there], [r["text"] for r in rules]) | {
        "area": _area([has[p] for p in there], [r["score"] for r in rules])
    }
    figures["rules, found"] = _right(
        rows, [(r["rules found"] or {"text": ""})["text"] for r in rows]
    )
    figures["rules, found"]["area"] = _area(has, [r["confidence"] for r in rows])
    for most in (len(rows[0]["hits"]), _WINDOWS):
        figures[f"network, found, {most} windows"] = _among_found(network, rows, has, most)
    return figures


def _among_found(network: Network, rows: Sequence[Row], has: Sequence[bool], most: int) -> Row:
    found, places = [], []
    for row in rows:
        windows = _windows(row["question"], row["hits"], most)
        read = [network.read(row["question"], row["hits"][p]["title"], t) for p, t in windows]
        found.append(max(read, key=lambda one: one.margin, default=Read("", -20.0, -20.0)))
        if row["answers"]:
            worth = {text: margin for one in read for text, margin in one.sentences}
            order = sorted(worth, key=lambda text: -worth[text])
            holds = [any(plain(a) in plain(text) for a in row["answers"]) for text in order]
            places.append(holds.index(True) if any(holds) else 999)
    return (
        _right(rows, [read.words for read in found])
        | {"area": _area(has, [read.margin for read in found])}
        | {f"in {count} sentences": _mean([place < count for place in places]) for count in (1, 4)}
    )


def _right(rows: Sequence[Row], said: Sequence[str]) -> dict[str, float]:
    asked = [
        (row["answers"], words) for row, words in zip(rows, said, strict=True) if row["answers"]
    ]
    exact = [any(plain(words) == plain(answer) for answer in answers) for answers, words in asked]
    shared = [max(f1_of(words, answer) for answer in answers) for answers, words in asked]
    return {"exact match": _mean(exact), "F1": _mean(shared)}


def _refusals(network: Network, rows: Callable[[str], list[Row]]) -> Row:
    """Fitted on the split dev over the larger wiki, judged on other questions over both sizes."""
    sets = {name: rows(name) for name in ("large-tune", "large-test", "large-judge", "small-test")}
    sets = {name: [row for row in found if row["linear"]] for name, found in sets.items()}
    seen = {
        name: np.array([_evidence(network, row) for row in found]) for name, found in sets.items()
    }
    linear = {name: np.array([row["linear"] for row in found]) for name, found in sets.items()}
    columns = {
        "linear": linear,
        "network": {name: np.hstack([linear[name][:, :1], seen[name]]) for name in sets},
        "both": {name: np.hstack([linear[name], seen[name]]) for name in sets},
    }
    figures: dict[str, Any] = {}
    for kind, features in columns.items():
        wanted = np.array([row["answerable"] for row in sets["large-tune"]])
        weights = logistic_fit(features["large-tune"], wanted, _L2)
        figures[kind] = {}
        for name in ("large-test", "large-judge", "small-test"):
            sure = probabilities(features[name], weights)
            has = np.array([row["answerable"] for row in sets[name]])
            answerable, unanswerable = list(sure[has]), list(sure[~has])
            at = {
                f"refused at {share:.0%}": round(
                    share_below(unanswerable, largest_threshold(answerable, share)), 4
                )
                for share in (0.05, 0.1)
            }
            area = error_curve(answerable, unanswerable).area
            figures[kind][name] = {"questions": int(has.sum()), "area": round(area, 4)} | at
    return figures


def _evidence(network: Network, row: Row) -> list[float]:
    windows = _windows(row["question"], row["hits"], _WINDOWS)
    read = [network.read(row["question"], row["hits"][p]["title"], text) for p, text in windows]
    margins = sorted((_bounded(one.margin) for one in read), reverse=True) or [-10.0]
    relevant = sorted((_bounded(one.relevance) for one in read), reverse=True) or [-10.0]
    first = read[0] if read else Read("", -10.0, -10.0)
    return [
        margins[0],
        float(np.mean(margins[:3])),
        relevant[0],
        float(np.mean(relevant[:3])),
        _bounded(first.margin),
        _bounded(first.relevance),
    ]


def _ranking(network: Network, rows: Callable[[str], list[Row]]) -> Row:
    """The first 30 as found and by a sum of three scores, whose weights are fitted on ``tune``."""
    kept = {name: rows(name) for name in ("reranked-tune", "reranked-judge", "open")}
    columns = {name: [_scored(network, row) for row in found] for name, found in kept.items()}
    candidates = [
        Candidates(features, np.array([hit["page"] in row["gold"] for hit in row["hits"]]))
        for row, features in zip(kept["reranked-tune"], columns["reranked-tune"], strict=True)
        if len(row["hits"])
    ]
    weights = listwise_fit(candidates, [FREE] * 3)
    figures: dict[str, Any] = {"weights": [round(float(weight), 4) for weight in weights]}
    ways = {"as found": np.array([1.0, 0.0, 0.0]), "network alone": np.array([0.0, 1.0, 0.5])}
    for way, by in (ways | {"both": weights}).items():
        figures[way] = {}
        for name in ("reranked-tune", "reranked-judge"):
            ranks = []
            for row, features in zip(kept[name], columns[name], strict=True):
                order = np.argsort(-(features @ by), kind="stable")
                pages = list(dict.fromkeys(row["hits"][place]["page"] for place in order))
                ranks.append(next((r for r, p in enumerate(pages, 1) if p in row["gold"]), 999))
            figures[way][name] = {
                "questions": len(ranks),
                "hit@1": _mean([rank == 1 for rank in ranks]),
                "hit@5": _mean([rank <= 5 for rank in ranks]),
                "MRR@10": _mean([1 / rank if rank <= 10 else 0.0 for rank in ranks]),
            }
        first = []
        for row, features in zip(kept["open"], columns["open"], strict=True):
            order = np.argsort(-(features @ by), kind="stable")[:10]
            holds = [bool(answer_places(row["hits"][p]["text"], row["answers"])) for p in order]
            first.append(holds.index(True) if any(holds) else 999)
        figures[way]["open questions"] = {"questions": len(first)} | {
            f"answer in {count}": _mean([place < count for place in first]) for count in (1, 5, 10)
        }
    return figures


def _scored(network: Network, row: Row) -> NDArray[np.float64]:
    """Of each hit the score it was found with, and the network's relevance and margin."""
    hits = row["hits"]
    if not hits:
        return np.zeros((0, 3))
    windows = dict(_windows(row["question"], hits, len(hits)))
    read = [
        network.read(row["question"], hit["title"], windows.get(place, hit["text"]))
        for place, hit in enumerate(hits)
    ]
    return np.array(
        [
            [hit["score"], _bounded(one.relevance), _bounded(one.margin)]
            for hit, one in zip(hits, read, strict=True)
        ]
    )


def _claims(network: Network, collection: Path | None) -> Row:
    """Twins and their sources: how many right ones are supported where 3 % of the wrong are."""
    if collection is None:
        raise SystemExit("claims need --collection")
    true, false, fever, labels = [], [], [], []
    with Index.open(collection, None) as index:
        for twin in read_twins():
            sources = [passage_of(index, source) for source in twin.sources]
            for claim, kept in ((twin.true, true), (twin.false, false)):
                shares = [
                    network.supports(claim, source.title, window.text)[0]
                    for source in sources
                    for window in cut(source.text)
                ]
                kept.append(float(max(shares, default=0.0)))
        for example in claims.from_fever(index, "judge", random.Random(0)):
            if example.support != "not said":
                fever.append(float(network.supports(example.first, example.title, example.text)[0]))
                labels.append(example.support == "supported")
    threshold = float(np.quantile(false, 0.97))
    return {
        "twins": {
            "pairs": len(true),
            "area": _area([True] * len(true) + [False] * len(false), true + false),
            "true above": _mean([a > b for a, b in zip(true, false, strict=True)]),
            "true supported at 3 % of false": _mean([score > threshold for score in true]),
        },
        "fever": {"claims": len(fever), "area": _area(labels, fever)},
    }


def _bounded(value: float) -> float:
    return float(np.clip(value, -12.0, 12.0))


def _mean(values: Sequence[float | bool]) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0


def _area(wanted: Sequence[bool], scores: Sequence[float]) -> float:
    """How often one that has an answer scores above one that has none."""
    above = np.array([s for s, w in zip(scores, wanted, strict=True) if w])
    below = np.array([s for s, w in zip(scores, wanted, strict=True) if not w])
    if not len(above) or not len(below):
        return 0.0
    ahead = (above[:, None] > below).mean() + (above[:, None] == below).mean() / 2
    return round(float(ahead), 4)


def _print(name: str, figures: Row) -> None:
    table = Table("", "", title=name, show_header=False)
    for key, value in figures.items():
        table.add_row(key, json.dumps(value))
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
