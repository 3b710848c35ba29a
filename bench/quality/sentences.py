"""Where sentences are cut that do not end there: by our rules, and by Wikimedia's sentencex.

Counts, on real text, cuts inside a line that are wrong whatever the text says: between a number of
a date and its month, before a small letter, behind an initial ("A. Pushkin"); and microseconds of
CPU for a sentence, of sentencex without loading it.
Corpus: ../shared/data, one to a few articles of 62 wikis of 2021, the whole Latgalian one, and 106
long English articles; a wiki's language is that of its file's name.
Command: python -m bench.quality.sentences
"""

import json
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.peers.ingest_tools import python_of
from bench.quality.development import QUESTIONS
from bench.record import record
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.text.language import language_part
from pinakes.ingest.text.scripts import is_small
from pinakes.ingest.text.sentences import OPENERS, sentence_spans
from pinakes.ingest.types import Document

_DUMPS = QUESTIONS.parents[1] / "dumps"
_INITIAL = re.compile(r"(?:^|[\s(])[^\W\d_]\.$")
_NUMBER = re.compile(r"\d+\.$")
_LOOK = 25
_PEER = """
import json, sys, time, sentencex
found = []
for language, text in json.load(sys.stdin):
    began = time.process_time()
    cut = sentencex.get_sentence_boundaries(language, text)
    took = time.process_time() - began
    found.append([took, [(sentence["start_index"], sentence["end_index"]) for sentence in cut]])
json.dump(found, sys.stdout)
"""
_Cuts = tuple[float, list[tuple[int, int]]]


def main() -> None:
    """Cut everything twice; print what is wrong, by language, and record it."""
    texts = [*_texts()]
    ours = []
    for language, text in texts:
        sentence_spans("", language=language)  # reads its rules
        began = time.process_time()
        spans = sentence_spans(text, language=language)
        ours.append((time.process_time() - began, spans))
    figures = {
        "pinakes": _figures(texts, ours),
        "sentencex 1.0.32": _figures(texts, _peer(texts)),
    }
    table = Table("language", *(f"{name}: wrong of cuts" for name in figures), "µs", "µs")
    for language in sorted({language for language, _ in texts}):
        rows = [by_language[language] for by_language in figures.values()]
        wrong = [f"{sum(row['wrong'].values())} of {row['cuts']}" for row in rows]
        table.add_row(language, *wrong, *(f"{row['µs']:.1f}" for row in rows))
    Console().print(table)
    print(record("sentences", "minidumps, ltgwiki, enwiki-2016-shortened", figures))


def _texts() -> Iterable[tuple[str, str]]:
    files = sorted((_DUMPS / "minidumps").glob("*.bz2"))
    named = [(file.name.partition("wiki")[0], file) for file in files]
    named += [
        ("ltg", next(_DUMPS.glob("ltgwiki-*.bz2"))),
        ("en", next(_DUMPS.glob("enwiki-2016*"))),
    ]
    for language, file in named:
        dump = find_dump([file])
        site = replace(dump.site, language=language)
        for unit in plan_units(dump):
            for entry in read_documents(unit, site):
                if isinstance(entry, Document):
                    yield language, entry.text


def _peer(texts: Sequence[tuple[str, str]]) -> list[_Cuts]:
    """What sentencex finds, without the space around sentences."""
    done = subprocess.run(
        [python_of("sentencex"), "-c", _PEER],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    cuts: list[_Cuts] = []
    for (_, text), (took, spans) in zip(texts, json.loads(done.stdout), strict=True):
        bare = [
            (end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip()))
            for start, end in spans
        ]
        cuts.append((took, [(start, end) for start, end in bare if start < end]))
    return cuts


def _figures(texts: Sequence[tuple[str, str]], cuts: Sequence[_Cuts]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for (language, text), (took, spans) in zip(texts, cuts, strict=True):
        of = figures.setdefault(
            language,
            {"cuts": 0, "wrong": {"date": 0, "small letter": 0, "initial": 0}, "s": 0.0, "n": 0},
        )
        of["s"] += took
        of["n"] += len(spans)
        for (_, end), (start, _) in pairwise(spans):
            if "\n" not in text[end:start]:
                of["cuts"] += 1
                if kind := _wrong(text[max(0, end - _LOOK) : end], text[start:], language):
                    of["wrong"][kind] += 1
    for of in figures.values():
        of["µs"] = round(of.pop("s") / max(1, of.pop("n")) * 1e6, 2)
    return figures


def _wrong(before: str, behind: str, language: str) -> str | None:
    """What is wrong with a cut there, if that can be told without knowing what the text says."""
    behind = behind[:_LOOK].lstrip(OPENERS)
    months = [name for name in language_part(language, "dates").get("months", ()) if len(name) > 2]
    if _NUMBER.search(before) and behind.startswith(tuple(months)):
        return "date"
    if is_small(behind[:1]):
        return "small letter"
    return "initial" if _INITIAL.search(before) and before[-2].isupper() else None


if __name__ == "__main__":
    main()
