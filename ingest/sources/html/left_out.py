"""What of a page is no part of its text: navigation, references, notices, controls, what is hidden.

By the classes that MediaWiki, its skins and the templates of its wikis give them, and by the roles
and styles that any page may have. Knows nothing of the text.
"""

import re
from collections.abc import Mapping

__all__ = ["is_control", "is_left_out"]

_TAGS = frozenset(
    ("audio", "base", "button", "canvas", "embed", "footer", "form", "head", "iframe", "img",
     "input", "link", "meta", "nav", "noscript", "object", "script", "select", "source", "style",
     "svg", "template", "textarea", "title", "track", "video")
)  # fmt: skip
_CLASS_LIST = """
ambox asbox autonumber bandeau-container catlinks citizen-page-footer cmbox cs1-hidden-error
cs1-maint cs1-visible-error dablink dmbox error-notice fmbox geo-multi-punct geo-nondefault hatnote
homonymie imbox magnify mbox-small metadata mw-cite-backlink mw-editsection mw-empty-elt
mw-ext-cite-error mw-indicators mw-jump-link mw-redirectedfrom mw-ref mw-references
mw-references-wrap mw-ui-icon mw-authority-control authority-control navbar navbox
navbox-container navbox-styles navigation-not-searchable noexcerpt noprint ombox
pcs-collapse-table-collapsed-bottom pcs-collapse-table-collapsed-container pcs-edit-section-link
pcs-edit-section-link-container pcs-footer-container portal portalbox portal-bar printfooter
reference references reflist rellink scribunto-error selfreference shortdescription sidebar
sidebar-navbox sistersitebox sister-box sortkey stub tmbox toc tocright toctitle
vertical-navbox zim-footer
"""
_CLASSES = frozenset(_CLASS_LIST.split())
_IDS = frozenset(
    ("catlinks", "contentSub", "disambigbox", "footer", "jump-to-nav", "mw-navigation", "normdaten",
     "pcs-edit-section-title-description", "siteNotice", "siteSub", "stub", "toc")
)  # fmt: skip
_ROLES = frozenset(("navigation", "search", "banner", "contentinfo", "complementary"))
# Pages for telephones come with all sections but the first, and with tables, folded: a script shows
# them.
_FOLDED = frozenset(("pcs-collapse-table-content",))
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def is_left_out(tag: str, attributes: Mapping[str, str | None], classes: list[str]) -> bool:
    """Whether nothing of an element with these attributes is text of the page."""
    if not _CLASSES.isdisjoint(classes):
        return True
    is_folded = tag == "section" or not _FOLDED.isdisjoint(classes)
    return is_control(tag, attributes, is_folded=is_folded) or bool(
        attributes and (attributes.get("role") == "note" or attributes.get("id") in _IDS)
    )


def is_control(tag: str, attributes: Mapping[str, str | None], *, is_folded: bool = False) -> bool:
    """The same of any page, whoever made it: controls, navigation, pictures, what is hidden."""
    if tag in _TAGS:
        return True
    if not attributes:
        return False
    style = attributes.get("style")
    return (
        (style is not None and not is_folded and _HIDDEN.search(style) is not None)
        or "hidden" in attributes
        or attributes.get("role") in _ROLES
    )
