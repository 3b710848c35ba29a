"""What every result of a tool is made with, and its budget: characters of the whole JSON.

Pure functions.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote as url_quote

from pinakes.index.retrieval.federated import Federation
from pinakes.index.types import Hit, Manifest
from pinakes.service.asking.citations import page_url, passage_url, place_name, wiki_permalink
from pinakes.service.tools.budget import excerpt, json_length
from pinakes.service.tools.tool_views import PageReference
from pinakes.service.types import PassageRef
from pinakes.service.views.excerpts import Spans, best_excerpt
from pinakes.service.views.search_views import View

__all__ = ["LEAST_TEXT", "Frame", "dealt", "fitted", "frame_of", "json_of", "json_text"]

LEAST_TEXT = 80
_LONGEST_TITLE = 160
_LONGEST_ADDRESS = 1_000
Result = TypeVar("Result", bound=View)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every result is made with: the generation, this service's address, and the budget.

    ``others``: by collection, all that is searched, where that is several. Without an ``address``
    readers are sent to the wiki itself: links of this service would be dead.
    """

    manifest: Manifest
    address: str
    budget: int
    others: Mapping[str, Manifest] = field(default_factory=dict)

    @property
    def as_of(self) -> str | None:
        """The day of the dump, where all results are of one day."""
        days = {one.dump.day for one in (self.manifest, *self.others.values())}
        return next(iter(days)) if len(days) == 1 else None

    def manifest_of(self, collection: str) -> Manifest:
        """Of the generation of that collection."""
        return self.others.get(collection, self.manifest)

    @property
    def language(self) -> str:
        """Of the generation's texts, by its code."""
        return self.manifest.dump.language

    def room(self, result: View) -> int:
        """Characters that ``result`` leaves; less than none if it has too many."""
        return self.budget - len(json_of(result))

    def reference(
        self, ref: PassageRef, title: str, url: str, permalink: str | None
    ) -> PageReference:
        """Something to fetch; ``permalink``: the same on the wiki."""
        return PageReference(
            id=str(ref),
            title=excerpt(title, _LONGEST_TITLE),
            url=self.address + url if self.address else readable(permalink),
        )

    def of_hit(self, hit: Hit) -> PageReference:
        """A passage that was found."""
        passage = hit.passage
        manifest = self.manifest_of(hit.collection)
        ref = PassageRef(
            manifest.collection, passage.page_id, hit.revision_id, passage.start, passage.end
        )
        permalink = wiki_permalink(manifest.dump.base_url, passage.title, hit.revision_id)
        name = place_name(passage.title, passage.heading_path)
        return self.reference(ref, name, passage_url(ref), permalink)

    def short_url(self, page_id: int, title: str, collection: str = "") -> str | None:
        """The shortest address of a page, as it is now: half the tokens of one with a revision."""
        manifest = self.manifest_of(collection)
        if self.address:
            return self.address + page_url(manifest.collection, page_id)
        site, found, _ = manifest.dump.base_url.partition("/wiki/")
        if not found or not site.startswith(("http://", "https://")):
            return None
        site = site.replace("http://", "https://", 1)
        return readable(f"{site}/wiki/{url_quote(title.replace(' ', '_'))}")


def frame_of(several: Federation, address: str, budget: int) -> Frame:
    """The frame of what is found in several collections, or in one."""
    manifests = {name: index.manifest for name, index in several.indexes.items()}
    others = manifests if len(manifests) > 1 else {}
    return Frame(several.first.manifest, address, budget, others)


def readable(address: str | None) -> str | None:
    """``address``, where a model can be expected to read all of it."""
    return address if address and len(address) <= _LONGEST_ADDRESS else None


def json_of(result: View) -> str:
    """The JSON of a result: what its budget counts."""
    return json_text(result.model_dump(mode="json", exclude_none=True))


def json_text(values: Any) -> str:
    """JSON as it is sent: without spaces, letters as they are."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def fitted(make: Callable[[int], Result], frame: Frame) -> Result:
    """What ``make`` makes with as many characters of text as the budget leaves."""
    room = frame.budget
    while True:
        result = make(room)
        excess = -frame.room(result)
        if excess <= 0 or room <= 0:
            return result
        room -= excess


def dealt(texts: Sequence[tuple[str, Spans, Spans]], room: int, language: str) -> Iterator[str]:
    """Of each text its best part; what one leaves of its share of the room goes to the next.

    A text comes with its highlights, and with the places in it that support an answer.
    """
    for number, (text, highlights, places) in enumerate(texts):
        share = max(room // (len(texts) - number), 0)
        start, _ = best_excerpt(text, highlights, max(share, 1), places, language=language)
        part = excerpt(text, share, start, language=language) if share else ""
        room -= json_length(part)
        yield part
