"""What is found, read and answered as text or Markdown: for a model, or a person with curl.

Made of the results of the tools, which keep to a budget; what frames their texts here is shorter
than their JSON. In Markdown all that comes from a collection is escaped: none of it is a link, an
image or a heading. Pure functions.
"""

import re
from collections.abc import Iterable, Sequence

from pinakes.service.http.formats import Format
from pinakes.service.tools.budget import shown
from pinakes.service.tools.tool_views import (
    AskResult,
    FetchResult,
    FoundView,
    PageReference,
    SearchResult,
    ShortMeaningView,
    SourceView,
)
from pinakes.service.types import AnswerKind, Verdict
from pinakes.service.views.collection_views import CollectionView
from pinakes.service.views.status_views import StatusView

__all__ = [
    "NO_MODEL",
    "about",
    "bounded",
    "escaped",
    "readable_answer",
    "readable_page",
    "readable_search",
    "readable_status",
]

# What Markdown reads as its own: CommonMark 0.31, 2.4, and GitHub's tables and strikethrough; at a
# line's beginning also headings, lists and rules (no digit can be escaped, but the dot behind it);
# then bare addresses, which GitHub's dialect makes links.
_SIGNS = re.compile(r"[\\`*_\[\]<>&~|]")
_AT_LINE_START = re.compile(r"((?:^|\r)\s*)([#+=-])|((?:^|\r)\s*\d+)([.)])", re.MULTILINE)
_ADDRESS = re.compile(r"\b(https?|ftp|mailto|xmpp|www)([:.])", re.IGNORECASE)
NO_MODEL = "none, answers quote the collections"
_DOUBTS: dict[Verdict, str] = {
    "partly": "Supported in part",
    "unsupported": "Not supported",
    "contradicted": "Contradicted",
}
_KINDS: dict[AnswerKind, str] = {
    "unproven": "Not proven: no sentence of it is both supported by its sources and an answer.",
    "passage": "Quoted from the collection; no model has worded it.",
}


def readable_search(result: SearchResult, format: Format) -> str:
    """The pages found, each with its title, how well it fits, its sentences and its id."""
    parts = [
        _lines(
            f"{_title(page, format)} ({page.fit})" if page.fit else _title(page, format),
            escaped(page.text or "", format),
            _kept(page.kept_as_of),
            page.id,
            *(line for also in page.also or () for line in (escaped(also.text, format), also.id)),
        )
        for page in result.results
    ]
    if not parts:
        parts = ["Nothing here fits: it is probably not in here."]
        if result.nearest:
            parts.append(f"Nearest: {escaped('; '.join(result.nearest), format)}")
    return _text(*parts, _meanings(result.meanings, format), _as_of(result.as_of))


def readable_page(result: FetchResult, format: Format) -> str:
    """A page's beginning, a section, a passage, or where words stand; then what leads on."""
    told = result.metadata
    lists = [("Sections", told.sections), ("Mentions", told.mentions),
             ("Mentioned by", told.mentioned_by)]  # fmt: skip
    return _text(
        _title(result, format),
        "It has changed since that id was given; this is how it begins now."
        if told.changed
        else "",
        f"Sentences with the words: {told.found}" if told.found is not None else "",
        escaped(result.text, format),
        _lines(
            _meanings(told.meanings, format),
            *(f"{name}: {escaped('; '.join(all_), format)}" for name, all_ in lists if all_),
            f"Before: {told.previous}" if told.previous else "",
            f"Next: {told.next}" if told.next else "",
            _kept(told.kept_as_of),
            f"Id: {result.id}",
        ),
        _as_of(told.as_of),
    )


def readable_answer(result: AskResult, format: Format) -> str:
    """The answer, what of it its sources do not say, and the sources."""
    doubted = [
        f"{_DOUBTS[sentence.verdict]}: "
        f"{escaped(result.text[sentence.start : sentence.end], format)}"
        for sentence in result.sentences
        if sentence.verdict in _DOUBTS
    ]
    return _text(
        escaped(result.text, format),
        _KINDS.get(result.kind, ""),
        _lines(*doubted),
        *(_source(source, result.text, format) for source in result.sources),
        _lines(*(f"Near: {_title(page, format)} {page.id}" for page in result.nearest)),
        _elsewhere(result, format),
        _as_of(result.as_of),
    )


def _elsewhere(result: AskResult, format: Format) -> str:
    if result.outside_question is None:
        return ""
    return f"To ask elsewhere (not sent): {escaped(result.outside_question.text, format)}"


def readable_status(view: StatusView, format: Format) -> str:
    """The version, the model, and a few lines on each collection."""
    return _text(
        f"Pinakes {view.version}; model: {escaped(view.model or NO_MODEL, format)}",
        *(escaped(f"{one.collection}: {about(one)}", format) for one in view.collections),
    )


def about(one: CollectionView) -> str:
    """What a collection is, as of when, and how much of it is searched by meaning."""
    if one.problem is not None:
        return f"{'partly damaged' if one.status == 'damaged' else 'not usable'}: {one.problem}"
    as_of = f", as of {one.as_of}" if one.as_of else ""
    return (
        f"{one.site_name or one.collection} ({one.language}){as_of}; {one.articles:,} articles, "
        f"{one.passages:,} passages, {one.coverage:.0%} of them with a vector"
    )


def escaped(text: str, format: Format) -> str:
    """``text`` so that Markdown shows it as it is, where that is the format."""
    if format != "markdown":
        return text
    text = _AT_LINE_START.sub(r"\1\3\\\2\4", _SIGNS.sub(r"\\\g<0>", text))
    return _ADDRESS.sub(r"\1\\\2", text)


def bounded(text: str, budget: int) -> str:
    """``text``, where signs that were escaped make it longer than its budget: its beginning."""
    return text if len(text) <= budget else shown(text, 0, budget - 2)


def _title(page: PageReference | FoundView, format: Format) -> str:
    title = escaped(page.title, format)
    if format != "markdown" or page.url is None:
        return title
    return f"[{title}](<{page.url}>)"


def _source(source: SourceView, answer: str, format: Format) -> str:
    """A source with its quote, where that is not the answer itself."""
    mark = escaped(f"[{source.number}]", format)
    is_told = source.quote.strip("… ") in answer
    return _lines(
        f"{mark} {_title(source, format)} {source.id}",
        "" if is_told else escaped(source.quote, format),
        _kept(source.kept_as_of),
    )


def _meanings(meant: Sequence[ShortMeaningView] | None, format: Format) -> str:
    """A line for each other page that the name may mean."""
    lines = (f"{one.title}: {one.text}" if one.text else one.title for one in meant or ())
    return _lines(*(f"May also mean: {escaped(line, format)}" for line in lines))


def _kept(day: str | None) -> str:
    return f"Kept as of {day}: later dumps do not have it." if day else ""


def _as_of(day: str | None) -> str:
    return f"As of {day}." if day else ""


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _text(*parts: str) -> str:
    """The parts that say something, an empty line between them."""
    return "\n\n".join(_told(parts)) + "\n"


def _told(parts: Iterable[str]) -> Iterable[str]:
    return (part for part in parts if part)
