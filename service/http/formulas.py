"""Formulas for pages: TeX as MathML, which browsers draw themselves.

The library copies words of ``\\text`` and arguments of ``\\href`` and ``\\style`` into its XML as
they stand, and articles are written by anybody: what it makes is read again, and only elements and
attributes of MathML Core that load, link and run nothing are written. The only file that imports
latex2mathml. Source: https://www.w3.org/TR/mathml-core/.
"""

import re
from functools import lru_cache
from xml.etree import ElementTree

from latex2mathml.converter import convert

from pinakes.service.plain_text import visible

__all__ = ["mathml"]

_LONGEST = 2_000
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = frozenset([
    "math", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow",
    "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "mmultiscripts", "mprescripts", "none",
])  # fmt: skip
_ATTRIBUTES = frozenset([
    "accent", "accentunder", "columnalign", "columnspan", "depth", "display", "displaystyle",
    "fence", "form", "height", "largeop", "linethickness", "lspace", "mathsize", "mathvariant",
    "maxsize", "minsize", "movablelimits", "rowspan", "rspace", "scriptlevel", "separator",
    "stretchy", "symmetric", "width",
])  # fmt: skip

# The library numbers the lines of these, as LaTeX does and MediaWiki does not.
_NUMBERED = re.compile(r"(\\(?:begin|end)\{(?:align|equation|gather))\}")
# Ten of any unit and more, which would leave the page.
_WIDE = re.compile(r"\D*\d{2}")


@lru_cache(maxsize=2_000)
def mathml(tex: str, *, on_its_own: bool = False) -> str:
    """The formula as an element ``math``; "" where it is too long, or is none that can be read.

    ``on_its_own``: to be drawn as a line of its own, not as part of one.
    """
    if len(tex) > _LONGEST:
        return ""
    tex = visible(tex)
    try:
        unnumbered = _NUMBERED.sub(r"\1*}", tex)
        made = ElementTree.fromstring(  # noqa: S314  (bounded, and without entities)
            convert(unnumbered, display="block" if on_its_own else "inline")
        )
    except Exception:  # its own errors, and IndexError, RecursionError and others beside them
        return ""
    if not all(_is_plain(element) for element in made.iter()):
        return ""
    made.set("alttext", tex)
    return ElementTree.tostring(made, encoding="unicode", short_empty_elements=False)


def _is_plain(element: ElementTree.Element) -> bool:
    """Whether the element is of MathML; of its attributes those stay that only draw."""
    name = element.tag.removeprefix(_SPACE)
    element.tag = name
    for attribute, value in list(element.attrib.items()):
        if attribute not in _ATTRIBUTES or _WIDE.match(value):
            del element.attrib[attribute]
    return name in _ELEMENTS
