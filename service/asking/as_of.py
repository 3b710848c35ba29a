"""Questions whose answer may have changed since the dump, and the line that says when it held.

By rules over the words of a language's file; knows nothing of what was found.
"""

import re
from datetime import date

from pinakes.ingest.text.language import language_part
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import LanguageWords

__all__ = ["as_of_note", "asks_about_now"]

# An elided article or verb stands alone: "l'univers".
_WORD = re.compile(WORD)
_YEAR = re.compile(r"\b1\d{3}\b|\b20\d{2}\b")


def asks_about_now(question: str, words: LanguageWords) -> bool:
    """Whether the answer changes with time, and no time is named.

    Such are: what is said to be now or to come; who holds an office, or is still something; how old
    somebody is; numbers that are counted again and again, what something costs, and what somebody
    has done so far; records.
    """
    present = words.present
    text = " ".join(question.split())
    lower = text.casefold()
    if not words.spaced:
        if any(word in lower for word in present.past):
            return False
        said_now = words.now | words.offices | present.changing | frozenset(present.ages)
        return any(word in lower for word in said_now)
    said = _WORD.findall(text)
    small = [word.casefold() for word in said]
    if _says_now(lower, said, small, words):
        return True
    if present.past.intersection(small) or _YEAR.search(text):
        return False
    if present.future.intersection(small[:2]) or present.prices.intersection(small):
        return True  # "when will …", "how much does … cost"
    return (
        _asks_for_holder(small, words)
        or _asks_for_age(lower, words)
        or _asks_for_state(said, small, words)
    )


def as_of_note(dump_date: str, language: str) -> str:
    """A line that says when the answer held; ``dump_date`` is YYYY-MM-DD.

    In the language of the collection where its file words one, else in English.
    """
    day = date.fromisoformat(dump_date)
    said, dates = language_part(language, "present"), language_part(language, "dates")
    if not said:
        said, dates = language_part("en", "present"), language_part("en", "dates")
    if "months" not in dates:
        return str(said["as_of"]).format(date=dump_date)
    pattern = dates.get("pattern", "{day} {month} {year}")
    month = dates["months"][day.month - 1]
    return str(said["as_of"]).format(date=pattern.format(day=day.day, month=month, year=day.year))


def _says_now(lower: str, said: list[str], small: list[str], words: LanguageWords) -> bool:
    """Whether a word says so; a name such as *Apocalypse Now* does not."""
    if any(re.search(rf"\b{re.escape(phrase)}\b", lower) for phrase in words.present.phrases):
        return True
    for at, word in enumerate(small):
        is_name = at > 0 and said[at][0].isupper()
        if word in words.now and not is_name:
            return True
        behind = small[at + 1] if at + 1 < len(small) else None
        if word in words.present.adjectives and behind and behind not in words.placed:
            # "the current king", but not "an electric current" or "the current in a wire"
            before = small[at - 1] if at else ""
            definite = words.articles - words.present.indefinite  # "a current account" is a kind
            if before in definite | words.possessives | words.present.copulas or not before:
                return True
    return False


def _asks_for_holder(small: list[str], words: LanguageWords) -> bool:
    """Who is, not what is, the king; and whether somebody is it."""
    present = words.present
    asks = any(words.asking.get(word) == "person" for word in small[:2])
    who_or_what = asks or any(words.asking.get(word) == "thing" for word in small[:2])
    if who_or_what and present.holding.intersection(small[1:4]):
        return True
    names_office = not any(word in words.asking for word in small)  # "ceo of microsoft"
    asks = asks or names_office or small[0] in present.copulas
    if not (asks and (names_office or present.copulas.intersection(small[:3]))):
        return False
    held = [at for at, word in enumerate(small) if _is_office(word, words)]
    return any(not present.indefinite.intersection(small[max(0, at - 2) : at]) for at in held)


def _is_office(word: str, words: LanguageWords) -> bool:
    """Whether ``word`` is one, or ends in one where a language joins words: Bundeskanzler."""
    return word in words.offices or (
        words.present.joins_words and any(word.endswith(office) for office in words.offices)
    )


def _asks_for_age(lower: str, words: LanguageWords) -> bool:
    """How old somebody is; a thing, with its article, grows older too slowly."""
    for phrase in words.present.ages:
        _, found, rest = lower.partition(phrase + " ")
        behind = _WORD.findall(rest)
        if found and behind and behind[0] not in words.articles:
            return True
    return False


def _asks_for_state(said: list[str], small: list[str], words: LanguageWords) -> bool:
    """What is counted again and again, was done so far, or holds until somebody does better."""
    present = words.present
    asks_whether = small[0] in present.copulas  # "is Turkey a member of …"
    generic = bool(present.indefinite.intersection(small)) and not asks_whether
    names = any(
        word[0].isupper() and low not in words.months
        for word, low in zip(said[1:], small[1:], strict=True)
    )
    lower = " ".join(small)
    # "what is unemployment?", "what is inflation in economics?"
    is_definition = len(small) > 1 and (
        small[-2] in present.copulas
        or (
            not names
            and small[1] in present.copulas
            and not present.changing.isdisjoint(small[2:3])
        )
    )
    counts = any(re.search(rf"\b{re.escape(word)}\b", lower) for word in present.counting)
    if present.changing.intersection(small) and not generic and not is_definition:
        return True
    if counts and present.doing.intersection(small):  # "how many people speak Basque?"
        return True
    # "Where does the Pope live?", but not "where do penguins live?"
    if names and present.perfect.intersection(small) and small[-1] in present.doing:
        return True
    so_far = present.perfect | present.counted  # "has … sold", "are there", "are known"
    if counts and so_far.intersection(small) and names and not generic:
        return True
    # "Who has won the most …", "has anybody ever …", "how long has … been …"
    if _has_done(small, words) and present.records.intersection(small):
        return True
    groups = present.groups.intersection(small[1:4])
    if groups and (present.perfect | present.copulas).intersection(small[2:6]) and not generic:
        return True
    if not (present.made | words.offices).intersection(small):
        return False
    return any(word.endswith(ending) for word in small for ending in present.superlatives)


def _has_done(small: list[str], words: LanguageWords) -> bool:
    """Whether somebody has done something, or has many of it: not "which element has the most"."""
    present = words.present
    for at, word in enumerate(small[:4]):
        if word in present.perfect:
            owns = at > 0 and at + 1 < len(small) and small[at + 1] in words.articles
            return not owns or words.asking.get(small[0]) == "person" or small[1] in present.groups
    return False
