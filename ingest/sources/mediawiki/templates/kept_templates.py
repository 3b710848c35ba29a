"""What a process keeps of a dump's templates between pages: the table, read bodies, results.

Both caches are bounded by the characters they hold, for a template may have a megabyte.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import local
from typing import Generic, TypeVar

from pinakes.ingest.sources.mediawiki.templates.syntax import Nodes, parse_body
from pinakes.ingest.sources.mediawiki.templates.table import StoredTemplate, TemplateTable

__all__ = ["KeptTemplates", "Result", "open_templates"]

# Characters of wikitext: their trees take some twenty times as much memory.
_MOST_BODIES, _MOST_RESULTS = 1_000_000, 4_000_000
_MOST_TITLES = 1 << 15
_ENTRY = 200  # characters that an entry weighs besides

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class _Bounded(Generic[_Key, _Value]):
    """The values that were wanted last, as many as weigh no more than ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._values: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()

    def get(self, key: _Key) -> _Value | None:
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: _Key, value: _Value, weight: int) -> None:
        if weight > self._most or key in self._values:
            return
        self._values[key] = value, weight
        self._weight += weight
        while self._weight > self._most:
            self._weight -= self._values.popitem(last=False)[1][1]


@dataclass(frozen=True, slots=True)
class Result:
    """What a call gave that depends on its arguments alone, and what it took.

    ``found``, ``missing``: as ``Lookups`` has them. ``height``: how deep it went.
    """

    text: str
    found: frozenset[int]
    missing: frozenset[str]
    steps: int
    characters: int
    height: int
    unknown_modules: int


class KeptTemplates:
    """The templates of the table at ``path``. For one thread."""

    def __init__(self, path: Path) -> None:
        self.table = TemplateTable(path)
        self._bodies: _Bounded[int, tuple[Nodes, int]] = _Bounded(_MOST_BODIES)
        self._titles: _Bounded[str, StoredTemplate | str] = _Bounded(_MOST_TITLES)
        self.results: _Bounded[Hashable, Result] = _Bounded(_MOST_RESULTS)

    def find(self, title: str) -> StoredTemplate | None:
        """The template of this title."""
        found = self._titles.get(title)
        if found is None:
            found = self.table.find(title) or ""
            self._titles.put(title, found, 1)
        return found if isinstance(found, StoredTemplate) else None

    def body(self, page_id: int) -> tuple[Nodes, int]:
        """The body of a template as a tree, and its length in characters."""
        found = self._bodies.get(page_id)
        if found is None:
            text = self.table.body(page_id)
            found = parse_body(text), len(text)
            self._bodies.put(page_id, found, len(text) + _ENTRY)
        return found

    def keep_result(self, key: Hashable, result: Result, length: int) -> None:
        """Keep what a call gave; ``length``: of its arguments, in characters."""
        self.results.put(key, result, length + len(result.text) + _ENTRY)


_kept = local()


def open_templates(path: Path) -> KeptTemplates:
    """The templates of the table at ``path``, opened once by every thread that reads a dump."""
    state = path.stat()
    key = path, state.st_ino, state.st_mtime_ns
    if getattr(_kept, "key", None) != key:
        close: Callable[[], None] | None = getattr(_kept, "close", None)
        if close:
            close()
        _kept.templates = KeptTemplates(path)
        _kept.close = _kept.templates.table.close
        _kept.key = key
    templates: KeptTemplates = _kept.templates
    return templates
