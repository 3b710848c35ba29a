"""Wikimedia's wikis by their database names: enwiki is English, at en.wikipedia.org.

Source: the list of databases in Wikimedia's site matrix. Knows nothing of dumps.
"""

import re

__all__ = ["address_of_wiki", "domain_of_wiki", "language_of_wiki", "project_of_wiki"]

_PROJECTS = {
    "wiki": "wikipedia",
    "wiktionary": "wiktionary",
    "wikibooks": "wikibooks",
    "wikinews": "wikinews",
    "wikiquote": "wikiquote",
    "wikisource": "wikisource",
    "wikiversity": "wikiversity",
    "wikivoyage": "wikivoyage",
}
_DATABASE = re.compile(rf"([a-z][a-z_]*?)({'|'.join(_PROJECTS)})")
# Wikis of no language.
_SPECIAL = frozenset(
    ("commons", "species", "meta", "mediawiki", "wikidata", "incubator", "sources", "outreach",
     "wikimania", "foundation", "test", "test2", "login", "labtest", "wikifunctions")
)  # fmt: skip


def language_of_wiki(database: str) -> str:
    """The language that a wiki's name says; "" of one that says none."""
    found = _DATABASE.fullmatch(database)
    if found is None or found[1] in _SPECIAL:
        return ""
    return found[1].replace("_", "-")


def project_of_wiki(database: str) -> str:
    """The project that a wiki is of: wikipedia, wikivoyage, …; "" of one whose name says none."""
    found = _DATABASE.fullmatch(database)
    return "" if found is None or found[1] in _SPECIAL else _PROJECTS[found[2]]


def domain_of_wiki(database: str) -> str:
    """How files of page views call a wiki: "en.wikipedia"; "" of one whose name says none."""
    project = project_of_wiki(database)
    return f"{language_of_wiki(database)}.{project}" if project else ""


def address_of_wiki(database: str) -> str:
    """Where a wiki's pages stand, https://en.wikipedia.org/wiki/; "" where no name says it."""
    found = _DATABASE.fullmatch(database)
    if found is None or found[1] in _SPECIAL:
        return ""
    return f"https://{language_of_wiki(database)}.{_PROJECTS[found[2]]}.org/wiki/"
