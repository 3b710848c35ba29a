"""Build collections of toys and the sample, and look at what became of them."""

import bz2
import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from pinakes.index.build.pipeline import BuildOptions, BuildResult, build_collection
from pinakes.index.generations import SEALED, current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.store.unchanged import UnchangedPages
from pinakes.index.types import Manifest
from pinakes.ingest.sources.base import Source
from tests.index.toys import SAMPLE, HashingEncoder, QuietProgress, article, redirect

ENCODER = HashingEncoder()
QUESTIONS = ["papyrus reed", "Bayt al-Hikma", "Who deciphered Linear B?", "paper sizes", "the"]
_TABLES = {
    "pages": "page_id, title, revision_id, timestamp, is_disambiguation, links_in, first_passage, "
    "passage_count, source_key",
    "passages": "*",
    "digests": "*",
    "aliases": "*",
    "completions": "*",
}
_SEARCHES = ["papyrus reed", "Who deciphered Linear B?", "library", "the", "paper sizes", "scroll"]
PAGES = [
    article(1, "Papyrus", "A [[reed]] of the Nile, made into [[scroll]]s. " * 3),
    redirect(2, "Reed", "Papyrus"),
    article(3, "Scroll", "A roll of [[papyrus]] or parchment. " * 3),
    article(4, "Template:Box", "a box", namespace=10),
]


def sample_pages() -> tuple[str, list[str]]:
    """The header of the sample's XML, and its pages."""
    packed = next(SAMPLE.glob("*-multistream.xml.bz2")).read_bytes()
    header, *pages = bz2.decompress(packed).decode().removesuffix("</mediawiki>").split("  <page>")
    return header, [f"  <page>{page.rpartition('</page>')[0]}</page>\n" for page in pages]


def make(collection: Path, dump: Source, scope: Any = "all", **options: Any) -> BuildResult:
    return build_collection(
        collection, dump, ENCODER, scope, QuietProgress(), BuildOptions(**options)
    )


def store_content(collection: Path) -> list[str]:
    """Everything in the store and its text shards, row by row."""
    generation = current_generation(collection)
    rows: list[str] = []
    for path in (generation / "pages.db", *sorted((generation / "texts").iterdir())):
        connection = sqlite3.connect(path)
        rows.extend(connection.iterdump())
        connection.close()
    return rows


def answers(collection: Path) -> list[tuple[int, str, float, dict[str, int]]]:
    """What the questions find, with scores and ranks."""
    with Index.open(collection, HashingEncoder.open) as index:
        return [
            (
                hit.passage.passage_id,
                hit.passage.title,
                round(hit.score, 5),
                {name: place.rank for name, place in hit.ranks.items()},
            )
            for question in QUESTIONS
            for hit in index.search(question, 20)
        ]


def counts(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(exclude={"generation", "created", "files", "took"})


def quarantine(collection: Path) -> list[dict[str, Any]]:
    """The rows of what could not be read."""
    path = current_generation(collection) / "quarantine.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names(collection: Path) -> list[str]:
    return sorted(path.name for path in (collection / "generations").iterdir())


def files_of(collection: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file."""
    return {
        str(path.relative_to(collection)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in collection.rglob("*")
    }


def comparable(collection: Path) -> dict[str, Any]:
    """All of a finished collection that must be the same however often its build was killed.

    Byte for byte: the store and the quarantine, for the same dump and the same SQLite; shards of
    vectors, where increments are cut by number and not by time; and of a keyword index that fits
    one segment, all its files but ``meta.json``, by their kind, because tantivy names segments at
    random. By content: the store, row by row, with its link counts; the manifest, without its
    number, time and files; and what the index finds, with scores and ranks, which also compares
    keyword indexes of several segments.
    """
    generation = current_generation(collection)
    manifest = read_manifest(generation)
    found: dict[str, Any] = {
        "store": store_content(collection),
        "answers": answers(collection),
        "manifest": counts(manifest),
        "generations": len(names(collection)),
        "leftovers": sorted(
            path.name
            for path in collection.iterdir()
            if path.name not in ("generations", "current")
        ),
        "recorded": sorted(
            path.relative_to(generation).as_posix()
            for path in generation.rglob("*")
            if path.is_file() and path.name not in SEALED
        )
        == sorted(manifest.files),
    }
    for path in sorted(generation.rglob("*")):
        if path.is_file() and path.name not in (*SEALED, "meta.json", ".managed.json"):
            inside = path.relative_to(generation)
            name = f"{inside.parent}/*{path.suffix}" if inside.parts[0] == "bm25" else str(inside)
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def generation_content(collection: Path) -> dict[str, Any]:
    """All of a generation but where its texts lie: every row, text, link and what is found."""
    generation = current_generation(collection)
    connection = sqlite3.connect(generation / "pages.db")
    found: dict[str, Any] = {
        name: connection.execute(f"SELECT {columns} FROM {name}").fetchall()
        for name, columns in _TABLES.items()
    }
    connection.close()
    present = UnchangedPages(generation / "pages.db")
    keys = [row[-1] or row[0] for row in found["pages"]]
    titles = [row[1] for row in found["pages"]]
    found["links"] = [(page.links, page.bold_names) for page in map(present.page, keys)]
    found["inputs"] = [(page.row.page_id, page.inputs) for page in map(present.page, keys)]
    present.close()
    with Store(generation / "pages.db") as store:
        found["texts"] = [store.page(row[0]) for row in found["pages"]]
        found["passage texts"] = list(store.all_passages())
    with Index.open(collection, None) as index:
        found["found"] = {
            asked: [
                (hit.passage.passage_id, hit.score, dict(hit.features))
                for hit in index.search(asked, 10, mode="keyword")
            ]
            for asked in (*_SEARCHES, *titles[:20])
        }
    found["quarantine"] = quarantine(collection)
    return found
