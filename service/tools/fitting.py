"""Results of tools, made to fit into their budget: characters of the whole JSON. Pure functions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pinakes.index.types import Hit, Manifest, StoredPage
from pinakes.ingest.passages import heading_at
from pinakes.service.asking.citations import page_url, passage_url, place_name, wiki_permalink
from pinakes.service.tools.budget import excerpt, first_start, json_length, last_end, shown, widened
from pinakes.service.tools.tool_views import (
    AskResult,
    FetchMetadata,
    FetchResult,
    FoundView,
    PageReference,
    SearchResult,
    SentenceVerdict,
    SourceView,
)
from pinakes.service.types import Answer, PassageRef
from pinakes.service.views.excerpts import Spans, best_excerpt
from pinakes.service.views.search_views import View

__all__ = ["Frame", "answered", "fetched", "found", "json_of", "json_text"]

_LONGEST_TITLE = 160
_LONGEST_ADDRESS = 1_000
_LEAST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Frame:
    """What every result is made with: the generation, this service's address, and the budget.

    Without an ``address`` readers are sent to the wiki itself: links of this service would be dead.
    """

    manifest: Manifest
    address: str
    budget: int

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
            url=self.address + url if self.address else _readable(permalink),
        )

    def of_hit(self, hit: Hit) -> PageReference:
        """A passage that was found."""
        passage = hit.passage
        ref = PassageRef(
            self.manifest.collection, passage.page_id, hit.revision_id, passage.start, passage.end
        )
        permalink = wiki_permalink(self.manifest.dump.base_url, passage.title, hit.revision_id)
        name = place_name(passage.title, passage.heading_path)
        return self.reference(ref, name, passage_url(ref), permalink)


def _readable(address: str | None) -> str | None:
    """``address``, where a model can be expected to read all of it."""
    return address if address and len(address) <= _LONGEST_ADDRESS else None


def json_of(result: View) -> str:
    """The JSON of a result: what its budget counts."""
    return json_text(result.model_dump(mode="json", exclude_none=True))


def json_text(values: Any) -> str:
    """JSON as it is sent: without spaces, letters as they are."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def found(hits: Sequence[Hit], most: int, frame: Frame) -> SearchResult:
    """The best passage of each page, its part with most of the question's words shown."""
    best: dict[int, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.page_id, hit)
    chosen = list(best.values())[:most]
    bare = [
        FoundView(**dict(frame.of_hit(hit)), text="", kept_as_of=hit.kept_as_of) for hit in chosen
    ]
    while (room := frame.room(SearchResult(results=bare))) < _LEAST_TEXT * len(bare):
        bare.pop()
    texts = [(hit.passage.text, hit.highlights, ()) for hit in chosen[: len(bare)]]
    return SearchResult(
        results=[
            view.model_copy(update={"text": text})
            for view, text in zip(bare, _dealt(texts, room, frame.language), strict=True)
        ]
    )


def fetched(page: StoredPage, asked: PassageRef, frame: Frame) -> FetchResult:
    """The passage asked for with the text around it; of a page that has changed, its beginning."""
    same = page.revision_id == asked.revision_id
    start, end = (asked.start, asked.end) if same else (0, len(page.text))
    room = frame.budget
    while True:
        stretch = widened(page.text, start, end, room, language=frame.language)
        result = _stretch(page, asked, stretch, frame)
        excess = -frame.room(result)
        if excess <= 0 or room <= 0:
            return result
        room -= excess


