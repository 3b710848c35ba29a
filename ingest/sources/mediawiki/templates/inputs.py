"""Which templates of a dump a page was made with, and whether these are still the same.

A page keeps the page ids of all that were found for it, however deep, and the titles of those that
were not there. What it is made of is read from the table again when another dump comes: the same
wikitext with the same templates reads the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import xxhash

from pinakes.ingest.sources.mediawiki.templates.table import TemplateTable

__all__ = ["NO_TEMPLATES", "Lookups", "digest_of", "packed"]

# The inputs of a page that asked for templates of a dump that holds none.
NO_TEMPLATES = b"\0"
_ABSENT = bytes(16)


@dataclass(slots=True)
class Lookups:
    """What was looked up: page ids of templates, and titles that no template has."""

    found: set[int] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def add(self, found: Iterable[int], missing: Iterable[str]) -> None:
        """Add other lookups to these."""
        self.found.update(found)
        self.missing.update(missing)


def packed(lookups: Lookups) -> bytes:
    """The lookups in few bytes, always the same ones for the same; none for none.

    The number of page ids, then the difference of each to the one before, seven bits to a byte and
    the lowest first; then the titles, parted by zero bytes.
    """
    if not (lookups.found or lookups.missing):
        return b""
    numbers = [len(lookups.found)]
    before = 0
    for page_id in sorted(lookups.found):
        numbers.append(page_id - before)
        before = page_id
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out) + "\0".join(sorted(lookups.missing)).encode("utf-8", "surrogatepass")


def _unpacked(inputs: bytes) -> tuple[list[int], list[str]]:
    numbers: list[int] = []
    place = number = shift = 0
    wanted = 1
    while len(numbers) < wanted:
        byte = inputs[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            wanted = numbers[0] + 1
            number = shift = 0
    found, page_id = [], 0
    for difference in numbers[1:]:
        page_id += difference
        found.append(page_id)
    titles = inputs[place:].decode("utf-8", "surrogatepass")
    return found, titles.split("\0") if titles else []


def digest_of(inputs: bytes, table: TemplateTable | None) -> bytes:
    """The digest (16 bytes) of the templates that ``packed`` lookups lead to in ``table``.

    Without a table none of them is there. Of no lookups it is empty.
    """
    if not inputs or (inputs == NO_TEMPLATES and table is None):
        return b""
    if inputs == NO_TEMPLATES:
        return _ABSENT
    try:
        found, missing = _unpacked(inputs)
    except (IndexError, UnicodeDecodeError):
        return _ABSENT
    digest = xxhash.xxh3_128()
    for page_id in found:
        stored = table.by_id(page_id) if table else None
        digest.update(stored.digest if stored else _ABSENT)
    for title in missing:
        stored = table.find(title) if table else None
        digest.update(stored.digest if stored else _ABSENT)
    return digest.digest()
