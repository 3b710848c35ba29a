"""How a language speaks of its speaker and of whom the speaker knows, as patterns.

From the part ``personal`` of its file. Knows nothing of what is done with what they find.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pinakes.ingest.text.language import language_part
from pinakes.service.reading.words import words_of

__all__ = ["CAPITAL", "NAME", "PersonalRules", "personal_rules"]

CAPITAL = "[A-ZÀ-ÖØ-ÞĆČĐĞİŁŃŐŘŚŞŠŹŻŽ]"
NAME = rf"(?:{CAPITAL}[\w’'-]*\w(?: (?:of|de|von|van|&|{CAPITAL}[\w’'-]*\w)){{0,4}})"


@dataclass(frozen=True, slots=True)
class PersonalRules:
    """Patterns of words that speak of the asker, of relations, and of what introduces names."""

    speaker: re.Pattern[str]
    owner: re.Pattern[str]
    lead_in: re.Pattern[str]
    asks: re.Pattern[str]
    reason: re.Pattern[str]
    relative: re.Pattern[str]
    introduced: re.Pattern[str]
    tied: re.Pattern[str]
    placed: re.Pattern[str]
    place_told: re.Pattern[str]
    apposed: re.Pattern[str]
    uncapped: re.Pattern[str]
    titled: re.Pattern[str]
    numeral: re.Pattern[str]
    dangling: str
    someone: str


@cache
def personal_rules(language: str) -> PersonalRules | None:
    """The patterns of a language; None where its file does not say how it speaks of people."""
    said = language_part(language, "personal")
    if not said:
        return None

    def any_of(words: Iterable[str]) -> str:
        return "(?i:" + "|".join(re.escape(word) for word in words) + ")"

    # As they stand in a sentence or at its beginning: "US" is another word.
    both = [word for said in said["speaker"].split() for word in (said, said.capitalize())]
    speaker = "(?:" + "|".join(map(re.escape, both)) + ")"
    owners = any_of(said["owners"].split())
    relation = any_of(said["relations"].split())
    titles = any_of(said["titles"].split())
    asking = any_of(said["asking"].split())
    wishing = any_of(said["wishing"].split())
    itself = any_of(said["names_itself"])
    prepositions = any_of(language_part(language, "references").get("prepositions", "").split())
    articles = any_of(words_of(language).articles)
    empty = any_of(words_of(language).stop_words)
    relation = rf"(?:\w+-)?{relation}(?:-in-law)?"
    known = rf"\b{owners} (?:[\w-]+ ){{0,4}}?{relation}\b"
    mine = any_of(said["mine"].split())
    being = any_of(said["being"].split())
    placing = any_of(said["places_itself"])
    behind = any_of([*said["behind_relations"].split(), *said["being"].split()])
    of_mine = rf"(?:{articles} )?(?:[a-z-]+ )?{relation} of {mine}\b"
    known_one = rf"(?:{owners} (?:[\w-]+ ){{0,4}}?{relation}\b|{of_mine})"
    unless = rf"(?:{empty}|{behind}|{relation}|{asking}|and|or)"
    uncapped = rf"{known} (?!{unless}\b)(?!\w+(?:ed|ing)\b)([a-zà-ÿ]{{3,}})(?!\w)"
    name = rf"\b(?!{asking}\b)({NAME})"
    return PersonalRules(
        speaker=re.compile(rf"\b{speaker}(?!\w)"),
        owner=re.compile(rf"\b{owners} ([a-z0-9][\w-]*)"),
        # "For my thesis …, I want to know" before "how"; "my neighbour asks:".
        lead_in=re.compile(
            rf"((?=.*?\b{speaker}\b)[^?]*?(?:[,:;–—-]|\b{wishing})\s+)(?={asking}\b)"
        ),
        asks=re.compile(rf"{asking}\b"),
        reason=re.compile(
            rf",?\s+\b{any_of(said['reasons'])}\b(?=[^?]*\b{speaker}\b)[^?.]*(?=[?.]|$)"
            rf"|,?\s+\((?=[^)]*\b{speaker}\b)[^)]*\)|,\s+(?={speaker}\b)[^?]*(?=\?)"
        ),
        relative=re.compile(
            rf",?\s+\b{any_of(said['relative'].split())}\s+{speaker}\b[^?.,]*(?=[?.,]|$)"
        ),
        # "My wife Sabine", "Sabine, my wife"; "my wife sabine needs", where "my wife
        # needs help" has none.
        introduced=re.compile(
            rf"{known}(?:,? | ?\()((?:{titles}\.? )?{NAME})|({NAME}), {owners} {relation}\b"
            rf"|\b{itself} ({NAME})"
            rf"|{uncapped}(?=['’]s\b| {behind}\b)"
        ),
        # "Peter Jones is my boss", "Peter (my boss)", "Is Peter my boss"; "my boss is Peter", "a
        # friend of mine, Peter".
        tied=re.compile(
            rf"{name}(?:,? (?:who )?{being}(?: [a-z]+)?|,|\s*[(–—-])+\s*{known_one}"
            rf"|\b{being} ({NAME}) {known_one}"
            rf"|{known}(?:(?:'s|’s) name)?(?:,? (?:who )?{being})+ ({NAME})"
            rf"|\b{relation} of {mine}(?:,? {being})*,? ({NAME})"
        ),
        placed=re.compile(
            rf"\b{placing} (?:{prepositions} )?(?:{articles} )?({NAME})(?:, ({NAME}))?"
            rf"|\b{itself} {NAME},? {prepositions} ({NAME})"
        ),
        place_told=re.compile(rf"\b{placing}\b"),
        uncapped=re.compile(uncapped),
        apposed=re.compile(rf",\s+{known_one}\s*(?=[?.!,]|$)"),
        titled=re.compile(rf"\b{titles}\.? ({NAME})"),
        # Elizabeth I, World War I: no speaker.
        numeral=re.compile(rf"\b(?!(?:{asking}|{empty})\b)([A-Z]\w+) I(?=\s*(?:[^\w\s]|of\b|$))"),
        dangling=rf"(?:\s+(?:{prepositions}|{articles}|of|number|id|file|account))+\s*$",
        someone=said["someone"],
    )
