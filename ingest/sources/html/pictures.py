"""Pictures of a page: which of them are worth a place in it, and what their elements tell.

Knows nothing of the text, and of sources only what they call a picture at an address.
"""

from collections.abc import Callable, Mapping

from pinakes.ingest.layout import Picture

__all__ = ["PictureOf", "no_picture", "read_picture"]

# What the source calls the picture at an address in the page; None where it has none there.
PictureOf = Callable[[str], str | None]
# Icons, flags beside names, and what draws lines: in pixels, of the smaller side.
_SMALLEST = 21
_LARGEST = 20_000
_LONGEST_WORDS = 500


def no_picture(_address: str) -> str | None:
    """Of sources that have no pictures."""
    return None


def read_picture(attributes: Mapping[str, str | None], picture_of: PictureOf) -> Picture | None:
    """The picture of an element; None of icons, and where the source has none at its address."""
    width, height = (_pixels(attributes.get(name)) for name in ("width", "height"))
    if any(0 < side < _SMALLEST for side in (width, height)):
        return None
    address = attributes.get("src") or attributes.get("data-src")
    path = picture_of(address) if address else None
    if path is None:
        return None
    words = " ".join((attributes.get("alt") or "").split())[:_LONGEST_WORDS]
    return Picture(path, words.encode("utf-8", "replace").decode(), width, height)


def _pixels(value: str | None) -> int:
    """A size as the element tells it; 0 where it tells none that can be."""
    digits = (value or "").removesuffix("px").partition(".")[0]
    known = digits.isascii() and digits.isdecimal() and len(digits) < 6
    return min(int(digits), _LARGEST) if known else 0
