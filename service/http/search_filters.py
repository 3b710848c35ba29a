"""What a search is limited to on its page: a kind of page, a section, days of the last change.

Pure functions over what was found; what may be chosen is what was found, too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AfterValidator

from pinakes.index.types import Hit, PageKey
from pinakes.ingest.types import INFOBOX_HEADING

__all__ = ["BEGINNING", "FACTS", "AskedFilters", "Filters", "filtered", "sections_of"]

# The section before the first heading, and the box. No heading is called so.
BEGINNING, FACTS = "-", "="
_MOST_SECTIONS = 12


def _a_day(value: str) -> str:
    if value and date.fromisoformat(value).isoformat() != value:
        raise ValueError("a day is written YYYY-MM-DD")
    return value


_DAY = Annotated[str, AfterValidator(_a_day)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a result must be; "" is no limit.

    ``kind``: an article, or a page that lists the meanings of a name. ``section``: the heading that
    its passage stands below. ``since`` and ``until``: the first and the last day of its last change
    (YYYY-MM-DD); pages of which that is not known are left out then.
    """

    kind: Literal["", "article", "meanings"] = ""
    section: str = ""
    since: str = ""
    until: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Those that limit anything, as the address has them."""
        return {name: value for name, value in asdict(self).items() if value}


def _asked(
    kind: Literal["", "article", "meanings"] = "",
    section: Annotated[str, Query(max_length=300)] = "",
    since: _DAY = "",
    until: _DAY = "",
) -> Filters:
    return Filters(kind, section, since, until)


AskedFilters = Annotated[Filters, Depends(_asked)]


def filtered(
    hits: Sequence[Hit], filters: Filters, changed: Mapping[PageKey, str]
) -> Sequence[Hit]:
    """Those of ``hits`` that the filters leave; ``changed``: when their pages were, as ISO 8601."""
    return [hit for hit in hits if _fits(hit, filters, changed.get(hit.page_key, "")[:10])]


def sections_of(hits: Sequence[Hit]) -> list[str]:
    """The sections that most of ``hits`` stand in, in the order of their names."""
    found = Counter(map(_section, hits))
    return sorted(name for name, _ in found.most_common(_MOST_SECTIONS))


def _fits(hit: Hit, filters: Filters, day: str) -> bool:
    if filters.kind and hit.is_disambiguation != (filters.kind == "meanings"):
        return False
    if filters.section and _section(hit) != filters.section:
        return False
    if not (filters.since or filters.until):
        return True
    return bool(day) and filters.since <= day <= (filters.until or day)


def _section(hit: Hit) -> str:
    """The highest heading that a passage stands below."""
    path = hit.passage.heading_path
    if not path:
        return BEGINNING
    return FACTS if path == (INFOBOX_HEADING,) else path[0]
