"""The pages say what the program is: commands, options, settings, files, links, figures."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs"))

from tables import benchmarks, reference  # noqa: E402

README = ROOT / "README.md"
DOCS = ROOT / "docs"
# Decisions say what was so when they were taken.
PAGES = [README, *sorted(DOCS.glob("*.md"))]
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
COMMANDS = dict(reference.commands())


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.read_bytes()) <= 9_000


def test_generated_parts_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_commands_to_look_for() -> None:
    assert "pinakes eval retrieval" in COMMANDS
    assert "--require-citation" in reference.command_options(COMMANDS["pinakes ask"])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_its_line(command: str) -> None:
    [section] = re.findall(
        rf"^## `{command}`\n(.*?)(?=^## |\Z)", _text(DOCS / "cli.md"), re.M | re.S
    )
    for option in reference.command_options(COMMANDS[command]) - {"--help", "--debug"}:
        assert f"`{option}`" in section, option


@pytest.mark.parametrize("key", [key for key, _ in reference.setting_keys()])
def test_every_setting_has_its_line(key: str) -> None:
    variable = f"PINAKES_{key.upper().replace('.', '__')}"
    [line] = re.findall(rf"^\| `{re.escape(key)}` .*", _text(DOCS / "settings.md"), re.M)
    assert f"`{variable}`" in line
    assert line.split("|")[4].strip(), "no description"


def _calls(text: str) -> Iterator[list[str]]:
    """The words of every call of pinakes in a page: in blocks of commands, and amid text."""
    blocks = re.findall(r"^ *```(?:sh)?\n(.*?)^ *```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    for line in (*lines, *re.findall(r"`([^`\n]*)`", prose)):
        if match := re.match(r"\s*(?:[A-Z_]+=(?:'[^']*'|\S*)\s+)*(pinakes [^#|&;]*)", line):
            yield shlex.split(match[1])


def _command_of(words: list[str]) -> str:
    return next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in COMMANDS), "")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_that_are_shown_exist_with_their_options(page: Path) -> None:
    groups = {command.rpartition(" ")[0] for command in COMMANDS}
    for words in _calls(_text(page)):
        if (command := _command_of(words)) == "":
            options = {word for word in words[1:] if word.startswith("-")}
            assert " ".join(words[:2]) in groups or options == {*words[1:]}, words
            continue
        known = reference.command_options(COMMANDS[command])
        shown = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert shown <= known, words


def test_calls_are_found() -> None:
    calls = [words for page in PAGES for words in _calls(_text(page))]
    assert ["pinakes", "serve", "--host", "0.0.0.0"] in calls
    assert len(calls) > 30


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS], ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", _text(page), flags=re.M | re.S)
    targets = re.findall(r"\]\((?!https?://)([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for target, _, anchor in ((one or other).partition("#") for one, other in targets):
        path = page.parent / target if target else page
        assert path.exists(), target
        if anchor:
            assert anchor in _anchors(path), f"{target}#{anchor}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", _text(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_are_there(page: Path) -> None:
    named = re.findall(r"`((?:ingest|index|service|tests|bench|docs|data)/[\w./-]+)`", _text(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


def _rows_of_what_to_touch() -> list[str]:
    [table] = re.findall(r"^## What to touch for what\n(.*?)^## ", _text(DOCS / "architecture.md"),
                         re.M | re.S)  # fmt: skip
    return [row for row in table.splitlines() if row.startswith("| ")][1:]


@pytest.mark.parametrize("row", _rows_of_what_to_touch(), ids=lambda row: row.split(" | ")[0][2:])
def test_what_is_to_be_touched_is_there(row: str) -> None:
    """Files that stand beside the one named before them, and the names in them."""
    rooms = {ROOT / named for named in re.findall(r"`((?:[\w.]+/)+)(?:[\w.]+)?`", row)}
    for name in re.findall(r"`([\w-]+\.(?:py|toml|json))`", row):
        assert any((room / name).exists() for room in [ROOT, *rooms]), name
    touched = row.split(" | ")[1]
    for name in re.findall(r"`([A-Z]\w+|[a-z]+_[a-z_]+)`", touched):
        assert any(re.search(rf"\b{name}\b", text) for text in _sources()), name


@cache
def _sources() -> list[str]:
    return [_text(file) for room in ("ingest", "index", "service")
            for file in (ROOT / room).rglob("*.py")]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_what_make_is_to_do_it_can(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = re.findall(r"(?:`|^)make ([a-z][\w-]*)", _text(page), re.M)
    assert set(named) <= targets


def test_every_test_that_a_promise_names_is_there() -> None:
    named = set(re.findall(r"`((?:[\w.-]+/)*test_\w+\.py)(?:::\w+)?`", _text(DOCS / "promises.md")))
    assert len(named) > 30
    there = [path.as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    for name in named:
        assert any(path.endswith(f"/{name}") for path in there), name


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = _text(DOCS / "README.md")
    assert [page.name for page in PAGES[1:] if f"({page.name})" not in contents] == ["README.md"]


def test_figures_of_every_benchmark_are_shown() -> None:
    shown = {table.results for table in benchmarks.TABLES}
    kept = {path.stem for path in (ROOT / "bench" / "results").glob("*.json")}
    # The two lengths of passages that were left, once more.
    assert kept - shown == {"passage_finalists"}
