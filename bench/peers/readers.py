"""Two servers of the same articles, Pinakes and kiwix-serve: started, addressed and weighed."""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, unquote, urlencode

import httpx

from bench.peers.zim_archive import path_of
from bench.speed.processes import anonymous_bytes, children
from bench.speed.service_process import served_collection
from pinakes.index.types import StoredPage

__all__ = ["KIWIX", "PINAKES", "Reader", "kiwix_version", "serving"]

KIWIX, PINAKES = "kiwix-serve", "Pinakes"
_START_S = 60.0
# Ten a page in both.
_RESULTS = 10
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"#?]+)')


@dataclass(frozen=True, slots=True)
class Reader:
    """A server that runs: its addresses, and what of its pages is measured.

    ``field`` and ``listed`` select the search field and the titles that are suggested below it;
    ``seconds``: from its start until it had sent an article.
    """

    name: str
    address: str
    book: str
    pid: int
    field: str
    listed: str
    seconds: float = 0.0

    def first(self) -> str:
        """The page that one begins at."""
        return f"{self.address}/" + ("" if self.name == KIWIX else f"c/{self.book}/")

    def article(self, page: StoredPage) -> str:
        """Where ``page`` is read."""
        if self.name == KIWIX:
            return f"{self.address}/{self.book}/{quote(path_of(page))}"
        return f"{self.address}/c/{self.book}/page/{quote(page.title.replace(' ', '_'))}"

    def results(self, words: str) -> str:
        """The first page of results for ``words``."""
        if self.name == KIWIX:
            asked = {"pattern": words, "content": self.book, "pageLength": _RESULTS}
            return f"{self.address}/search?{urlencode(asked)}"
        return f"{self.address}/c/{self.book}/search?{urlencode({'q': words})}"

    def titles(self, beginning: str) -> str:
        """What the search field asks for once ``beginning`` is typed."""
        if self.name == KIWIX:
            asked = {"content": self.book, "term": beginning}
            return f"{self.address}/suggest?{urlencode(asked)}"
        return f"{self.address}/c/{self.book}/api/suggest?{urlencode({'q': beginning, 'k': 8})}"

    def leads_to(self, response: httpx.Response, page: StoredPage) -> bool:
        """Whether a page of results shows ``page`` or links to it in its first ten."""
        wanted = {unquote(httpx.URL(self.article(page)).path)}
        if self.name == PINAKES:
            wanted.add(f"/c/{self.book}/page/{page.page_id}")
        if unquote(response.url.path) in wanted:
            return True
        text = response.text
        shown = text[text.find('class="results"' if self.name == KIWIX else "<main") :]
        links = _LINK.findall(shown.partition("<footer")[0])
        return any(unquote(unescape(link)) in wanted for link in links)

    def memory(self) -> dict[str, float]:
        """MB of the process and its children: private (RssAnon), and their share of files (PSS)."""
        pids = [self.pid, *children(self.pid)]
        return {
            "anonymous": sum(map(anonymous_bytes, pids)) / 1e6,
            "proportional": sum(map(_proportional_bytes, pids)) / 1e6,
        }


def kiwix_version() -> str:
    """Of the kiwix-serve on the path. Raises FileNotFoundError when there is none."""
    if shutil.which("kiwix-serve") is None:
        raise FileNotFoundError("no kiwix-serve: apt-get install kiwix-tools")
    said = subprocess.run(["kiwix-serve", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split("\n")[0]


@contextmanager
def serving(
    collection: Path,
    archive: Path,
    page: StoredPage,
    order: tuple[str, ...],
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[dict[str, Reader]]:
    """Both, started one after the other in ``order``; Pinakes with ``settings`` and no others."""
    starts = {
        KIWIX: lambda: _kiwix(archive, page),
        PINAKES: lambda: _pinakes(collection, page, settings),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(starts[name]()) for name in order}


@contextmanager
def _kiwix(archive: Path, page: StoredPage) -> Iterator[Reader]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["kiwix-serve", "--address", "127.0.0.1", "--port", str(port), str(archive)]
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        listed = "ul.ui-autocomplete > li"
        reader = Reader(KIWIX, address, archive.stem, process.pid, "#kiwixsearchbox", listed)
        _wait(reader.article(page))
        yield replace(reader, seconds=time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _pinakes(collection: Path, page: StoredPage, settings: Mapping[str, str]) -> Iterator[Reader]:
    with tempfile.TemporaryDirectory(prefix="pinakes-bench-") as name:
        copy = Path(name, collection.name)  # nothing is written into the collection's directory
        copy.mkdir()
        for path in collection.resolve().iterdir():
            if path.name == "generations":
                (copy / path.name).symlink_to(path)
            else:
                shutil.copy2(path, copy / path.name, follow_symlinks=False)
        began = time.perf_counter()
        with served_collection(copy, settings) as served:
            listed = "#titles > li"
            reader = Reader(PINAKES, served.address, copy.name, served.pid, "#words", listed)
            _wait(reader.article(page))
            yield replace(reader, seconds=time.perf_counter() - began)


def _wait(address: str) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            httpx.get(address).raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)


def _proportional_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
