"""What keeps a new generation from going live, and what it says."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pinakes.index.build import pipeline
from pinakes.index.build.guards import Guards
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import BadQuestions, DamagedGeneration, Withheld
from pinakes.index.evaluation.own_questions import add_question, own_questions, remove_question
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.inventory import take_inventory
from pinakes.index.types import Manifest
from pinakes.ingest.sources.base import Source
from tests.index.toys import (
    HashingEncoder,
    QuietProgress,
    article,
    in_threads,
    redirect,
    write_dump,
)

pytestmark = pytest.mark.usefixtures("thread_executor")

WORDS = ("papyrus", "scroll", "library", "harbour", "temple", "market", "island", "palace")


def pages(count: int) -> list[str]:
    """Articles of which each says words of its own."""
    return [
        article(n, f"Place {n}", f"The {WORDS[n % 8]} number{n} of the old town stood here. " * 3)
        for n in range(1, count + 1)
    ]


def guarded(collection: Path, dump: Source, progress: Any = None, **accept: Any) -> Manifest:
    guards = Guards(open_encoder=HashingEncoder.open, **accept)
    options = BuildOptions(workers=1, guards=guards, force=bool(accept.get("force")))
    encoder = HashingEncoder()
    progress = progress or QuietProgress()
    return build_collection(collection, dump, encoder, "all", progress, options).manifest


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of 300 articles: read only."""
    directory = tmp_path_factory.mktemp("guarded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "worker_processes", in_threads)
        guarded(directory / "toywiki", write_dump(directory / "old", pages(300)))
    return directory / "toywiki"


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """A copy to change at will."""
    copy = shutil.copytree(built_once, tmp_path / "data" / "toywiki", symlinks=True)
    return Path(copy)


def test_few_vanished_pages_are_nothing(built: Path, tmp_path: Path) -> None:
    new = write_dump(tmp_path / "new", pages(299), date="20261201")
    manifest = guarded(built, new)
    assert (manifest.generation, manifest.accepted) == ("20261201-1", [])


def test_many_vanished_pages_stop_it_until_somebody_accepts(built: Path, tmp_path: Path) -> None:
    before = current_generation(built)
    new = write_dump(tmp_path / "new", pages(290), date="20261201")
    told = r"10 of 300 pages \(3\.3%\) of 20261101-2 .*'Place 291'.*5 more.*--accept-vanished"
    for _ in range(2):
        with pytest.raises(Withheld, match=told):
            guarded(built, new)
    assert current_generation(built) == before
    [waiting] = take_inventory(built).unfinished
    assert waiting.withheld is not None
    assert "not published" in waiting.withheld
    progress = QuietProgress()
    manifest = guarded(built, new, progress, accept_vanished=True)
    assert manifest.generation == "20261201-1"
    assert len(manifest.accepted) == 1
    assert "10 of 300 pages" in manifest.accepted[0]
    assert {"Reading the dump", "Writing the keyword index"}.isdisjoint(progress.totals)
    assert not (built / "building").exists()


def test_a_person_may_accept(built: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    new = write_dump(tmp_path / "new", pages(290), date="20261201")
    assert guarded(built, new, ask=ask).generation == "20261201-1"
    [question] = asked
    assert "10 of 300 pages" in question


def test_moved_and_merged_pages_have_not_vanished(built: Path, tmp_path: Path) -> None:
    moved = [page.replace("Place 2", "Site 2") for page in pages(300)[:290]]
    merged = [redirect(n, f"Place {n}", "Place 1") for n in range(291, 300)]
    new = write_dump(tmp_path / "new", [*moved, *merged], date="20261201")
    assert guarded(built, new).generation == "20261201-1"


def test_a_page_that_another_only_resembles_has_vanished(built: Path, tmp_path: Path) -> None:
    resembling = [article(300 + n, f"PLACE, {n}", f"Words of {n}.") for n in range(291, 301)]
    new = write_dump(tmp_path / "new", [*pages(300)[:290], *resembling], date="20261201")
    with pytest.raises(Withheld, match="10 of 300 pages"):
        guarded(built, new)


def test_a_twentieth_fewer_articles_need_force(built: Path, tmp_path: Path) -> None:
    merged = [redirect(n, f"Place {n}", "Place 1") for n in range(281, 301)]
    new = write_dump(tmp_path / "new", [*pages(280), *merged], date="20261201")
    with pytest.raises(Withheld, match=r"has 280 articles where 20261101-2 has 300.*--force"):
        guarded(built, new, accept_vanished=True)
    assert "280 articles" in guarded(built, new, force=True).accepted[0]
    assert "280 articles" in read_manifest(current_generation(built)).accepted[0]


def test_lost_questions_are_named(built: Path, tmp_path: Path) -> None:
    add_question(built, "Where stood the harbour number35?", "Place 35")
    add_question(built, "What has never been found?", "Place 36")
    texts = pages(300)
    texts[34] = article(35, "Place 35", "Nothing is known of it.").replace("<id>350", "<id>351")
    new = write_dump(tmp_path / "new", texts, date="20261201")
    with pytest.raises(
        Withheld, match=r"1 of the 1 questions .*'Where stood the harbour num.*--fo"
    ):
        guarded(built, new, accept_vanished=True, ask=lambda _: True)
    assert "harbour" in guarded(built, new, force=True).accepted[0]


def test_what_does_not_open_is_never_published(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_generation(built)

    def damaged(path: Path, *_: Any) -> None:
        raise DamagedGeneration(f"{path} is none")

    monkeypatch.setattr("pinakes.index.retrieval.search.VectorIndex", damaged)
    new = write_dump(tmp_path / "new", pages(300), date="20261201")
    with pytest.raises(DamagedGeneration):
        guarded(built, new, force=True)
    assert current_generation(built) == before


def test_questions_are_kept_listed_and_removed(built: Path) -> None:
    assert own_questions(built) == []
    add_question(built, "Where is the harbour?", "Place 3")
    second = add_question(built, "Where is the “temple”?", "Place 4")
    with pytest.raises(BadQuestions, match="has this question already"):
        add_question(built, "Where is the harbour?", "Place 5")
    assert [(q.question_id, q.gold[0].title) for q in own_questions(built)] == [
        ("1", "Place 3"),
        ("2", "Place 4"),
    ]
    remove_question(built, "1")
    assert own_questions(built) == [second]
    with pytest.raises(BadQuestions, match="no question '1'; there: 2"):
        remove_question(built, "1")
    remove_question(built, "2")
    assert own_questions(built) == []
