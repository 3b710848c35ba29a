"""Long, seeded campaigns, run by ``make test-slow``; their figures go to bench/results/."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.record import record
from pinakes.index.build.pipeline import build_collection
from pinakes.index.evaluation import evaluate, judge, modes_of, read_questions, reports
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.opening import open_source
from tests.index.collections import answers, counts, make, names, store_content
from tests.index.intercept import can_intercept
from tests.index.toys import ROOT, QuietProgress
from tests.service.doctor.watching import require

pytestmark = pytest.mark.slow
SEED = 20261101
KILLS = 60
FAULTS = {"build": 200, "update": 200, "unpack": 100}
BUILD_CALLS = 330


def test_a_build_killed_again_and_again_ends_like_an_undisturbed_one(
    tmp_path: Path, packed_sample: Source, toy_sample: Path
) -> None:
    chance = random.Random(SEED)
    collection = tmp_path / toy_sample.name
    finished = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.index.toys", str(collection)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, BUILD_CALLS)):
                process.stdout.readline()
            time.sleep(chance.random() * 0.05)
            process.kill()
            process.communicate(timeout=60)
        if (collection / "current").is_symlink():
            read_manifest(current_generation(collection))  # what is published is whole
            finished += 1
            if chance.random() < 0.5:
                collection = tmp_path / str(finished) / toy_sample.name
    make(collection, packed_sample)
    assert counts(read_manifest(current_generation(collection))) == counts(
        read_manifest(current_generation(toy_sample))
    )
    assert store_content(collection) == store_content(toy_sample)
    assert answers(collection) == answers(toy_sample)
    assert len(names(collection)) == 1
    assert finished


def test_two_hundred_kills(tmp_path: Path) -> None:
    """At seeded events and moments of all steps; each build goes on to the same end."""
    began = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-m", "tests.index.kills", str(tmp_path), str(SEED), "200"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,
        check=True,
    )
    campaign = json.loads(found.stdout)
    different = [kill for kill in campaign["kills"] if kill["differs"]]
    at_events = [kill for kill in campaign["kills"] if not kill["at"].endswith(" s")]
    steps = Counter(kill["at"].partition(":")[0] or "before reading" for kill in at_events)
    figures = {
        "seed": SEED,
        "kills": len(campaign["kills"]),
        "events_of_a_build": campaign["events"],
        "at_events": dict(steps),
        "at_moments": len(campaign["kills"]) - len(at_events),
        "killed_before_the_end": sum(kill["killed"] for kill in campaign["kills"]),
        "differences": len(different),
        "seconds": round(time.monotonic() - began),
    }
    record("kills", "the sample and pages that cannot be read, with the hashing encoder", figures)
    assert different == []


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_five_hundred_faults(tmp_path: Path) -> None:
    """Calls that fail, or are the last, of builds, updates and unpacking."""
    require(can_intercept(), "Linux on x86-64 with seccomp's user notification")
    points: list[dict[str, Any]] = []
    for kind, count in FAULTS.items():
        (tmp_path / kind).mkdir()
        where = str(tmp_path / kind)
        words = ["-m", "tests.index.faults", where, kind, str(SEED), str(count)]
        found = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=7200,
            check=True,
        )
        campaign = json.loads(found.stdout)
        assert campaign["too_early"] == []
        points += campaign["points"]
    figures = {
        "seed": SEED,
        "points": FAULTS,
        "by_operation": dict(Counter(point["operation"] for point in points)),
        "by_fault": dict(Counter(point["fault"] for point in points)),
        "not_reached": sum(not point["file"] for point in points),
        "wrong": sum(bool(point["wrong"]) for point in points),
    }
    record("faults", "the sample and pages that cannot be read, with the hashing encoder", figures)
    assert [point for point in points if point["wrong"]] == []


def test_keyword_search_on_real_questions(tmp_path: Path, shared_data: Path) -> None:
    """Above whole-page BM25, whose figures on this set are .784, .945 and .844."""
    part = "dumps/enwiki2015text-dev6k-pages-articles-multistream.xml.bz2"
    dump = open_source([shared_data / part])
    build_collection(tmp_path / dump.identity.name, dump, None, "none", QuietProgress())
    questions = read_questions(shared_data / "queries/wiki-questions-dev.jsonl")
    with Index.open(tmp_path / dump.identity.name, None) as index:
        run = evaluate(index.manifest, judge(questions, index.store), modes_of(index))
    (report,) = reports(run)
    assert report.questions == 779
    assert report.measures["hit@1"].value >= 0.79
    assert report.measures["hit@10"].value >= 0.955
    assert report.measures["MRR@10"].value >= 0.855
