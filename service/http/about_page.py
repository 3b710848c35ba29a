"""What is served, as figures to look at: coverage, sizes, ages, and how long things take."""

from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from math import isinf

from babel import Locale, UnknownLocaleError
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from pinakes.index.errors import CollectionError
from pinakes.index.library import CollectionState, Library
from pinakes.index.types import Manifest
from pinakes.service.charts.bars import Chart, chart
from pinakes.service.http.front_page import coverage_in_words
from pinakes.service.http.interface_languages import InterfaceLanguage, interface_language
from pinakes.service.http.operation_api import model_of
from pinakes.service.http.requests import ServedLibrary
from pinakes.service.http.templating import page_response
from pinakes.service.metrics import Metrics
from pinakes.service.views.collection_views import CollectionView, collection_view

__all__ = ["about_page"]

# Fewer would tell what somebody has just done.
_FEWEST = 20
_MOST_YEARS = 12
about_page = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _About:
    """A collection with what is drawn of it; ``manifest`` is None where none can be read."""

    view: CollectionView
    manifest: Manifest | None
    language: str
    coverage: str
    charts: tuple[Chart, ...]

    @property
    def is_wiki(self) -> bool:
        """Whether its articles lead to where they are on the web."""
        return self.manifest is not None and bool(self.manifest.dump.base_url)


@about_page.get("/about")
def about(request: Request, library: ServedLibrary) -> Response:
    """Coverage, sizes and ages of the collections that the caller may know of; latencies."""
    language = interface_language(request)
    states = library.states()
    collections = [_about(request, library, state, language) for state in states]
    shares = {
        one.view.collection: (one.manifest.coverage, _counted(one.manifest, language))
        for one in collections
        if one.manifest
    }
    shown = {
        "version": version("pinakes"),
        "model": model_of(request),
        "coverage": chart(language.gettext("Passages that are searched by meaning"), shares, 1.0),
        "collections": collections,
        "fewest": _FEWEST,
        "latencies": _latencies(request.app.state.metrics, language),
    }
    return page_response(request, "about.html", shown)


def _about(
    request: Request, library: Library, state: CollectionState, language: InterfaceLanguage
) -> _About:
    view = collection_view(state, request.app.state.settings)
    coverage, charts = "", []
    if state.manifest is not None:
        charts.append(_sizes(state.manifest, language))
        try:
            with library.lease(state.name) as index:
                coverage = coverage_in_words(index, language)
                years = index.store.revision_years()
        except (CollectionError, OSError):  # it is told of already, or has just gone
            years = {}
        if years:
            charts.append(_ages(years, language))
    return _About(
        view, state.manifest, _language_name(view.language, language), coverage, tuple(charts)
    )


def _sizes(manifest: Manifest, language: InterfaceLanguage) -> Chart:
    """What the parts of a generation take on the disk."""
    gettext = language.gettext
    names = {
        "texts": gettext("Texts"),
        "pages": gettext("Titles, links and layouts"),
        "bm25": gettext("Index of words"),
        "vectors": gettext("Vectors"),
        "encoder": gettext("Encoder of questions, shared by all"),
    }
    sizes: Counter[str] = Counter()
    for path, record in manifest.files.items():
        if not record.size:
            continue
        sizes[names.get(path.partition("/")[0].partition(".")[0], gettext("Others"))] += record.size
    values = {name: (float(size), language.size(size)) for name, size in sizes.most_common()}
    title = gettext("On the disk: %(size)s") % {"size": language.size(sizes.total())}
    return chart(title, values)


def _ages(years: dict[int, int], language: InterfaceLanguage) -> Chart:
    """How many articles were last changed in which year; the oldest years together."""
    latest, earliest = max(years), min(years)
    first = max(earliest, latest - _MOST_YEARS + 1)
    counts = {str(year): years.get(year, 0) for year in range(first, latest + 1)}
    if before := sum(count for year, count in years.items() if year < first):
        label = language.gettext("before %(year)s") % {"year": first}
        counts = {label: before} | counts
    values = {label: (float(count), language.number(count)) for label, count in counts.items()}
    return chart(language.gettext("Articles by the year of their last change"), values)


def _latencies(metrics: Metrics, language: InterfaceLanguage) -> list[Chart]:
    """How long searches took, and first words of answers; in shares, so that nothing is counted."""
    gettext = language.gettext
    titles = (
        (gettext("Searches, by the time they took"), metrics.search_times()),
        (gettext("Answers, by the time to their first words"), metrics.first_words_times()),
    )
    return [
        _histogram(title, times, language)
        for title, times in titles
        if sum(times.values()) >= _FEWEST
    ]


def _histogram(title: str, times: dict[float, int], language: InterfaceLanguage) -> Chart:
    """Shares by the bounds of their times, without what is empty at either end."""
    total = sum(times.values())
    filled = [place for place, count in enumerate(times.values()) if count]
    spans = list(zip((0.0, *times), times.items(), strict=False))[filled[0] : filled[-1] + 1]
    values = {
        _span(over, seconds, language): (count / total, language.percent(count / total))
        for over, (seconds, count) in spans
    }
    return chart(title, values)


def _span(over: float, seconds: float, language: InterfaceLanguage) -> str:
    """Times of more than ``over`` and at most so many seconds, in the unit of the latter."""
    if isinf(seconds):
        return f"> {language.number(over)} s"
    scale, unit = (1, "s") if seconds >= 1 else (1000, "ms")
    most = f"{language.number(round(seconds * scale, 1))} {unit}"
    return f"{language.number(round(over * scale, 1))}–{most}" if over else f"≤ {most}"


def _counted(manifest: Manifest, language: InterfaceLanguage) -> str:
    """How many of its passages have a vector."""
    vectors, passages = map(language.number, (manifest.vectors, manifest.passages))
    return language.gettext("%(vectors)s of %(passages)s") % {
        "vectors": vectors,
        "passages": passages,
    }


def _language_name(code: str | None, language: InterfaceLanguage) -> str:
    """What the language of a collection is called in that of the pages; else its code."""
    try:
        return Locale.parse(code or "", sep="-").get_language_name(language.code) or code or ""
    except (UnknownLocaleError, ValueError):
        return code or ""
