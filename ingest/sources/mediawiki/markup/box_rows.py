"""Facts of a box that belong together: numbered rows, months of a climate, parts of a coordinate.

Works on facts by the names of their arguments, without looking at templates. Numbers that argument
names end in are taken for rows where two series go hand in hand: one after the other in each row,
or one of them in years.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

__all__ = ["Fact", "together"]


class Fact(NamedTuple):
    """An argument's name in small letters, what it is called, and its value as text."""

    key: str
    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}" if self.label else self.value


_NUMBERED = re.compile(r"(.*[^\W\d])[ _]?(\d{1,2})")
_LABEL_NUMBER = re.compile(r"[ _]?\d{1,2}$")
_YEARS = re.compile(
    r"years?|dates?|season|jahre?|zeitraum|saison|années?|anni|años|anos|periodo|år|lata|roky|évek|"
    r"годы?|роки?"
)
_YEAR_VALUE = re.compile(r"[12]\d{3}")
# The last three letters of names such as hmjan, in languages of Europe.
_MONTHS = re.compile(
    r"jan|feb|mar|mär|mrt|apr|abr|avr|ma[ijy]|mei|jun|jul|aug|ago|sep|set|o[ck]t|out|nov|de[cszč]"
)
_FEWEST_MONTHS = 10
# No box has so many series; each is compared with each.
_MOST_SERIES = 100
_HALF = r"d{2,3}"
_COORDINATE = re.compile(f"{_HALF}n{_HALF}e")
_DEGREES = re.compile(r"[-−]?\d{1,3}(?:\.\d+)?")


def together(facts: Sequence[Fact]) -> list[str]:
    """The facts as lines, those of one row on one line, where the first of them stood."""
    if len(facts) < 2:
        return [str(fact) for fact in facts]
    lines = {place: str(fact) for place, fact in enumerate(facts)}
    for rows in (_coordinate(facts), _months(facts), _numbered(facts)):
        for places, line in rows:
            if all(place in lines for place in places):
                for place in places[1:]:
                    del lines[place]
                lines[places[0]] = line
    return list(lines.values())


def _coordinate(facts: Sequence[Fact]) -> Iterable[tuple[Sequence[int], str]]:
    """Degrees, minutes, perhaps seconds and a point of the compass, twice in a row."""
    kinds = "".join(map(_kind, facts))
    if (found := _COORDINATE.search(kinds)) is None:
        return
    place = range(found.start(), found.end())
    text, parts = "", iter("°′″")
    for at in place:
        if kinds[at] == "d":
            text += facts[at].value + next(parts)
        else:
            text += f"{facts[at].value.upper()} "
            parts = iter("°′″")
    yield place, f"Coordinates: {text.strip()}"


def _kind(fact: Fact) -> str:
    value = fact.value
    if len(value) == 1 and value.upper() in "NSEWO":
        return "n" if value.upper() in "NS" else "e"
    return "d" if _DEGREES.fullmatch(value) and abs(float(value.replace("−", "-"))) <= 180 else "-"


def _months(facts: Sequence[Fact]) -> Iterable[tuple[Sequence[int], str]]:
    """A line for each measure with its months, whether a name begins with the month or ends so."""
    for split in (_month_first, _month_last, _month_joined):
        measures: dict[str, dict[str, int]] = {}
        for place, fact in enumerate(facts):
            if any(map(str.isdigit, fact.value)) and (parts := split(fact.key)):
                measures.setdefault(parts[1], {}).setdefault(parts[0], place)
        counts = Counter(month for months in measures.values() for month in months)
        for measure, months in measures.items():
            known = split is _month_joined
            shared = sum(known or counts[month] > 1 for month in months)
            if shared == len(months) and _FEWEST_MONTHS <= len(months) <= _FEWEST_MONTHS + 4:
                values = (f"{_upper(month)}: {facts[at].value}" for month, at in months.items())
                name = _upper(measure.replace("_", " "))
                yield list(months.values()), f"{name}: {'; '.join(values)}"


def _month_first(key: str) -> tuple[str, str] | None:
    month, _, measure = key.replace("_", " ").partition(" ")
    return (month, measure) if measure and not any(map(str.isdigit, month)) else None


def _month_last(key: str) -> tuple[str, str] | None:
    measure, _, month = key.replace("_", " ").rpartition(" ")
    return (month, measure) if measure and not any(map(str.isdigit, month)) else None


def _month_joined(key: str) -> tuple[str, str] | None:
    return (key[-3:], key[:-3]) if len(key) > 3 and _MONTHS.fullmatch(key[-3:]) else None


def _numbered(facts: Sequence[Fact]) -> Iterable[tuple[Sequence[int], str]]:
    """Rows of arguments that end in the same number, of series that go together."""
    split = [_NUMBERED.fullmatch(fact.key) for fact in facts]
    for is_run, group in groupby(range(len(facts)), lambda place: split[place] is not None):
        if not is_run:
            continue
        series: dict[str, dict[int, int]] = {}
        for place in group:
            match = split[place]
            if match is not None:
                series.setdefault(match[1], {})[int(match[2])] = place
        if len(series) > _MOST_SERIES:
            continue
        for family in _families(series, facts):
            numbers = dict.fromkeys(number for stem in family for number in series[stem])
            for number in numbers:
                places = sorted(series[stem][number] for stem in family if number in series[stem])
                if len(places) > 1:
                    cells = ((_LABEL_NUMBER.sub("", facts[at].label), facts[at]) for at in places)
                    line = "; ".join(f"{label}: {fact.value}" for label, fact in cells)
                    yield places, line


def _families(series: dict[str, dict[int, int]], facts: Sequence[Fact]) -> Iterable[Sequence[str]]:
    """Which series go together, the one in years first."""
    left = dict(series)
    years = {
        stem: _YEARS.sub("", stem).strip(" _")
        for stem, places in series.items()
        if _YEARS.search(stem) and all(_YEAR_VALUE.search(facts[p].value) for p in places.values())
    }
    for stem, common in sorted(years.items(), key=lambda item: -len(item[1])):
        family = [stem]
        behind = False
        for other in series:
            fits = (
                other in left
                and other not in years
                and series[other].keys() <= series[stem].keys()
                and (other.startswith(common) if common else behind)
            )
            if fits:
                family.append(other)
            elif not common and behind:
                break
            behind = behind or other == stem
        if len(family) > 1:
            yield family
            for name in family:
                left.pop(name, None)
    # One after the other in each row: party1, seats1, party2, seats2.
    order = [stem for stem in left if len(left[stem]) > 1]
    for stems in _by_numbers(order, left):
        places = [place for number in left[stems[0]] for place in (left[s][number] for s in stems)]
        if len(stems) > 1 and places == list(range(places[0], places[0] + len(places))):
            yield stems


def _by_numbers(stems: Iterable[str], series: dict[str, dict[int, int]]) -> Iterable[Sequence[str]]:
    """The series with the same numbers."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for stem in stems:
        groups.setdefault(tuple(series[stem]), []).append(stem)
    return groups.values()


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