def _stretch(
    page: StoredPage, asked: PassageRef, stretch: tuple[int, int], frame: Frame
) -> FetchResult:
    """Part of a page as the result of a fetch."""
    start, end = stretch
    text = shown(page.text, start, end)
    same = page.revision_id == asked.revision_id
    title = place_name(page.title, heading_at(page.sections, asked.start) if same else ())
    url = passage_url(asked) if same else page_url(asked.collection, page.page_id)
    # Where the passage asked for begins in what is shown: behind the mark of what is not.
    shift = text.index(page.text[start:end]) - start

    def part(low: int, high: int) -> str | None:
        ref = PassageRef(asked.collection, page.page_id, page.revision_id, low, high)
        return str(ref) if page.text[low:high].strip() else None

    room = json_length(text)
    behind = end + len(page.text[end:]) - len(page.text[end:].lstrip())
    permalink = wiki_permalink(frame.manifest.dump.base_url, page.title, page.revision_id)
    metadata = FetchMetadata(
        collection=asked.collection,
        page_id=page.page_id,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        changed=not same,
        kept_as_of=page.kept_as_of,
        passage_start=asked.start + shift if same else None,
        passage_end=min(asked.end, end) + shift if same else None,
        previous=part(first_start(page.text, start, room, language=frame.language), start),
        next=part(
            behind,
            last_end(page.text, behind, len(page.text), room, language=frame.language),
        ),
        permalink=_readable(permalink),
    )
    reference = frame.reference(asked, title, url, permalink)
    return FetchResult(**dict(reference), text=text, metadata=metadata)


def answered(answer: Answer, frame: Frame) -> AskResult:
    """The answer, as many of its sentences as fit, and what they cite."""
    count = len(answer.sentences)
    result = _reply(answer, count, frame)
    while count > 1 and frame.room(result) < _LEAST_TEXT * len(result.sources):
        count -= 1
        result = _reply(answer, count, frame)
    if (room := frame.room(result)) < 0:  # of one monstrous sentence, or of none
        text = excerpt(result.text, json_length(result.text) + room, language=frame.language)
        cut = [sentence.model_copy(update={"end": len(text)}) for sentence in result.sentences]
        result = result.model_copy(update={"text": text, "sentences": cut})
    quotes = {citation.number: citation for citation in answer.citations}
    cited = [quotes[source.number] for source in result.sources]
    texts = [
        (citation.quote, citation.highlights, answer.places(citation.number)) for citation in cited
    ]
    quoted = _dealt(texts, frame.room(result), frame.language)
    sources = [
        source.model_copy(update={"quote": text})
        for source, text in zip(result.sources, quoted, strict=True)
    ]
    return result.model_copy(update={"sources": sources})


def _reply(answer: Answer, count: int, frame: Frame) -> AskResult:
    """The first ``count`` sentences of an answer, and what they cite, not quoted yet."""
    kept = answer.sentences[:count]
    whole = count == len(answer.sentences)
    used = {number for sentence in kept for number in sentence.citations}
    hits = {hit.passage.page_id: hit for hit in reversed(answer.hits)}
    short = answer.short_answer
    return AskResult(
        text=answer.text if whole else shown(answer.text, 0, kept[-1].end),
        kind=answer.kind,
        short_answer=None if short is None else short.text,
        sentences=[
            SentenceVerdict(
                start=sentence.start,
                end=sentence.end,
                verdict=sentence.verdict,
                answers=sentence.answers,
                citations=sentence.citations,
                unverified=sentence.unverified,
                missing=sentence.missing,
            )
            for sentence in kept
        ],
        sources=[
            SourceView(
                **dict(
                    frame.reference(
                        citation.ref,
                        place_name(citation.title, citation.heading_path),
                        citation.url,
                        citation.permalink,
                    )
                ),
                number=citation.number,
                quote="",
                kept_as_of=citation.kept_as_of,
            )
            for citation in answer.citations
            if citation.number in used
        ],
        nearest=[
            frame.of_hit(hits[near.page_id]) for near in answer.nearest if near.page_id in hits
        ],
        withheld=answer.withheld,
        collection=answer.collection,
        as_of=answer.as_of,
    )


def _dealt(texts: Sequence[tuple[str, Spans, Spans]], room: int, language: str) -> Iterator[str]:
    """Of each text its best part; what one leaves of its share of the room goes to the next.

    A text comes with its highlights, and with the places in it that support an answer.
    """
    for number, (text, highlights, places) in enumerate(texts):
        share = max(room // (len(texts) - number), 0)
        start, _ = best_excerpt(text, highlights, max(share, 1), places, language=language)
        part = excerpt(text, share, start, language=language) if share else ""
        room -= json_length(part)
        yield part
