"""Whether a model has said that the sources do not hold the answer, and nothing else.

In any language whose file says how that is worded, for a model need not keep to the one it is
asked in. Knows nothing of questions.
"""

import re
from functools import cache

from pinakes.ingest.text.language import language_part, listed_languages

__all__ = ["decline_in", "is_decline"]

_MARKERS = re.compile(r"\s*\[\d{1,3}\]")


def decline_in(language: str) -> str | None:
    """What a model is told to say then; None for languages of which nothing is known."""
    said = language_part(language, "declining").get("say")
    return None if said is None else str(said)


def is_decline(sentence: str) -> bool:
    """Whether the whole sentence says so: not "The sources do not freeze in winter."."""
    bare = _MARKERS.sub("", sentence).strip("*_ \n\t\"'“”„«»")
    return any(pattern.fullmatch(bare) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """How a decline is worded, language by language."""
    languages = {decline_in(code): code for code in listed_languages()}
    return tuple(_pattern(code) for said, code in languages.items() if said is not None)


def _pattern(language: str) -> re.Pattern[str]:
    said = language_part(language, "declining")
    spaced = language_part(language, "questions").get("spaced", True)
    edge = r"\b" if spaced else ""
    # Nothing that claims something: what is not said goes on to the end.
    parts = {"rest": rf"(?:(?!{edge}(?:{said['contrasts']}){edge}|[;:：；—]).)*"}
    for name, written in said["parts"].items():
        parts[name] = _filled(written, parts)
    before = "|".join(_filled(one, parts) for one in said["before"])
    sentences = "|".join(_filled(one, parts) for one in said["sentences"])
    return re.compile(f"(?:{before})*(?:{sentences})[.!。！]?", re.IGNORECASE | re.DOTALL)


def _filled(written: str, parts: dict[str, str]) -> str:
    """An expression whose lines are joined, with the parts it names put in."""
    joined = "".join(line.strip(" ") if "\n" in written else line for line in written.splitlines())
    return re.sub(r"\{([a-z_]+)\}", lambda name: parts[name[1]], joined)
