"""What a call means whose template nobody knows: facts of a box, words, or nothing.

Asked last, when neither the registry nor anything else says what the name means: there are the
arguments alone to judge by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments

__all__ = ["UnknownCall", "holds_facts", "read_unknown"]


@dataclass(frozen=True, slots=True)
class UnknownCall:
    """How to take a call: as a box, as these words, or (neither) as something left out."""

    is_box: bool = False
    text: str | None = None


def read_unknown(name: str, arguments: Arguments) -> UnknownCall:
    """How the call of the unknown template ``name`` (lower case, single spaces) is to be taken."""
    del name
    return UnknownCall(is_box=holds_facts(arguments.named, len(arguments.positional)))


# Marks of references and of navigation among the names of arguments.
_NOT_FACTS = re.compile(
    r"(url|isbn|issn|doi|access-?date|archive-?url|abruf|zugriff|consulté le|fechaacceso|"
    r"(list|group|abovestyle|belowstyle|liststyle)\d*|state|navbar|tracking|"
    r"editor|publisher|verlag|éditeur|editorial|passage|journal|periódico)$"
)
_FEWEST_FACTS = 4


def holds_facts(named: Mapping[str, str], positional_count: int) -> bool:
    """Whether an unknown call is built like an infobox: many named values and no references."""
    if positional_count > 1 or len(named) < _FEWEST_FACTS:
        return False
    filled = [key for key, value in named.items() if value.strip()]
    return len(filled) >= _FEWEST_FACTS and not any(_NOT_FACTS.match(key) for key in filled)
