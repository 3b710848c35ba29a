"""What Pinakes says of an answer in its own words: that there is none, or that it breaks off.

In the language of the question where its file words it, else in English.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError

from pinakes.ingest.text.language import language_part, listed_languages
from pinakes.service.types import Truncation

__all__ = ["cut_off_note", "is_refusal", "no_answer_note", "searched_note", "written_in_note"]

_USUAL = "en"


def no_answer_note(language: str, *, of_several: bool = False) -> str:
    """What a refusal begins with; ``of_several``: where several collections were asked."""
    return str(_notes(language)["no_answer_of_several" if of_several else "no_answer"])


def searched_note(language: str, queries: Iterable[str], nearest: Iterable[str]) -> str:
    """What was searched for, and the titles of the nearest pages, if there are any."""
    notes = _notes(language)
    quoted = ", ".join(notes["query"].format(query=query) for query in queries)
    pages = ", ".join(nearest)
    said = notes["searched"].format(queries=quoted)
    return f"{said} {notes['nearest'].format(pages=pages)}" if pages else str(said)


def written_in_note(language: str, collections: Iterable[str]) -> str:
    """In which languages the collections are, given by their codes: of a question in none."""
    names = (_name_of(code, language) for code in sorted(set(collections)))
    return str(_notes(language)["written_in"].format(languages=", ".join(names)))


def cut_off_note(language: str, why: Truncation) -> str:
    """What is said below an answer that breaks off."""
    return str(_notes(language)[why])


def is_refusal(text: str) -> bool:
    """Whether an answer of a conversation was a refusal: it names nothing that was talked about."""
    return text.startswith(_all_beginnings())


@cache
def _all_beginnings() -> tuple[str, ...]:
    return tuple(
        {
            no_answer_note(language, of_several=several)
            for language in listed_languages()
            for several in (False, True)
        }
    )


def _name_of(code: str, language: str) -> str:
    """What a language is called in another; its code where nobody knows."""
    said_in = language if language_part(language, "notes") else _USUAL
    try:
        name = Locale.parse(code, sep="-").get_language_name(said_in.partition("-")[0])
    except (UnknownLocaleError, ValueError):
        return code
    return name or code


def _notes(language: str) -> Mapping[str, Any]:
    return language_part(language, "notes") or language_part(_USUAL, "notes")
