"""``pinakes update`` at the command line: what it says, what it refuses, what it finds itself."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from pinakes.index.locks import hold_collection
from pinakes.ingest.sources.base import Source
from pinakes.service.evaluation.refusals import write_threshold
from pinakes.service.reading.answerability import ChosenBy, Threshold
from pinakes.service.reading.models import linear_models
from tests.index.toys import article, reseal, write_dump
from tests.service.conftest import Run


def pages(last: int = 12, **changed: str) -> list[str]:
    return [
        article(n, f"Place {n}", changed.get(f"p{n}", f"A harbour of the number{n}. " * 9))
        for n in range(1, last + 1)
    ]


def published(directory: Path, texts: Iterable[str], date: str) -> Source:
    """A dump with its checksums, in the directory of its date."""
    dump = write_dump(directory / "toywiki" / date, texts, date)
    [file] = dump.files
    digest = hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest()
    (file.parent / f"toywiki-{date}-sha1sums.txt").write_text(f"{digest}  {file.name}\n")
    return dump


@pytest.fixture
def built(run: Run, tmp_path: Path) -> Path:
    """A data directory with a collection of twelve articles, as of November."""
    old = published(tmp_path / "dumps", pages(), "20261101")
    done = run("build", "--vectors", "none", "--workers", "1", *old.files, "--data", tmp_path / "d")
    assert done.status == 0
    return tmp_path / "d"


def test_the_newest_dump_of_a_directory_is_taken_up_once(
    run: Run, built: Path, tmp_path: Path
) -> None:
    words = ("update", "--if-newer", tmp_path / "dumps", "--workers", "1", "--data", built)
    nothing = run(*words)
    assert nothing.status == 0
    assert nothing.out.startswith("Nothing new: no complete dump newer than 2026-11-01 in ")
    published(tmp_path / "dumps", pages(13, p3="A tower. " * 9), "20261201")
    done = run(*words)
    assert done.status == 0
    assert "toywiki 20261201-1: 13 articles" in done.out
    assert "11 of 13 articles are as they were in 20261101-1" in done.err
    assert json.loads(run(*words, "--json").out)["changed"] is False
    run("rollback", "--data", built)
    assert "newer than 2026-12-01" in run(*words).out  # what was rolled back stays away


def test_the_threshold_is_chosen_again_where_much_has_changed(
    run: Run, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.service.evaluation.refusals.MADE_QUESTIONS", 12)
    by = ChosenBy(
        model=linear_models().answerability.name, encoder=None, encoder_sha256=None, corpus="12",
        command="pinakes build", date="2026-11-01", generation="20261101-1",
    )  # fmt: skip
    chosen = Threshold(
        threshold=0.4, collection="toywiki", questions=12, false_refusals=0.0, refusals=0.7,
        made_refusals=0.7, chosen_by=by,
    )  # fmt: skip
    write_threshold(built / "toywiki", chosen)
    words = ("--workers", "1", "--data", built)
    same = published(tmp_path / "dumps", pages(), "20261201")
    assert "Asking itself" not in run("update", *same.files, *words).err
    assert "0.0% of the pages have changed since" in run("status", "--data", built).out
    assert "Asking itself" not in run("update", *same.files, *words).err
    other = published(tmp_path / "dumps", pages(p3="A tower. " * 9), "20270101")
    assert "Asking itself" in run("update", *other.files, *words).err


def test_what_is_no_update_is_one_line(run: Run, built: Path, tmp_path: Path) -> None:
    def refused(*words: object, said: str) -> None:
        done = run("update", "--workers", "1", "--data", built, *words)
        assert (done.status, done.err.count("\n")) == (2, 1), done.err
        assert said in done.err

    bare = write_dump(tmp_path / "bare", pages(), "20261201").files[0]
    older = published(tmp_path / "older", pages(), "20261001").files[0]
    other = published(tmp_path / "new", pages(), "20261201").files[0]
    refused(bare, said="no checksum lies beside it")
    refused(older, said="toywiki answers as of 2026-11-01")
    refused(other, "-c", "nowhere", said="no collection at")
    parts = tmp_path / "parts"
    half = published(parts, pages(), "20261201").files[0]
    first = half.rename(half.with_name("toywiki-20261201-pages-articles1.xml-p1p20"))
    sums = half.parent / "toywiki-20261201-sha1sums.txt"
    second = first.name.replace("articles1.xml-p1p20", "articles2.xml-p21p40")
    said_of_first = sums.read_text().replace(half.name, first.name)
    sums.write_text(f"{said_of_first}{'0' * 40}  {second}\n")
    refused(first, said=f"{second}: a part of this dump by the checksums beside it")
    refused(said="name a dump, or a directory with --if-newer")
    with hold_collection(built / "toywiki"):
        refused(other, said="another build is at work on")
    reseal(built / "toywiki" / "current", {"format_version": 5})
    refused(other, said="has format 5")
    other.write_bytes(other.read_bytes()[:-100])
    refused(other, said="breaks off or is damaged")


def test_what_would_change_is_told_and_nothing_published(
    run: Run, built: Path, tmp_path: Path
) -> None:
    edited = [article(50, "Foreword", "A word before. " * 9), *pages(11, p3="A tower. " * 9)]
    edited[5] = edited[5].replace("<title>Place 5<", "<title>Site 5<")
    new = published(tmp_path / "new", edited, "20261201").files[0]
    words = ("update", new, "--workers", "1", "--data", built)
    told = json.loads(run(*words, "--dry-run", "--json").out)
    assert told["pages"] == {
        "added": 1, "changed": 1, "moved": 1, "deleted": 1, "kept": 0, "unchanged": 9
    }  # fmt: skip
    assert (told["passages_added"], told["passages_removed"], told["to_embed"]) == (3, 3, 0)
    assert "keywords" in told["seconds"]
    assert json.loads(run("status", "--json", "--data", built).out)["collections"][0][
        "generation"
    ].startswith("20261101")
    shown = run(*words, "--dry-run")
    assert "1 added, 1 changed, 1 moved, 1 deleted, 9 as they were" in shown.out
    assert "Reading the dump" not in shown.err  # it goes on from what was read


def test_vanished_pages_are_kept_when_asked(run: Run, built: Path, tmp_path: Path) -> None:
    new = published(tmp_path / "new", pages(9), "20261201").files[0]
    words = ("--vectors", "none", "--workers", "1", "--data", built)
    withheld = run("update", new, *words)
    assert withheld.status == 1
    assert "to keep these pages as they were: with --keep-vanished" in withheld.err
    dry = run("update", new, *words, "--keep-vanished", "--dry-run")
    assert "0 deleted, 3 kept, 9 as they were" in dry.out
    refused = run("build", new, *words, "--keep-vanished", "--force")
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    done = run("build", new, *words, "--keep-vanished")
    assert "toywiki 20261201-1: 12 articles" in done.out
    assert "9 articles + 0 redirects" in done.out
    assert "; 3 kept from earlier dumps" in done.out


def test_texts_that_an_older_version_read_are_told_with_the_way_to_read_them_anew(
    run: Run, built: Path, tmp_path: Path
) -> None:
    same = tmp_path / "dumps" / "toywiki" / "20261101"
    words = ("update", *same.glob("*.xml*"), "--workers", "1", "--data", built)
    assert "Pinakes" not in run(*words).err
    for versions in {"pinakes": "0.1.0"}, {"pinakes": "0.1.0", "ingest": "0" * 16}:
        reseal(built / "toywiki" / "current", {"versions": versions})
        told = run(*words).err
        assert "toywiki: read by Pinakes 0.1.0, which reads otherwise" in told
        assert "pinakes build --force DUMP -c toywiki" in told
    new = published(tmp_path / "new", pages(p3="A tower. " * 9), "20261201").files[0]
    for _ in range(2):  # what a changed dump brings is read by the program that is here
        assert "reads otherwise" not in run("update", new, "--workers", "1", "--data", built).err
