"""Updates between real states of one wiki, and after the edit of a template.

Measures: of a wiki cut out of its history on several days, each dump built as an update of the one
before and from nothing, with a vector for every passage: pages, passages and vectors taken over,
CPU seconds of both; questions whose results by keywords differ in a passage or a score, and the
overlap of the first ten by vectors and by both. Of a wiki in which a template is edited: the
articles that use it, those that the update reads again, and those whose text differs from the one
in a build from nothing, or from the one before.
Corpora: Afar Wikipedia with all revisions (2026), of which the 507 pages of all namespaces are read
as articles, for it has two; Latgalian Wikipedia, with its templates.
Command: python -m bench.update.real_edits [--parts states,templates]

The questions are the titles of all articles, and words of their texts, chosen by seed.
"""

import argparse
import bz2
import random
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.corpora.dumps import CURRENT_DUMP, TEMPLATES_DUMP
from bench.corpora.history import as_articles, header_and_pages, pages_on, write_dump
from bench.record import record, recorded
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.build.progress import Silence
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.generations import current_generation
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import Encoder, Hit, Manifest, Mode
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource

_ENCODER = "all-MiniLM-L6-v2"
_DAYS = ("2007-01-01", "2008-01-01", "2008-07-01", "2015-01-01", "2016-01-01", "2026-01-01")
_LAST = "2027-01-01"  # behind every revision
# Three that are rendered without them, two that are expanded.
_TEMPLATES = (
    "Nadabeigts rakstīņs", "Nūruodis", "Infoskreine Latvejis nūvods", "Guļbinis nūvods",
    "Radnesteigi projekti",
)  # fmt: skip
_QUESTIONS = 200
_WORDS = 3
_SEED = 20261130
_PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)


