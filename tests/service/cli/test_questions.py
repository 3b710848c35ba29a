"""The questions of a collection, and a build that its guards stop."""

import json
import shutil
from pathlib import Path

from tests.index.toys import article, write_dump
from tests.service.cli.terminal import terminal
from tests.service.conftest import Run

BUILD = ("build", "--vectors", "none", "--workers", "1")


def test_questions_are_added_listed_and_removed(run: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    where = ("--data", tmp_path)
    assert "pinakes questions add" in run("questions", "list", *where).err
    added = run("questions", "add", "Who deciphered  Linear B?", "--page", "linear b", *where)
    assert added.out == "1. Who deciphered Linear B? → Linear B (found, in place 1)\n"
    odd = run("questions", "add", "papyrus reed", "--page", "Movable type", *where)
    assert "(not found)" in odd.out
    assert "can lose nothing" in odd.err
    missing = run("questions", "add", "What?", "--page", "Zanzibar", *where)
    assert (missing.status, missing.err.count("\n")) == (2, 1)
    again = run("questions", "add", "papyrus reed", "--page", "Papyrus", *where)
    assert (again.status, again.err.count("\n")) == (2, 1)
    listed = json.loads(run("questions", "list", "--json", *where).out)["questions"]
    assert listed[0] == {
        "number": "1",
        "question": "Who deciphered Linear B?",
        "pages": ["Linear B"],
    }
    assert run("questions", "remove", "2", *where).out == "Removed: papyrus reed\n"
    assert run("questions", "remove", "2", *where).status == 2
    assert run("questions", "list", *where).out == "1. Who deciphered Linear B? → Linear B\n"


def test_a_build_is_stopped_and_goes_on_with_the_option(run: Run, tmp_path: Path) -> None:
    pages = [article(n, f"Place {n}", f"A harbour of the number{n}. " * 9) for n in (1, 2)]
    old, new = write_dump(tmp_path, pages), write_dump(tmp_path, pages[:1], date="20261201")
    data = tmp_path / "data"
    assert run(*BUILD, *old.files, "--data", data).status == 0
    stopped = run(*BUILD, *new.files, "--data", data)
    assert stopped.status == 1
    told = stopped.err.splitlines()[-1]
    assert "not published: 1 of 2 pages (50.0%) of 20261101-1 are missing" in told
    assert "the same command with --force; to keep these pages" in told
    assert "is whole and not published" in run("generations", "list", "--data", data).out
    done = run(*BUILD, *new.files, "--data", data, "--force", "--json")
    assert json.loads(done.out)["generation"] == "20261201-1"
    assert "Reading the dump" not in done.err
    assert len(json.loads(done.out)["accepted"]) == 2


def test_who_sits_at_the_terminal_is_asked(tmp_path: Path) -> None:
    pages = [article(n, f"Place {n}", f"A harbour of the number{n}. " * 9) for n in range(1, 31)]
    old, new = write_dump(tmp_path, pages), write_dump(tmp_path, pages[1:], date="20261201")
    words = [*BUILD, "--data", str(tmp_path / "data")]
    with terminal(*words, str(old.files[0])) as window:
        window.expect("30 articles")
        assert window.wait() == 0
    with terminal(*words, str(new.files[0])) as window:
        window.expect("[y/N]")
        window.type("y\n")
        window.expect("20261201-1: 29 articles")
        assert window.wait() == 0
