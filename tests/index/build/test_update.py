"""A new dump: vectors carried over, nothing worse published, and what is no update refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pinakes.index import swap
from pinakes.index.build import carry, embed
from pinakes.index.build.guards import Guards
from pinakes.index.build.pipeline import BuildOptions, build_collection, preview_update
from pinakes.index.build.update import check_update, scope_before
from pinakes.index.errors import EncoderMismatch, NoCollection, NotAnUpdate, OtherWiki
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.index.types import Manifest, Vectors
from pinakes.ingest.sources.base import Source
from tests.index.toys import HashingEncoder, QuietProgress, article, reseal, write_dump

pytestmark = pytest.mark.usefixtures("thread_executor")

WORDS = ("papyrus", "scroll", "library", "harbour", "temple", "market", "island", "palace")
PAGES = 100


def text(number: int, word: str = "") -> str:
    return f"The {word or WORDS[number % 8]} number{number} of the old town stood here. " * 3


def pages(**changed: str) -> list[str]:
    """Articles of one passage each; of some another word is said: ``p7="tower"``."""
    return [
        article(n, f"Place {n}", text(n, changed.get(f"p{n}", ""))).replace(
            f"<id>{n}0</id>", f"<id>{n}{int(f'p{n}' in changed)}</id>"
        )
        for n in range(1, PAGES + 1)
    ]


class CountingEncoder(HashingEncoder):
    """Remembers what it embedded, and gives up at a batch of its number."""

    def __init__(self, name: str = "hashing", stop_at: int | None = None) -> None:
        super().__init__(name)
        self.texts: list[str] = []
        self._left = stop_at

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left = None if self._left is None else self._left - 1
        self.texts += texts
        return super().encode_passages(texts)


def updated(
    collection: Path, dump: Source, encoder: HashingEncoder | None = None, **options: Any
) -> Manifest:
    scope = options.pop("scope", "all")
    chosen = BuildOptions(workers=1, **options)
    encoder = encoder or HashingEncoder()
    return build_collection(collection, dump, encoder, scope, QuietProgress(), chosen).manifest


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A collection of a hundred articles, all with vectors."""
    collection = tmp_path / "data" / "toywiki"
    updated(collection, write_dump(tmp_path / "old", pages()))
    return collection


