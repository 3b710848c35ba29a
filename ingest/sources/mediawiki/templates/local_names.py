"""Names on wikis of other languages, read from ``local_names.toml``.

The table to extend for another language or wiki is that file; its head says what it may hold.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

__all__ = ["EVERY_LANGUAGE", "LocalNames", "local_names"]


@dataclass(frozen=True, slots=True)
class LocalNames:
    """What one language calls its templates, boxes, months and pictures."""

    names: dict[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    silent_prefixes: tuple[str, ...] = ()
    disambiguation: frozenset[str] = frozenset()
    infobox_prefixes: tuple[str, ...] = ()
    infobox_suffixes: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    date: str = ""
    file: frozenset[str] = frozenset()
    image_options: frozenset[str] = frozenset()


def local_names(language: str) -> LocalNames:
    """The names of a language by its code; none for a language that the table lacks."""
    languages = _languages()
    return languages.get(language) or languages.get(language.partition("-")[0]) or LocalNames()


@cache
def _languages() -> dict[str, LocalNames]:
    text = (
        files("pinakes.ingest.sources.mediawiki.templates")
        .joinpath("local_names.toml")
        .read_text(encoding="utf-8")
    )
    found = {}
    for language, table in tomllib.loads(text).items():
        boxes = table.get("infobox", [])
        found[language] = LocalNames(
            names=table.get("names", {}),
            silent=frozenset(table.get("silent", ())),
            silent_prefixes=tuple(table.get("silent-prefixes", ())),
            disambiguation=frozenset(table.get("disambiguation", ())),
            infobox_prefixes=tuple(name for name in boxes if name[0] != "*"),
            infobox_suffixes=tuple(name[1:] for name in boxes if name[0] == "*"),
            months=tuple(table.get("months", ())),
            date=table.get("date", ""),
            file=frozenset(table.get("file", ())),
            image_options=frozenset(table.get("image-options", ())),
        )
    return found


def _all_together() -> LocalNames:
    """What no language of its own decides: the names of all, the first one's where they differ."""
    tables = list(_languages().values())
    names: dict[str, str] = {}
    for table in tables:
        for name, target in table.names.items():
            if len(name) > 2:  # short names mean too many things
                names.setdefault(name, target)
    return LocalNames(
        names=names,
        silent=frozenset(name for table in tables for name in table.silent if len(name) > 2),
        disambiguation=frozenset().union(*(table.disambiguation for table in tables)),
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


EVERY_LANGUAGE = _all_together()
