"""Templates that mean something on wikis of one project alone: travel guides, dictionaries.

There they come before those of the same name elsewhere: {{see}} points to another article of an
encyclopedia, and is a place worth seeing in a travel guide.
"""

import re
from collections.abc import Callable, Mapping

from pinakes.ingest.sources.mediawiki.templates.arguments import TitledRenderer
from pinakes.ingest.sources.mediawiki.templates.dictionary import word_template
from pinakes.ingest.sources.mediawiki.templates.listings import LISTINGS, listing, marker, regions
from pinakes.ingest.sources.mediawiki.types import SiteInfo
from pinakes.ingest.sources.wiki_names import project_of_wiki
from pinakes.ingest.types import CutBy

__all__ = ["cut_by", "project_template"]

# Banners, maps, routes and how complete a page is.
_OF_GUIDES = re.compile(
    r"pagebanner|ispartof|geo|routebox|mapframe|maskmap|mapmask|mapshapes?|related|"
    r"(?:outline|usable|guide|star|stub|disamb)(?:[a-z ]*(?:city|country|region|district|park|"
    r"topic|itinerary|phrasebook|airport|continent|dive|rural)[a-z ]*)?"
)
# By project what cuts its pages into passages.
_CUT_BY: Mapping[str, CutBy] = {"wikivoyage": "items", "wiktionary": "sections"}


def project_template(site: SiteInfo) -> Callable[[str], TitledRenderer | None]:
    """What finds the template of a name (lower case, single spaces) that only this project has."""
    return _FINDERS.get(project_of_wiki(site.database), _none)


def cut_by(site: SiteInfo) -> CutBy:
    """What passages of this wiki do not go beyond."""
    return _CUT_BY.get(project_of_wiki(site.database), "length")


def _of_guide(name: str) -> TitledRenderer | None:
    if name in LISTINGS:
        return listing
    if name == "marker":
        return marker
    if name == "regionlist":
        return regions
    return (lambda _arguments, _title: "") if _OF_GUIDES.fullmatch(name) else None


def _none(_name: str) -> TitledRenderer | None:
    return None


_FINDERS: Mapping[str, Callable[[str], TitledRenderer | None]] = {
    "wikivoyage": _of_guide,
    "wiktionary": word_template,
}
