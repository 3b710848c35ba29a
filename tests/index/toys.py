"""Small readable stand-ins for what is expensive: an encoder, a progress display, a dump."""

import dataclasses
import functools
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from pinakes.index.build import embed, pipeline
from pinakes.index.generations import current_generation, next_name, read_manifest
from pinakes.index.keywords import writer as keyword_writer
from pinakes.index.store.store import Store
from pinakes.index.store.writer import StoreWriter
from pinakes.index.swap import link_files, publish, record_files
from pinakes.index.types import EncoderCheck, EncoderRecord, Manifest, Vectors
from pinakes.ingest.passages import split_passages
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Document, Redirect, Section

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
DIMENSION = 64
UNIT_BYTES = 20_000  # cuts the sample into several work units


class HashingEncoder:
    """A bag of words: each adds one to the place its hash names; then scaled to length 1."""

    def __init__(self, name: str = "hashing") -> None:
        self.name = name

    @property
    def record(self) -> EncoderRecord:
        return EncoderRecord(name=self.name, sha256="0" * 64, dimension=DIMENSION)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])

    def write_question_encoder(self, directory: Path) -> EncoderCheck:
        directory.mkdir()
        (directory / "encoder.json").write_text(self.record.model_dump_json())
        return EncoderCheck(question_cosine=1, passage_cosine=1, passage_precision="float32")

    def share_passage_encoder(self, directory: Path) -> "HashingEncoder":
        return self

    @classmethod
    def open(cls, directory: Path) -> "HashingEncoder":
        """The encoder as a generation holds it."""
        return cls(json.loads((directory / "encoder.json").read_text())["name"])

    def encode_query(self, text: str) -> Vectors:
        places = [_place(word) for word in re.findall(r"\w+", text.lower())]
        vector = np.bincount(places, minlength=DIMENSION).astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1.0)


@functools.cache
def _place(word: str) -> int:
    return hashlib.sha256(word.encode()).digest()[0] % DIMENSION


class Stopped(Exception):
    """What an interrupted build ends with in these tests."""


class QuietProgress:
    """Remembers what a build told; stops it at a call: by its number, or the first of its kind."""

    def __init__(self, stop_at: int | tuple[str, str] | None = None) -> None:
        self.calls: list[tuple[str, str]] = []  # kind, step
        self.notes: list[str] = []
        self.totals: dict[str, tuple[int, int]] = {}  # step: done, total
        self._stop_at = stop_at
        self._step = ""

    def _called(self, kind: str) -> None:
        self.calls.append((kind, self._step))
        if self._stop_at == self.calls[-1] or (
            isinstance(self._stop_at, int) and len(self.calls) > self._stop_at
        ):
            raise Stopped(f"{kind} in {self._step}")

    def step(self, name: str, total: int, unit: str) -> None:
        self._step = name
        self.totals[name] = (0, total)
        self._called("step")

    def advance(self, amount: int) -> None:
        done, total = self.totals[self._step]
        self.totals[self._step] = (done + amount, total)
        self._called("advance")

    def note(self, text: str) -> None:
        self.notes.append(text)
        self._called("note")


class AloudProgress(QuietProgress):
    """Writes a line for every call, so that another process knows how far the build is."""

    def _called(self, kind: str) -> None:
        print(kind, self._step, flush=True)


def build_aloud(collection: str) -> None:
    """Build the sample with the hashing encoder: what a test kills."""
    embed._PUBLISH_SECONDS, embed._LEAST_BATCH, embed._MOST_BATCH = 0.0, 40, 40
    keyword_writer._ADVANCE = 1
    dump = dataclasses.replace(MediaWikiSource.open([SAMPLE]), unit_bytes=UNIT_BYTES)
    pipeline.build_collection(
        Path(collection), dump, HashingEncoder(), "all", AloudProgress(), pipeline.BuildOptions(2)
    )


@contextmanager
def in_threads(_count: int) -> Iterator[Executor]:
    """Takes the place of the process pool, which needs a second to start."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def article(page_id: int, title: str, wikitext: str, namespace: int = 0) -> str:
    return (
        f"<page><title>{escape(title)}</title><ns>{namespace}</ns><id>{page_id}</id>"
        f"<revision><id>{page_id * 10}</id><timestamp>2026-01-01T00:00:00Z</timestamp>"
        f"<text>{escape(wikitext)}</text></revision></page>"
    )


def redirect(page_id: int, title: str, target: str) -> str:
    page = article(page_id, title, f"#REDIRECT [[{target}]]")
    return page.replace("</ns>", f'</ns><redirect title="{escape(target)}"/>', 1)


def write_dump(
    directory: Path, pages: Iterable[str], date: str = "20261101", language: str = "en"
) -> Source:
    """An uncompressed dump of one part, in a directory of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"toywiki-{date}-pages-articles.xml"
    path.write_text(
        f'<mediawiki version="0.11" xml:lang="{language}"><siteinfo><dbname>toywiki</dbname>'
        '<namespaces><namespace key="0"/><namespace key="10">Template</namespace></namespaces>'
        f"</siteinfo>{''.join(pages)}</mediawiki>",
        encoding="utf-8",
    )
    return MediaWikiSource.open([path])


def document(page_id: int, title: str, text: str, *, is_disambiguation: bool = False) -> Document:
    """An article; a line of the form ``== Heading ==`` begins a section."""
    sections: list[Section] = []
    path: tuple[str, ...] = ()
    start = 0
    for match in re.finditer(r"^== (.+) ==\n|\Z", text, re.MULTILINE):
        if text[start : match.start()].strip():
            sections.append(Section(path, start, match.start()))
        path, start = (match[1],), match.end()
    return Document(
        page_id,
        title,
        page_id * 10,
        "2026-01-01T00:00:00Z",
        text,
        tuple(sections),
        (),
        is_disambiguation,
    )


def write_store(
    path: Path,
    entries: Iterable[Document | Redirect],
    anchors: Iterable[tuple[int, str, int]] = (),
    links_in: Iterable[tuple[int, int]] = (),
) -> Store:
    """A finished store of these pages, open."""
    writer = StoreWriter(path)
    for entry in entries:
        if isinstance(entry, Redirect):
            writer.add_redirect(entry)
        else:
            writer.add_document(entry, list(split_passages(entry)))
    writer.index_titles()
    writer.add_aliases(anchors, links_in)
    writer.close()
    return Store(path)


def republish(collection: Path) -> Manifest:
    """The current generation once more under the next name, as an increment would do it."""
    generation = current_generation(collection)
    stage = collection / "building" / "toy"
    link_files(generation, stage)
    before = read_manifest(generation)
    name = next_name(collection, before.generation.split("-")[0])
    manifest = before.model_copy(update={"generation": name})
    publish(collection, stage, manifest)
    return manifest


def reseal(generation: Path, change: Mapping[str, object] | None = None) -> None:
    """Make what lies there a sealed generation: its files as they are now, its manifest changed."""
    path = generation / "manifest.json"
    files = {name: record.model_dump() for name, record in record_files(generation).items()}
    values = json.loads(path.read_text()) | {"files": files} | (change or {})
    path.unlink()  # never in place: it may be that of another generation, too
    path.write_text(json.dumps(values))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("manifest.sha256").write_text(f"{digest}  manifest.json\n")


if __name__ == "__main__":
    build_aloud(sys.argv[1])
