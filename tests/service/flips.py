"""Flip bits in the files of a generation and see what comes of it: a child process, and who asks.

Bits flip in place in a private copy, one at a time, in any file, at one of three moments:

- ``before``: the generation is opened and used afterwards
- ``large``: so, too, but with only the first and last 512 bytes of each file checked on opening, as
  of a collection whose files are large
- ``after``: it is open already

So are lost blocks of zeros, one for every ten flips.

The child says for each flip what became of it; when it dies, that is told of the flip, and another
goes on with the next. What is found is compared with what was stored, not only with what was found
before: a text or citation that was never stored is wrong wherever it ranks.
"""

import json
import random
import selectors
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pinakes.index import checksums, verify
from pinakes.index.encoders.onnx_model import OnnxEncoder, open_question_encoder
from pinakes.index.errors import CollectionError, DamagedGeneration
from pinakes.index.generations import SEALED, current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.store.store import Store
from pinakes.index.types import StoredPage
from pinakes.service.types import Answer, AnswerRequest
from tests.index.toys import ROOT, reseal
from tests.service.asking.answers import answer_events, answered
from tests.service.reading.toys import read_sentences

MOMENTS = ("before", "large", "after")
QUESTIONS = ("When was the Rosetta Stone found?", "papyrus reed of the Nile")
NAMES = ("Rosetta Stone", "great library of alexandria", "Braille", "No such page")
PREFIXES = ("p", "libr", "Rosetta", "Alexandira")
_SMALL_EDGE = 512
_BLOCK = 512
_FLIPS_A_BLOCK = 10  # for so many flips, a block is lost
_PATIENCE_S = 600.0  # for one flip, or to begin: guards against hanging alone


class Wrong(Exception):
    """A text or citation that was never stored."""


class Truth:
    """What the undamaged generation holds."""

    def __init__(self, store: Store) -> None:
        passages = [passage for passage, _ in store.all_passages()]
        found = (store.page(page_id) for page_id in {one.page_id for one in passages})
        self.pages = {page.page_id: page for page in found if page}
        self.passages = {(one.page_id, one.start, one.end): one for one in passages}
        self.names = {name: store.page_id_by_name(name) for name in NAMES}
        self.titles = {
            (page_id, name)
            for page_id, page in self.pages.items()
            for name in (page.title, *store.aliases_of_page(page_id, "redirect", 1000))
        }

    def check_page(self, page: StoredPage | None, page_id: int | None) -> object:
        if page is not None and page != self.pages.get(page_id or 0):
            raise Wrong(f"page {page_id}: {page.title}")
        return page is not None

    def check_passage(self, passage: Any, revision_id: int) -> object:
        """Found passages as they were stored, but their number, which nobody sees."""
        true = self.passages.get((passage.page_id, passage.start, passage.end))
        if true != passage or self.pages[passage.page_id].revision_id != revision_id:
            raise Wrong(f"passage {passage}")
        return passage.passage_id

    def check_answer(self, answer: Answer) -> object:
        for one in answer.citations:
            page = self.pages.get(one.ref.page_id)
            if (
                page is None
                or page.revision_id != one.ref.revision_id
                or page.title != one.title
                or page.text[one.ref.start : one.ref.end] != one.quote
            ):
                raise Wrong(f"citation {one.ref}")
        return answer.text


def use(index: Index, truth: Truth, *, ask: bool) -> Iterator[Callable[[], object]]:
    """Everything that is asked of a generation, step by step."""

    def searched(question: str, mode: Any) -> object:
        hits = index.search(question, 10, mode)
        return [truth.check_passage(hit.passage, hit.revision_id) for hit in hits]

    def suggested(prefix: str) -> object:
        found = index.suggest(prefix)
        for one in found:
            title = truth.pages[one.page_id].title if one.page_id in truth.pages else None
            if one.title != title or (one.page_id, one.matched or title) not in truth.titles:
                raise Wrong(f"suggestion {one}")
        return found

    for question in QUESTIONS:
        for mode in ("hybrid", "keyword", "vector"):
            yield lambda question=question, mode=mode: searched(question, mode)  # type: ignore[misc]
    yield lambda: read_sentences(index, QUESTIONS[0], index.search(QUESTIONS[0], 1))
    for page_id in [*truth.pages, 10**9]:
        yield lambda page_id=page_id: truth.check_page(index.page(page_id), page_id)  # type: ignore[misc]
    for name, page_id in truth.names.items():
        yield lambda name=name, page_id=page_id: truth.check_page(  # type: ignore[misc]
            index.page_by_name(name), page_id
        )
    for prefix in PREFIXES:
        yield lambda prefix=prefix: suggested(prefix)  # type: ignore[misc]
    if ask:
        request = AnswerRequest(QUESTIONS[0], mode="quote")
        yield lambda: truth.check_answer(answered(answer_events(index, None, request)))


def outcome(act: Callable[[], object]) -> tuple[str, object]:
    """What became of one step: its kind, and what it gave."""
    try:
        return "result", act()
    except DamagedGeneration as error:
        return "refused", str(error)
    except Wrong as error:
        return "wrong", str(error)
    except CollectionError as error:
        return "other error", repr(error)
    except BaseException as error:
        return "raw", repr(error)


@cache
def encoder(directory: Path) -> OnnxEncoder:
    """One for all flips: to open it takes most of the time, and its files are checked before."""
    return open_question_encoder(directory)