def main() -> None:
    """Cut, build, compare, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--parts", default="states,templates")
    measured = {"states": _states, "templates": _templates}
    figures: dict[str, Any] = recorded("real_edits")
    for part in parser.parse_args().parts.split(","):
        figures[part] = []
        with tempfile.TemporaryDirectory(prefix="pinakes-bench-real-edits-") as directory:
            for row in measured[part](Path(directory)):
                figures[part].append(row)
                print(row, flush=True)
        print(record("real_edits", "Afar Wikipedia's history; Latgalian Wikipedia", figures))


def _states(directory: Path) -> Iterator[dict[str, Any]]:
    """What each update between two days took and gave."""
    header, history = header_and_pages()
    _check_against_current(list(pages_on(_LAST, history)))
    encoder = find_encoder(_ENCODER)
    collection = directory / "updated" / "aawiki"
    for number, day in enumerate(_DAYS):
        pages = map(as_articles, pages_on(day, history))
        name = f"aawiki-{day.replace('-', '')}-pages-articles.xml"
        dump = write_dump(directory / "dumps" / name, header, pages)
        before = _revisions(collection) if number else {}
        manifest, update = _build(collection, dump, encoder)
        if not number:
            continue
        fresh = directory / day / "aawiki"
        whole, from_nothing = _build(fresh, dump, encoder)
        now = _revisions(collection)
        yield {
            "from": _DAYS[number - 1],
            "to": day,
            "articles": manifest.pages.documents,
            "new": len(now.keys() - before.keys()),
            "edited": sum(now.get(page, revision) != revision for page, revision in before.items()),
            "taken_over": manifest.pages.unchanged,
            "passages": manifest.passages,
            "embedded": manifest.vectors - manifest.carried_over,
            "cpu_seconds": {"update": update, "from nothing": from_nothing},
            "pages_otherwise": _differences(collection, fresh),
            "counts_equal": (manifest.passages, manifest.vectors)
            == (whole.passages, whole.vectors),
        } | _compared(collection, fresh)


def _check_against_current(pages: Sequence[str]) -> None:
    """The last state cut out of the history must be what was published as the current one."""
    current = _PAGE.findall(bz2.decompress(CURRENT_DUMP.read_bytes()).decode())
    if [_essence(page) for page in pages] != [_essence(page) for page in current]:
        raise SystemExit("the last revisions of the history are not those of the current pages")


def _essence(page: str) -> list[str]:
    """Title, ids, and text of a page with one revision."""
    found = (
        re.search(r"<title>(.*?)</title>", page),
        re.search(r"<text.*?(?:</text>|/>)", page, re.S),
    )
    return [*re.findall(r"<id>(\d+)</id>", page)[:2], *(match[0] for match in found if match)]


def _templates(directory: Path) -> Iterator[dict[str, Any]]:
    """What an update does with the articles that use a template which was edited."""
    text = bz2.decompress(TEMPLATES_DUMP.read_bytes()).decode()
    header, pages = text[: text.index("  <page>")], _PAGE.findall(text)
    for number, name in enumerate(_TEMPLATES):
        place = directory / str(number)
        old = write_dump(place / "ltgwiki-20261101-pages-articles.xml", header, iter(pages))
        edited = [
            _edited(page) if f"<title>Taiss:{name}</title>" in page else page for page in pages
        ]
        new = write_dump(place / "ltgwiki-20261201-pages-articles.xml", header, iter(edited))
        if edited == pages:
            raise SystemExit(f"no template {name!r} in {TEMPLATES_DUMP.name}")
        _build(place / "updated" / "ltgwiki", old, None)
        with Store(current_generation(place / "updated" / "ltgwiki") / "pages.db") as store:
            before = {page.page.page_id: store.page(page.page.page_id) for page in store.versions()}
        manifest, _ = _build(place / "updated" / "ltgwiki", new, None)
        _build(place / "fresh" / "ltgwiki", new, None)
        fresh = current_generation(place / "fresh" / "ltgwiki") / "pages.db"
        with Store(fresh) as store:
            changed = sum(store.page(number) != page for number, page in before.items())
        yield {
            "template": name,
            "articles": manifest.pages.documents,
            "use_it": sum(_uses(page, name) for page in pages),
            "read_again": manifest.pages.documents - manifest.pages.unchanged,
            "changed_from_nothing": changed,
            "otherwise": _differences(place / "updated" / "ltgwiki", place / "fresh" / "ltgwiki"),
        }


def _edited(page: str) -> str:
    """Another text, and another revision."""
    page = re.sub(r"(<revision>\s*<id>)(\d+)", lambda found: f"{found[1]}{found[2]}9", page)
    return page.replace("</text>", " An edit of this template.</text>")


def _uses(page: str, template: str) -> bool:
    first = f"[{template[0].lower()}{template[0].upper()}]"
    call = rf"\{{\{{\s*{first}{re.escape(template[1:])}\s*[|}}]"
    return "<ns>0</ns>" in page and re.search(call, page) is not None


@contextmanager
def _one_thread(_count: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def _build(collection: Path, dump: Path, encoder: Encoder | None) -> tuple[Manifest, float]:
    """A build, and its CPU seconds; with a vector for every passage where there is an encoder."""
    options = BuildOptions(workers=1, executors=_one_thread)
    began = time.process_time()
    source, scope = MediaWikiSource.open([dump]), "all" if encoder else "none"
    result = build_collection(collection, source, encoder, scope, Silence(), options)  # type: ignore[arg-type]
    return result.manifest, round(time.process_time() - began, 1)


def _revisions(collection: Path) -> dict[int, int]:
    with Store(current_generation(collection) / "pages.db") as store:
        return {found.page.page_id: found.page.revision_id for found in store.versions()}


def _differences(one: Path, other: Path) -> int:
    """Pages that are not the same in both, to the letter, in text, sections, links and passages."""
    with (
        Store(current_generation(one) / "pages.db") as left,
        Store(current_generation(other) / "pages.db") as right,
    ):
        numbers = {found.page.page_id for store in (left, right) for found in store.versions()}
        return sum(
            left.page(number) != right.page(number)
            or left.passages_of_page(number) != right.passages_of_page(number)
            for number in numbers
        )


def _compared(updated: Path, fresh: Path) -> dict[str, Any]:
    """How results of the two differ."""
    with closing(Index.open(updated)) as one, closing(Index.open(fresh)) as other:
        questions = _questions(one)
        both = {
            mode: [[_found(index, asked, mode) for index in (one, other)] for asked in questions]
            for mode in ("keyword", "vector", "hybrid")
        }
    differing = sum(left != right for left, right in both["keyword"])
    return {"questions": len(questions), "keyword_results_otherwise": differing} | {
        f"{mode}_overlap_at_10": sum(_overlap(*pair) for pair in both[mode]) / len(both[mode])
        for mode in ("vector", "hybrid")
    }


def _found(index: Index, question: str, mode: Mode) -> list[tuple[int, float]]:
    def named(hit: Hit) -> tuple[int, float]:
        return hit.passage.passage_id, hit.score

    return [named(hit) for hit in index.search(question, 10, mode)]


def _overlap(left: Sequence[tuple[int, float]], right: Sequence[tuple[int, float]]) -> float:
    ids = [{passage for passage, _ in found} for found in (left, right)]
    return len(ids[0] & ids[1]) / max(len(ids[1]), 1)


def _questions(index: Index) -> list[str]:
    """Titles, and words that stand somewhere in a row."""
    chance = random.Random(_SEED)
    asked: list[str] = []
    for passage, number in index.store.all_passages():
        words = re.findall(r"\w+", passage.text)
        if number == 0 and re.search(r"\w", passage.title):
            asked.append(passage.title)
        if len(words) > _WORDS:
            start = chance.randrange(len(words) - _WORDS)
            asked.append(" ".join(words[start : start + _WORDS]))
    return chance.sample(asked, min(_QUESTIONS, len(asked)))


if __name__ == "__main__":
    main()
