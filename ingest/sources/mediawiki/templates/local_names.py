"""What wikis of other languages call templates, boxes, months, pictures and disambiguation pages.

From the files of ``ingest/text/languages/``: the place to extend for another language or wiki.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from pinakes.ingest.text.language import language_part, listed_languages

__all__ = ["EVERY_LANGUAGE", "LocalNames", "is_disambiguation_title", "local_names"]


@dataclass(frozen=True, slots=True)
class LocalNames:
    """What one language calls its templates, boxes, months, pictures and disambiguation pages."""

    names: dict[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    silent_prefixes: tuple[str, ...] = ()
    disambiguation: frozenset[str] = frozenset()
    disambiguation_titles: frozenset[str] = frozenset()
    infobox_prefixes: tuple[str, ...] = ()
    infobox_suffixes: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    date: str = ""
    file: frozenset[str] = frozenset()
    image_options: frozenset[str] = frozenset()


@cache
def local_names(language: str) -> LocalNames:
    """The names of a language by its code; none for a language that has no file."""
    said, dates = language_part(language, "templates"), language_part(language, "dates")
    boxes = said.get("infobox", ())
    return LocalNames(
        names=said.get("names", {}),
        silent=frozenset(said.get("silent", ())),
        silent_prefixes=tuple(said.get("silent_prefixes", ())),
        disambiguation=frozenset(said.get("disambiguation", ())),
        disambiguation_titles=frozenset(
            language_part(language, "titles").get("disambiguation", ())
        ),
        infobox_prefixes=tuple(name for name in boxes if name[0] != "*"),
        infobox_suffixes=tuple(name[1:] for name in boxes if name[0] == "*"),
        months=tuple(dates.get("months", ())),
        date=dates.get("pattern", ""),
        file=frozenset(said.get("file", ())),
        image_options=frozenset(said.get("image_options", ())),
    )


def _all_together() -> LocalNames:
    """What no language of its own decides: the names of all, the first one's where they differ."""
    tables = [local_names(language) for language in listed_languages()]
    names: dict[str, str] = {}
    for table in tables:
        for name, target in table.names.items():
            if not _is_short(name):
                names.setdefault(name, target)
    return LocalNames(
        names=names,
        silent=frozenset(name for table in tables for name in table.silent if not _is_short(name)),
        disambiguation=frozenset().union(*(table.disambiguation for table in tables)),
        disambiguation_titles=frozenset().union(*(table.disambiguation_titles for table in tables)),
        infobox_prefixes=tuple(
            {
                name
                for t in tables
                for name in t.infobox_prefixes
                if len(name) > 4 or not name.isascii()
            }
        ),
        infobox_suffixes=tuple({name for table in tables for name in table.infobox_suffixes}),
        file=frozenset().union(*(table.file for table in tables)),
        image_options=frozenset().union(*(table.image_options for table in tables)),
    )


def _is_short(name: str) -> bool:
    """Whether a name means too many things in too many languages: three letters are a country."""
    return len(name) <= (3 if name.isascii() else 2)


EVERY_LANGUAGE = _all_together()
_DISAMBIGUATION_TITLE = re.compile(
    rf"[(（](?:{'|'.join(map(re.escape, sorted(EVERY_LANGUAGE.disambiguation_titles)))})[)）]$",
    re.IGNORECASE,
)


def is_disambiguation_title(title: str) -> bool:
    """Whether the title says that its page lists others, in the word of any wiki."""
    return _DISAMBIGUATION_TITLE.search(title) is not None
