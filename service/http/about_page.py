"""What is served, as figures to look at: coverage, sizes, ages, and how long things take."""

from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby

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
_LEAST = 20
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
        one.view.collection: (one.manifest.coverage, _percent(one.manifest))
        for one in collections
        if one.manifest
    }
    shown = {
        "version": version("pinakes"),
        "model": model_of(request),
        "coverage": chart(language.gettext("Searched by meaning"), shares, 1.0),
        "collections": collections,
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
        "encoder": gettext("Encoder of questions"),
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
    return [_histogram(title, times) for title, times in titles if sum(times.values()) >= _LEAST]


def _histogram(title: str, times: dict[float, int]) -> Chart:
    """Shares by their upper bounds in seconds, without what is empty at either end."""
    total = sum(times.values())
    runs = [(empty, list(some)) for empty, some in groupby(times.items(), lambda one: not one[1])]
    runs = runs[1:] if runs[0][0] else runs
    runs = runs[:-1] if runs[-1][0] else runs
    kept = [one for _, some in runs for one in some]
    return chart(
        title,
        {_bound(seconds): (count / total, f"{count / total:.0%}") for seconds, count in kept},
    )


def _bound(seconds: float) -> str:
    if seconds == float("inf"):
        return "> 5 min"
    return f"≤ {seconds * 1000:.0f} ms" if seconds < 1 else f"≤ {seconds:.0f} s"


def _percent(manifest: Manifest) -> str:
    share = manifest.coverage
    return "0 %" if not share else "< 1 %" if share < 0.01 else f"{int(100 * share)} %"


def _language_name(code: str | None, language: InterfaceLanguage) -> str:
    """What the language of a collection is called in that of the pages; else its code."""
    try:
        return Locale.parse(code or "", sep="-").get_language_name(language.code) or code or ""
    except (UnknownLocaleError, ValueError):
        return code or ""
