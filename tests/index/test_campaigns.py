"""Long, seeded campaigns, run by ``make test-slow``; their figures go to bench/results/."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.record import record
from index.build import build_collection
from index.evaluation import evaluate, read_questions
from index.generations import current_generation, read_manifest
from index.search import Index
from ingest.dumps import Dump, find_dump
from tests.index.collections import answers, counts, make, names, store_content
from tests.index.toys import ROOT, QuietProgress

pytestmark = pytest.mark.slow
SEED = 20261101
KILLS = 60
BUILD_CALLS = 330


def test_a_build_killed_again_and_again_ends_like_an_undisturbed_one(
    tmp_path: Path, packed_sample: Dump, toy_sample: Path
) -> None:
    chance = random.Random(SEED)
    collection = tmp_path / toy_sample.name
    finished = 0
    began = time.monotonic()
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
    figures = {
        "seed": SEED,
        "kills": KILLS,
        "kills_after_first_publication": finished,
        "differences": 0,
        "seconds": round(time.monotonic() - began),
    }
    record("kills", "the sample, built with the hashing encoder", figures)


def test_keyword_search_on_real_questions(tmp_path: Path, shared_data: Path) -> None:
    """Above whole-page BM25, whose figures on this set are .784, .945 and .844."""
    part = "dumps/enwiki2015text-dev6k-pages-articles-multistream.xml.bz2"
    dump = find_dump([shared_data / part])
    build_collection(tmp_path / dump.name, dump, None, "none", QuietProgress())
    questions = read_questions(shared_data / "queries/wiki-questions-dev.jsonl")
    with Index.open(tmp_path / dump.name, None) as index:
        (report,) = evaluate(index, questions, ["keyword"])
    assert report.questions == 779
    assert report.hit_at_1 >= 0.79
    assert report.hit_at_10 >= 0.955
    assert report.mrr_at_10 >= 0.855
