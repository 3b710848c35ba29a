"""How often pages were viewed, from a file of Wikimedia's pageviews, read as a stream.

Format: "pageviews complete", a month or a day in one file,
https://dumps.wikimedia.org/other/pageview_complete/readme.html: a line for each page and way of
access with domain ("en.wikipedia"), title, page id ("null" where none is known), access, views, and
what they were by day or hour.
"""

import bz2
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from pinakes.index.errors import UnusablePageviews

__all__ = ["Pageviews"]

Ids = NDArray[np.int64]
_BATCH = 100_000
_LARGEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Pageviews:
    """The views of one wiki's pages in ``file``; ``domain``: as the file calls that wiki."""

    file: Path
    domain: str

    def of(self, page_ids: Ids) -> Ids:
        """Views of each of these pages, whose ids ascend, by all ways of access together.

        Rows without a page id count for none. Raises UnusablePageviews for a file that cannot be
        read to its end, or has no row of the wiki.
        """
        views = np.zeros(len(page_ids), dtype=np.int64)
        found = False
        for ids, counts in self._batches():
            found = True
            places = np.minimum(np.searchsorted(page_ids, ids), max(len(page_ids) - 1, 0))
            known = page_ids[places] == ids if len(page_ids) else np.zeros(len(ids), dtype=bool)
            np.add.at(views, places[known], counts[known])
        if not found:
            raise self._no_row()
        return views

    def check(self) -> None:
        """Raise UnusablePageviews unless the file begins as one does, and has a row of the wiki.

        It is read up to that row, which takes minutes in the file of a whole month.
        """
        try:
            with self._opened() as lines:
                is_one = lines.readline(10_000).count(b" ") >= 4
        except (OSError, EOFError) as error:
            raise UnusablePageviews(f"{self.file}: cannot be read ({error})") from None
        if not is_one:
            raise UnusablePageviews(
                f"{self.file}: not a file of page views, which has lines such as 'en.wikipedia "
                "Main_Page 15580374 desktop 120 A50B70'"
            )
        if next(self._rows(), None) is None:
            raise self._no_row()

    def _no_row(self) -> UnusablePageviews:
        return UnusablePageviews(
            f"{self.file}: no row with a page id of {self.domain}; take a file such as "
            "pageviews-202610-user.bz2"
        )

    def _opened(self) -> BinaryIO:
        if self.file.suffix == ".bz2":
            return cast(BinaryIO, bz2.open(self.file, "rb"))
        if self.file.suffix == ".gz":
            return cast(BinaryIO, gzip.open(self.file, "rb"))
        return self.file.open("rb")

    def _batches(self) -> Iterator[tuple[Ids, Ids]]:
        rows: list[tuple[int, int]] = []
        for row in self._rows():
            rows.append(row)
            if len(rows) == _BATCH:
                yield _columns(rows)
                rows = []
        if rows:
            yield _columns(rows)

    def _rows(self) -> Iterator[tuple[int, int]]:
        """Page id and views of each line of this wiki that has both."""
        begin = f"{self.domain} ".encode()
        try:
            with self._opened() as lines:
                for line in lines:
                    if not line.startswith(begin):
                        continue
                    fields = line.split(b" ")
                    if len(fields) < 5 or not (fields[2].isdigit() and fields[4].strip().isdigit()):
                        continue
                    page_id, views = int(fields[2][:18]), int(fields[4][:18])
                    yield page_id, min(views, _LARGEST)
        except (OSError, EOFError) as error:
            raise UnusablePageviews(
                f"{self.file}: cannot be read ({error}); fetch it again, or leave --pageviews out"
            ) from None


def _columns(rows: list[tuple[int, int]]) -> tuple[Ids, Ids]:
    table = np.array(rows, dtype=np.int64)
    return table[:, 0], table[:, 1]
