"""``pinakes diff``: what changed, told so that people and programs can read it."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pinakes.index.changes.changed_pages import ChangeKind, PageChange
from pinakes.index.changes.page_difference import page_difference
from pinakes.index.changes.version import open_version
from pinakes.service.terminal.change_report import print_change, print_page_difference
from tests.service.cli.test_main import assert_refused
from tests.service.conftest import Run

CHANGES = [
    ("~", "Papyrus  1 passage new, 1 gone"),
    ("→", "Parchment → Vellum"),
    ("−", "Wax tablet  1 passage"),
    ("+", "Scroll  1 passage"),
    ("~", "Ostracon  1 passage new, 1 gone"),
    ("+", "Palimpsest  1 passage"),
]


def test_every_page_that_changed_has_its_line_and_all_are_counted(
    run: Run, two_dumps: Path
) -> None:
    outcome = run("diff", "--data", two_dumps.parent)
    assert outcome.status == 0
    *lines, last = outcome.out.splitlines()
    assert [(line[0], line[2:]) for line in lines] == CHANGES
    assert last == (
        "toywiki 20261001-1 → toywiki 20261101-1: 2 added, 1 deleted, 1 moved, 2 changed; "
        "5 → 6 articles"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["20261001-1"],
        ["20261001-1", "20261101-1"],
        ["20261001-1", "toywiki"],
        ["20261001-1", "20261101-1", "-c", "toywiki"],
    ],
)
def test_generations_by_name(run: Run, two_dumps: Path, words: list[str]) -> None:
    there = ["--data", str(two_dumps.parent)]
    assert run("diff", *words, *there) == run("diff", *there)


def test_backwards_what_was_added_was_deleted(run: Run, two_dumps: Path) -> None:
    outcome = run("diff", "20261101-1", "20261001-1", "--data", two_dumps.parent)
    assert "1 added, 2 deleted, 1 moved, 2 changed; 6 → 5 articles" in outcome.out


@pytest.mark.parametrize(
    ("kind", "new", "gone", "told"),
    [
        ("changed", 1_200, 2, "1,200 passages new, 2 gone"),
        ("changed", 0, 1, "1 passage gone"),
        ("changed", 2, 0, "2 passages new"),
        ("changed", 0, 0, "passages in another order"),
        ("deleted", 0, 3, "3 passages"),
        ("added", 0, 0, "0 passages"),
        ("moved", 4, 4, ""),
    ],
)
def test_how_much_of_a_page_is_other(kind: ChangeKind, new: int, gone: int, told: str) -> None:
    console = Console(file=StringIO(), width=80)
    print_change(PageChange(kind, None, None, new, gone), console)
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue()[2:].strip() == told


def test_nothing_changed(run: Run, two_dumps: Path) -> None:
    outcome = run("diff", "toywiki", "toywiki", "--data", two_dumps.parent)
    [line] = outcome.out.splitlines()
    assert "0 added, 0 deleted, 0 moved, 0 changed" in line


def test_changes_as_json(run: Run, two_dumps: Path) -> None:
    found = json.loads(run("diff", "--json", "--data", two_dumps.parent).out)
    assert found["old"] == {
        "collection": "toywiki",
        "generation": "20261001-1",
        "as_of": "2026-10-01",
    }
    assert found["new"]["generation"] == "20261101-1"
    assert found["counts"] == {"added": 2, "deleted": 1, "moved": 1, "changed": 2}
    assert [change["kind"] for change in found["changes"]] == [
        "changed", "moved", "deleted", "added", "changed", "added",
    ]  # fmt: skip
    moved = found["changes"][1]
    assert (moved["page_id"], moved["url"]) == (2, "/c/toywiki/page/2")
    assert (moved["old"]["title"], moved["new"]["title"]) == ("Parchment", "Vellum")
    assert found["changes"][2]["new"] is found["changes"][2]["url"] is None


def test_one_page_by_words(run: Run, two_dumps: Path) -> None:
    outcome = run("diff", "--title", "Papyrus", "--data", two_dumps.parent)
    assert outcome.status == 0
    assert "It was the {+only +}paper of antiquity." in outcome.out
    assert "revision 10 of 2026-01-01T00:00:00Z" in outcome.out
    # What is the same is shown around the change only.
    assert outcome.out.count("scrolls of papyrus") < 4
    assert "…" in outcome.out


def test_one_page_as_json(run: Run, two_dumps: Path) -> None:
    words = ("diff", "--title", "Ostracon", "--json", "--data", two_dumps.parent)
    page = json.loads(run(*words).out)["page"]
    assert (page["kind"], page["page_id"]) == ("changed", 6)
    [difference] = page["differences"]
    old = "".join(piece["text"] for piece in difference["pieces"] if piece["kind"] != "added")
    assert difference["old"] == [0, len(old)]
    assert "agora of Athens" in difference["pieces"][-1]["text"]


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Codex", "the same text: toywiki 20261001-1"),
        ("Vellum", "Parchment → Vellum\nmoved: "),
        ("Parchment", "Parchment → Vellum\nmoved: "),  # by its title of before
        ("Palimpsest", "{+Written upon twice."),
        ("Wax tablet", "[-Wood with wax."),
    ],
)
def test_pages_that_came_went_or_stayed(run: Run, two_dumps: Path, title: str, told: str) -> None:
    outcome = run("diff", "--title", title, "--data", two_dumps.parent)
    assert outcome.status == 0
    assert told in outcome.out


def test_a_terminal_shows_it_without_marks(two_dumps: Path) -> None:
    console = Console(force_terminal=True, width=100)
    old, new = (two_dumps / "generations" / name for name in ("20261001-1", "20261101-1"))
    with open_version(old) as before, open_version(new) as after:
        found = page_difference(before.store, after.store, "Papyrus")
        assert found
        with console.capture() as captured:
            print_page_difference(found, before.manifest, after.manifest, console)
    shown = captured.get()
    assert "{+" not in shown
    assert "\x1b[1;32monly \x1b[0m" in shown


def test_what_is_not_there(run: Run, two_dumps: Path, data: Path) -> None:
    there = ["--data", str(two_dumps.parent)]
    assert_refused(run("diff", "20260101-1", *there), 2, "20260101-1", "20261001-1, 20261101-1")
    assert_refused(run("diff", "nowiki", *there), 2, "no generation 'nowiki'", "there are")
    assert_refused(run("diff", "--title", "Zzz", *there), 2, "no article 'Zzz'", "20261001-1")
    assert_refused(run("diff", "--data", data), 2, "no generation of a dump before")
    (data / "toywiki").symlink_to(two_dumps)
    try:
        refused = run("diff", "samplewiki", "toywiki", "--data", data)
        assert_refused(refused, 2, "samplewiki", "toywiki", "one wiki")
    finally:
        (data / "toywiki").unlink()
