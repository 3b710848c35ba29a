"""Tables of collections and generations, as terminals of several widths show them."""

import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pinakes.index.inventory import Inventory, take_inventory
from pinakes.ingest.types import PageCounts
from pinakes.service.terminal import inventory_report
from pinakes.service.terminal.inventory_report import print_collections, print_inventory
from tests.index.published import write_generation

NAME = "english-wikipedia-of-november-"
FIGURES = ["6,912,345", "48,123,456", "99.9%", "91.2 GB"]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """As of a large wiki: a collection called by 30 letters, with a generation."""
    collection = tmp_path_factory.mktemp("data") / NAME
    write_generation(collection, "20261101-1")
    found = take_inventory(collection)
    [state] = found.generations
    assert state.manifest is not None
    counts = {"pages": PageCounts(documents=6_912_345), "passages": 48_123_456}
    manifest = state.manifest.model_copy(update=counts | {"vectors": 48_123_455})
    large = replace(state, manifest=manifest, size=91_234_567_890, alone=12_345_678_901)
    return replace(found, generations=(large,), size=91_234_567_890)


def shown_at(width: int, patch: pytest.MonkeyPatch) -> StringIO:
    """What a terminal of so many columns is told from now on."""
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system=None)
    patch.setattr(inventory_report, "out", console)
    return file


@pytest.mark.parametrize(
    ("width", "figures", "left_out"),
    [
        (120, [*FIGURES[:3], "1", FIGURES[3]], ""),
        (80, FIGURES[1:], "generations, articles"),
        (60, FIGURES[3:], "generations, articles, passages, vectors"),
    ],
)
def test_names_and_figures_of_collections_are_whole(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch, width: int, figures: list[str],
    left_out: str,
) -> None:  # fmt: skip
    file = shown_at(width, monkeypatch)
    print_collections([inventory, replace(inventory, collection="enwiki")], 10**12)
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    rows = [line.split() for line in lines if "2026-11-01" in line]
    expected = " ".join(["2026-11-01", *figures]).split()
    assert rows == [[NAME, *expected], ["enwiki", *expected]]
    told = " ".join(file.getvalue().split())
    assert (f"Too narrow here for {left_out}; --json has all." in told) == bool(left_out)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_names_and_figures_of_generations_are_whole(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    file = shown_at(width, monkeypatch)
    print_inventory(inventory)
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    [row] = [line for line in lines if "20261101-1" in line]
    assert row.startswith("→   20261101-1 ")
    assert row.rstrip().endswith(" 91.2 GB   12.3 GB")
    assert "99.9%" in row
    assert ("6,912,345" in row) == (width > 60)


def test_what_goes_into_a_pipe_is_whole_however_wide_a_terminal_was(tmp_path: Path) -> None:
    write_generation(tmp_path / NAME, "20261101-1")
    for command in ("collections", "generations"):
        told = subprocess.run(
            [sys.executable, "-m", "pinakes", command, "list", "--data", tmp_path],
            env={**os.environ, "COLUMNS": "40"}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert NAME in told
        [heads] = [line for line in told.splitlines() if " passages " in line]
        assert heads.endswith("size" if command == "collections" else "alone")
        assert "Too narrow" not in told


def test_longer_names_than_the_terminal_is_wide_go_on_below(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shown_at(40, monkeypatch)
    print_collections([replace(inventory, collection="x" * 70)], 10**12)
    lines = file.getvalue().splitlines()
    assert sum(line.count("x") for line in lines if "xx" in line) == 70
    assert any(line.rstrip().endswith("91.2 GB") for line in lines)
