"""Rows of the benchmark beside kiwix-serve: pages, suggestions, search, and what serving takes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tables.cells import Row, Share

__all__ = ["budgets", "read_beside", "searched_beside", "served_beside"]

_NAMES = ("kiwix-serve", "Pinakes")


def budgets(figures: Any) -> Iterable[Row]:
    for row in figures["rows"]:
        unit = f" {row['unit']}".rstrip()
        yield {
            "": row["what"],
            "budget": f"{row['budget']:g}{unit}",
            **{name: _rounded(row.get(name)) for name in _NAMES},
        }


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}" if value >= 1 else f"{value:.3f}"


def read_beside(figures: Any) -> Iterable[Row]:
    visits = {"first": "first article", "next": "another behind it", "longest": "the longest"}
    for wiki, found in _wikis(figures):
        for visit, told in visits.items():
            for name in _NAMES:
                yield {"": f"{wiki}: {told}", "by": name} | {
                    column: round(value)
                    for column, value in found["articles"][name][visit].items()
                    if column != "shift"
                }


def searched_beside(figures: Any) -> Iterable[Row]:
    for wiki, found in _wikis(figures):
        for name in _NAMES:
            titles = found["titles"][name]
            yield {
                "": f"{wiki}: half a title",
                "by": name,
                "found": Share(titles["found"]),
                "p50, ms": titles["request"]["p50"],
                "p95, ms": titles["request"]["p95"],
                "drawn, p50 ms": titles["drawn"]["p50"],
                "drawn, p95 ms": titles["drawn"]["p95"],
            }
        for kind, searched in found["search"].items():
            for name in _NAMES:
                yield {
                    "": f"{wiki}: {kind}",
                    "by": name,
                    "found": Share(searched[name]["found"]),
                    "p50, ms": searched[name]["p50"],
                    "p95, ms": searched[name]["p95"],
                }


def served_beside(figures: Any) -> Iterable[Row]:
    for wiki, found in _wikis(figures):
        for name in _NAMES:
            disk = found["disk MB"][name]
            yield {
                "": wiki,
                "by": name,
                "start, s": found["start s"][name],
                "idle, private MB": found["idle MB"][name]["anonymous"],
                "idle, PSS MB": found["idle MB"][name]["proportional"],
                "used, private MB": found["used MB"][name]["anonymous"],
                "used, PSS MB": found["used MB"][name]["proportional"],
                "disk, MB": disk["all"],
                "words, MB": disk.get("bm25"),
                "vectors, MB": disk.get("vectors"),
                "encoder, MB": disk.get("encoder of all"),
            }


def _wikis(figures: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for wiki, found in figures.items():
        if wiki != "peer":
            yield wiki, found