@pytest.fixture
def new(tmp_path: Path) -> Source:
    """The next dump: two pages changed, one gone, one added at the beginning."""
    edited = pages(p7="tower", p50="bridge")
    del edited[29]
    edited.insert(0, article(990, "Foreword", text(990)))
    return write_dump(tmp_path / "new", edited, date="20261201")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The coverage of every generation that goes live."""
    seen: list[float] = []
    original = swap.make_current

    def make_current(generation: Path) -> None:
        original(generation)
        seen.append(read_manifest(generation).coverage)

    monkeypatch.setattr(swap, "make_current", make_current)
    return seen


def found(collection: Path, mode: Any) -> list[list[tuple[str, float]]]:
    with Index.open(collection, HashingEncoder.open) as index:
        return [
            [(hit.passage.title, round(hit.score, 4)) for hit in index.search(question, 10, mode)]
            for question in ("harbour number35", "the tower of the town", "number990", *WORDS)
        ]


def test_only_what_changed_is_embedded_and_results_are_those_of_a_fresh_build(
    built: Path, new: Source, tmp_path: Path, published: list[float]
) -> None:
    encoder = CountingEncoder()
    manifest = updated(built, new, encoder)
    assert (manifest.generation, manifest.passages, manifest.vectors) == ("20261201-1", 100, 100)
    assert manifest.carried_over == 97
    assert sorted(one.split("\n")[0] for one in encoder.texts) == [
        "Foreword",
        "Place 50",
        "Place 7",
    ]
    assert published == [1.0]
    fresh = tmp_path / "fresh" / "toywiki"
    updated(fresh, new)
    for mode in ("keyword", "vector", "hybrid"):
        assert found(built, mode) == found(fresh, mode)


def test_vectors_are_shared_and_not_written_again(built: Path, new: Source) -> None:
    before = current_generation(built)
    updated(built, new)
    shared = [
        path.name
        for path in (current_generation(built) / "vectors").iterdir()
        if (before / "vectors" / path.name).exists()
        and path.samefile(before / "vectors" / path.name)
    ]
    assert shared == ["000001.half.faiss"]


def test_nothing_worse_is_published_and_what_is_done_is_kept(
    built: Path, tmp_path: Path, published: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_LEAST_BATCH", 10)
    monkeypatch.setattr(embed, "_MOST_BATCH", 10)
    monkeypatch.setattr(embed, "_PUBLISH_SECONDS", 0.0)
    before = current_generation(built)
    changed = {f"p{number}": "tower" for number in range(1, 41)}
    dump = write_dump(tmp_path / "new", pages(**changed), date="20261201")
    first, second = CountingEncoder(stop_at=3), CountingEncoder()
    with pytest.raises(KeyboardInterrupt):
        updated(built, dump, first)
    assert (published, current_generation(built)) == ([], before)
    manifest = updated(built, dump, second)
    assert published == [1.0]
    assert (len(first.texts), len(second.texts)) == (30, 10)
    assert (manifest.carried_over, manifest.vectors) == (60, 100)
    assert not (built / "building").exists()


@pytest.mark.parametrize("moment", ["whole", "gone"])
def test_killed_while_vectors_are_added(
    built: Path, new: Source, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    original = Path.rename

    def rename(self: Path, target: Path) -> Path:
        done = original(self, target)
        if target.name == f"vectors.{moment}":
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patch:
        patch.setattr(carry.Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            updated(built, new)
    if moment == "gone":
        assert not (built / "building" / "20261201" / "stage" / "vectors").exists()
    manifest = updated(built, new)
    assert (manifest.vectors, manifest.carried_over) == (100, 97)
    with Index.open(built, HashingEncoder.open) as index:
        question = f"Place 50 {text(50, 'bridge')}"
        assert index.search(question, 1, "vector")[0].passage.title == "Place 50"


def test_published_early_when_asked(built: Path, new: Source, published: list[float]) -> None:
    manifest = updated(built, new, publishes_early=True)
    assert published == [0.97, 1.0]
    assert manifest.coverage == 1


def test_leads_stay_leads(tmp_path: Path, published: list[float]) -> None:
    collection = tmp_path / "data" / "toywiki"
    long = "\n".join(f"== Part {n} ==\n{text(n)}" for n in range(4))
    first = [article(n, f"Place {n}", f"{text(n)}\n{long}") for n in range(1, 21)]
    updated(collection, write_dump(tmp_path / "old", first), scope="leads")
    second = [*first, article(21, "Place 21", text(21))]
    published.clear()
    manifest = updated(
        collection, write_dump(tmp_path / "new", second, date="20261201"), scope="leads"
    )
    assert (manifest.vectors, manifest.carried_over, len(published)) == (21, 20, 1)


def test_without_an_encoder_vectors_are_carried_over(built: Path, new: Source) -> None:
    result = build_collection(built, new, None, "none", QuietProgress(), BuildOptions(workers=1))
    assert (result.manifest.vectors, result.manifest.encoder) == (97, HashingEncoder().record)
    with Index.open(built, HashingEncoder.open) as index:
        assert len(index.search("library", 10, "vector")) == 10


def test_another_encoder_is_asked_about(
    built: Path, new: Source, published: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = CountingEncoder("other")
    cost = r"20261101-2 has 100 vectors of hashing; with other .* about 1 min here"
    with pytest.raises(
        EncoderMismatch, match=rf"{cost}\. To do so: .* --accept-encoder; .*ENCODER=hashing"
    ):
        updated(built, new, other)
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    guards = Guards(ask=ask, accept_vanished=True, open_encoder=HashingEncoder.open)
    manifest = updated(built, new, other, guards=guards)
    assert "Do so?" in asked[0]
    assert (manifest.encoder, manifest.carried_over) == (other.record, 0)
    assert published == [1.0]
    monkeypatch.setattr(carry, "passages_per_second", lambda *_: pytest.fail("nobody asks"))
    guards = Guards(True, True, open_encoder=HashingEncoder.open)
    again = updated(built, write_dump(built.parent / "3", pages(), "20270101"), guards=guards)
    assert (again.encoder, again.carried_over, again.vectors) == (HashingEncoder().record, 0, 100)


def test_what_embedding_takes_is_what_it_took(
    built: Path, new: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the build before; the encoder is measured only where none has told."""

    def told(encoder: HashingEncoder) -> tuple[float, bool, bool]:
        progress = QuietProgress()
        found = preview_update(built, new, encoder, "all", progress, BuildOptions(1))
        assert found is not None
        return found.seconds["embed"], found.measured, "Measuring the encoder" in progress.totals

    before = current_generation(built)
    assert "passage" not in read_manifest(before).took  # too few
    assert told(HashingEncoder())[1:] == (True, True)
    reseal(before, {"took": {"keywords": 50.0, "passage": 7.0}})
    assert told(HashingEncoder()) == (3 * 7.0, False, False)
    assert told(HashingEncoder("another"))[1:] == (True, True)
    assert updated(built, new).took["passage"] == 7.0
    monkeypatch.setattr(embed, "_LEAST_BATCH", 3)
    edited = pages(p8="tower", p9="tower", p10="tower")
    manifest = updated(built, write_dump(built.parent / "newer", edited, "20270101"))
    assert 0 < manifest.took["passage"] != 7.0


def test_a_forced_build_takes_nothing_over_and_gets_no_worse(
    built: Path, new: Source, published: list[float]
) -> None:
    encoder = CountingEncoder()
    manifest = updated(built, new, encoder, force=True)
    assert (len(encoder.texts), manifest.carried_over, published) == (100, 0, [1.0])


def test_an_older_dump_is_no_update(built: Path, tmp_path: Path) -> None:
    older = write_dump(tmp_path / "older", pages(), date="20261001")
    told = r"of 2026-10-01, and toywiki answers as of 2026-11-01; .*pinakes rollback -c toywiki"
    with pytest.raises(NotAnUpdate, match=told):
        updated(built, older)
    assert updated(built, older, force=True).generation == "20261001-1"


def test_another_language_is_another_wiki(built: Path, tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "new", pages(), date="20261201", language="de")
    with pytest.raises(OtherWiki, match="language de, not en"):
        updated(built, dump)


def test_an_update_wants_checksums_and_its_own_format(built: Path, new: Source) -> None:
    with pytest.raises(NotAnUpdate, match=r"no checksum lies beside it.*--without-checksums"):
        check_update(built, new, without_checksums=False)
    present = check_update(built, new, without_checksums=True)
    assert present.generation == "20261101-2"
    assert scope_before(built, present) == "all"
    reseal(current_generation(built), {"format_version": 5})
    with pytest.raises(NotAnUpdate, match=r"has format 5, .*pinakes build --force"):
        check_update(built, new, without_checksums=True)
    with pytest.raises(NoCollection):
        check_update(built.parent / "other", new, without_checksums=True)