def flip(path: Path, place: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


def rot(path: Path, one: dict[str, Any]) -> Callable[[], None]:
    """Flip a bit, or lose a block of the disk; gives what undoes it."""
    if not one["block"]:
        flip(path, one["place"], one["bit"])
        return lambda: flip(path, one["place"], one["bit"])
    with path.open("r+b") as file:
        file.seek(one["place"])
        before = file.read(_BLOCK)
        file.seek(one["place"])
        file.write(bytes(len(before)) if any(before) else b"\xff" * len(before))

    def undo() -> None:
        with path.open("r+b") as file:
            file.seek(one["place"])
            file.write(before)

    return undo


def flipped(collection: Path, one: dict[str, Any], truth: Truth, whole: list[object]) -> str:
    """The worst that came of this flip."""
    generation = current_generation(collection)
    path = generation / one["file"]

    def open_index() -> Index:
        return Index.open(collection, encoder)

    index = open_index() if one["moment"] == "after" else None
    undo = rot(path, one)
    try:
        if index is None:
            kind, index_or_error = outcome(open_index)
            if kind == "refused":
                return (
                    "refused on opening"
                    if one["file"].split("/")[-1] in str(index_or_error)
                    else (f"wrong: does not name the file: {index_or_error}")
                )
            if kind != "result":
                return f"{kind}: on opening: {index_or_error}"
            assert isinstance(index_or_error, Index)
            index = index_or_error
        outcomes = [outcome(act) for act in use(index, truth, ask=one["ask"])]
        for worst in ("wrong", "raw", "other error"):
            for kind, what in outcomes:
                if kind == worst:
                    return f"{kind}: {what}"
        refused = [str(what) for kind, what in outcomes if kind == "refused"]
        if unnamed := [what for what in refused if one["file"].split("/")[-1] not in what]:
            return f"wrong: does not name {one['file']}: {unnamed[0]}"
        if refused:
            return "refused later" if index.health.damage else "wrong: not remembered"
        results = [what for _, what in outcomes]
        return "unchanged" if results == whole[: len(results)] else "other ranking"
    finally:
        if index is not None:
            index.close()
        seen = outcome(lambda: _verified(generation, one["file"]))
        undo()
        if seen[0] != "refused":
            raise AssertionError(f"verify has not seen it: {seen}")


def _verified(generation: Path, name: str) -> None:
    """What verify does, but for the files that have not changed."""
    manifest = read_manifest(generation)  # sees what happened to itself
    only = manifest.model_copy(update={"files": {name: manifest.files[name]}})
    for error in verify.find_damage(generation, only, lambda _size: None):
        raise error


def run_child(collection: Path) -> None:
    """Flips as JSON lines in, what became of them out."""
    checksums._EDGE = _SMALL_EDGE
    generation = current_generation(collection)
    with Store(generation / "pages.db") as store:
        truth = Truth(store)
    with Index.open(collection, encoder) as index:
        whole = [act() for act in use(index, truth, ask=True)]
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        one = json.loads(line)
        small = 0 if one["moment"] == "large" else 1 << 20
        verify._SMALL = small
        print(json.dumps(flipped(collection, one, truth, whole)), flush=True)


class _Child:
    """A process that tries flips, until it dies."""

    def __init__(self, collection: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.flips", str(collection)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = selectors.DefaultSelector()
        assert self.process.stdout
        self._reader.register(self.process.stdout, selectors.EVENT_READ)
        self.read()

    def tried(self, one: dict[str, Any]) -> str:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(one) + "\n")
        self.process.stdin.flush()
        return self.read()

    def read(self) -> str:
        assert self.process.stdout
        if not self._reader.select(_PATIENCE_S):
            self.process.kill()
            return "hang"
        line = self.process.stdout.readline()
        return str(json.loads(line)) if line else f"crash: {self.process.wait()}"

    def close(self) -> str:
        """End it; what it wrote to standard error."""
        return self.process.communicate()[1]


def prepare(collection: Path, copy: Path) -> None:
    """A private copy, whose files have small edges recorded."""
    shutil.copytree(collection, copy, symlinks=True)
    before, checksums._EDGE = checksums._EDGE, _SMALL_EDGE
    try:
        reseal(current_generation(copy))
    finally:
        checksums._EDGE = before


def campaign(collection: Path, directory: Path, seed: int, count: int) -> list[dict[str, Any]]:
    """Flip ``count`` bits in a copy of ``collection``, then lose blocks: what became of each."""
    copy = directory / collection.name
    prepare(collection, copy)
    generation = current_generation(copy)
    chance = random.Random(seed)
    names = [*read_manifest(generation).files, *SEALED]
    names = [name for name in names if (generation / name).stat().st_size]
    flips = []
    for number in range(count + count // _FLIPS_A_BLOCK):
        name = names[number % len(names)]
        # Every file as often; of those that hold most of what is read, more.
        if number % 2:
            name = chance.choice(
                [one for one in names if one.startswith(("pages", "bm25/", "vec"))]
            )
        flips.append(
            {
                "file": name,
                "place": chance.randrange((generation / name).stat().st_size),
                "bit": chance.randrange(8),
                "block": number >= count,
                "moment": MOMENTS[number // 2 % len(MOMENTS)],
                "ask": number % 5 == 0,
            }
        )
    return list(_tried(collection, copy, flips))


def _tried(
    collection: Path, copy: Path, flips: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    child = _Child(copy)
    said = ""
    for one in flips:
        came = child.tried(one)
        if child.process.poll() is not None or came.startswith(("crash", "hang")):
            said += child.close()
            shutil.rmtree(copy)
            prepare(collection, copy)
            child = _Child(copy)
        yield one | {"came": came}
    said += child.close()
    if "Traceback" in said or "stack backtrace" in said:
        yield {"came": f"raw: on standard error: {said[-2000:]}"}


if __name__ == "__main__":
    run_child(Path(sys.argv[1]))
