"""Generations and collections at the command line, and a real service that follows."""

import json
import os
import shutil
from pathlib import Path

import httpx
import pytest

from pinakes.index.generations import current_generation, find_generation
from pinakes.index.locks import GenerationLock
from pinakes.index.upkeep import use_generation
from tests.index.toys import republish
from tests.service.conftest import Run, make_app, running
from tests.yardstick import wait_until


@pytest.fixture
def two(data: Path, tmp_path: Path) -> Path:
    """A data directory with two generations of the sample, keyword side only."""
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    republish(tmp_path / "samplewiki")
    return tmp_path


def test_generations_are_listed_with_their_sizes(run: Run, two: Path) -> None:
    listed = json.loads(run("generations", "list", "--json", "--data", two).out)
    new, old = listed["generations"]
    assert (new["generation"], old["generation"]) == ("20261101-2", "20261101-1")
    assert (new["current"], old["current"]) == (True, False)
    assert (old["articles"], old["passages"], old["coverage"]) == (40, 224, 0)
    assert old["bytes_alone"] < old["bytes"] <= listed["bytes"]
    shown = run("generations", "list", "--data", two).out
    assert shown.startswith("samplewiki: 2 generations, ")
    [row] = [line for line in shown.splitlines() if "20261101-2" in line]
    assert row.split()[:2] == ["→", "20261101-2"]
    assert row.split()[3:6] == ["40", "224", "none"]
    assert "once in the sum" in shown


def test_used_and_back_again(run: Run, two: Path) -> None:
    done = run("generations", "use", "20261101-1", "--data", two)
    assert "20261101-1 is now the current generation of samplewiki, as of 2026-11-01" in done.out
    assert "pinakes generations use 20261101-2 -c samplewiki" in done.out
    run("generations", "use", "20261101-2", "--data", two)
    assert json.loads(run("rollback", "--json", "--data", two).out) == {
        "collection": "samplewiki",
        "before": "20261101-2",
        "current": "20261101-1",
    }
    assert current_generation(two / "samplewiki").name == "20261101-1"
    again = run("rollback", "--data", two)
    assert (again.status, again.err.count("\n")) == (2, 1)
    assert "no generation from before 20261101-1" in again.err
    unknown = run("generations", "use", "20270101-1", "--data", two)
    assert (unknown.status, unknown.err.count("\n")) == (2, 1)


def test_a_running_service_follows_within_two_seconds(two: Path) -> None:
    collection = two / "samplewiki"
    with running(make_app(collection)) as address, httpx.Client(base_url=address) as client:

        def answering() -> str:
            found = client.get("/api/search", params={"q": "papyrus"}).raise_for_status().json()
            assert found["hits"]
            return str(found["generation"])

        for name in ("20261101-1", "20261101-2"):
            before = answering()
            use_generation(collection, find_generation(collection, name))
            wait_until(lambda name=name: answering() == name)
            assert before != name


def test_what_is_used_is_not_removed(run: Run, two: Path) -> None:
    old = two / "samplewiki" / "generations" / "20261101-1"
    lock = GenerationLock(old)
    done = run("generations", "remove", "20261101-1", "--data", two)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert f"process {os.getpid()} still uses 20261101-1" in done.err
    lock.release()
    current = run("generations", "remove", "20261101-2", "--data", two)
    assert "is the current generation" in current.err
    removed = run("generations", "remove", "20261101-1", "--data", two)
    assert removed.out.startswith("Removed 20261101-1: ")
    assert not old.exists()
    assert run("generations", "remove", "--data", two).status == 2


def test_unfinished_builds_are_dropped(run: Run, two: Path) -> None:
    work = two / "samplewiki" / "building" / "20261201"
    work.mkdir(parents=True)
    (work / "plan.json").write_text('{"files": {"samplewiki-20261201.xml": {}}}')
    shown = run("generations", "list", "--data", two).out
    assert "A build of samplewiki-20261201.xml has not finished" in shown
    assert "pinakes generations remove --unfinished" in shown
    done = json.loads(run("generations", "remove", "--unfinished", "--json", "--data", two).out)
    assert done["dropped"] == ["20261201"]
    assert not work.exists()
    assert run("generations", "remove", "--unfinished", "--data", two).out.startswith("No build")


def test_all_generations_are_verified(run: Run, two: Path) -> None:
    whole = run("generations", "verify", "--data", two)
    assert [line.split(":")[0] for line in whole.out.splitlines()] == [
        "samplewiki 20261101-1",
        "samplewiki 20261101-2",
    ]
    seal = two / "samplewiki" / "generations" / "20261101-1" / "manifest.sha256"
    seal.write_text("0" * 64)
    done = run("generations", "verify", "--json", "--data", two)
    assert done.status == 1
    old, new = json.loads(done.out)["generations"]
    assert old["damaged"][0]["file"] == "manifest.json"
    assert new["files"] > 3
    assert run("generations", "verify", "20261101-2", "--data", two).status == 0


def test_collections_are_listed_renamed_and_removed(run: Run, two: Path) -> None:
    (two / "begun" / "building" / "20261101").mkdir(parents=True)
    listed = json.loads(run("collections", "list", "--json", "--data", two).out)
    begun, sample = listed["collections"]
    assert (begun["collection"], begun["build"]) == ("begun", "unfinished")
    assert (sample["generation"], sample["generations"]) == ("20261101-2", 2)
    assert sample["bytes"] > 100_000
    shown = run("collections", "list", "--data", two).out
    assert "begun: nothing published yet; a build is unfinished" in shown
    assert "are free." in shown
    taken = run("collections", "rename", "samplewiki", "begun", "--data", two)
    assert (taken.status, taken.err.count("\n")) == (2, 1)
    run("collections", "rename", "samplewiki", "egypt", "--data", two)
    found = json.loads(run("search", "papyrus", "--json", "--data", two, "-c", "egypt").out)
    assert found["hits"][0]["ref"].startswith("egypt/")
    unsure = run("collections", "remove", "egypt", "--data", two)
    assert unsure.status == 2
    assert "--yes" in unsure.err
    lock = GenerationLock(two / "egypt" / "generations" / "20261101-1")
    assert "still uses" in run("collections", "remove", "egypt", "--yes", "--data", two).err
    lock.release()
    run("collections", "remove", "egypt", "--yes", "--data", two)
    assert run("collections", "remove", "egypt", "--yes", "--data", two).status == 2
    assert [path.name for path in two.iterdir() if not path.name.startswith(".")] == ["begun"]
