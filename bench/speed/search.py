"""Search at a million passages: time, memory and quality, beside other libraries in the same run.

Measures: keyword, vector and hybrid search with the embedding of the question included, p50 and
p95, one client, ten passages with their text from the store; eight clients at once; opening; the
whole process of `pinakes search`, files cached; anonymous memory of the serving process;
suggestions. On the same passages and questions bm25s, SQLite FTS5 and Xapian: ten passage numbers,
no text. Quality on pages, the best of 60 passages each. No peer indexes or is asked for stop words.
Corpus: bench.corpora.synthetic_wiki, the 6,000 real articles with their 779 questions first; these
have real vectors (bench.quality.development), the others those of bench.corpora.synthetic_vectors.
Command: python -m bench.speed.search [--passages N] [--data DIR] [--keep]

Xapian needs the distribution's package python3-xapian. What an interrupted run has built is used
again; at the end all of it is removed, unless --keep is given.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.corpora.synthetic_wiki import write_wiki
from bench.peers.ingest_tools import python_of_search_peer
from bench.quality.development import DATA, QUESTIONS
from bench.record import record
from bench.scale.watched_build import built
from bench.speed.serving import quality, served
from pinakes.index.evaluation import Question, read_questions
from pinakes.index.keywords.language import QUESTION_WORDS
from pinakes.index.store.store import Store

_ROOT = Path(__file__).resolve().parents[2]
_PEERS = ("bm25s", "fts5", "xapian")
_DEPTH = 60
_STARTS = 5
# Fewer passages are a trial, whose figures are not kept.
_FULL = 1_000_000


def main() -> None:
    """Build what is missing, measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=_FULL)
    parser.add_argument("--data", type=Path, default=DATA / "search")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    size, data = options.passages, options.data
    dump = write_wiki(data / f"dump-{size}", [size])[size]
    collection = data / f"passages-{size}"
    building = built(collection, dump)
    questions = [question for question in read_questions(QUESTIONS) if question.gold_pages]
    job = _job(collection, data / f"peers-{size}", questions)
    figures = {
        "build": building,
        "serving": served(collection, QUESTIONS),
        "start_seconds": {mode: _start(collection, mode) for mode in ("keyword", "hybrid")},
        "peers": {peer: _peer(peer, job, data / f"peers-{size}", questions) for peer in _PEERS},
    }
    _print(figures)
    if size >= _FULL:
        corpus = f"bench.corpora.synthetic_wiki, {building['passages']:,} passages"
        print(record("search", f"{corpus}, vectors synthetic but for real pages", figures))
    if not options.keep:
        for path in (collection, dump[0].parent, data / f"peers-{size}"):
            shutil.rmtree(path)
        collection.with_name(f"{collection.name}.json").unlink()


def _start(collection: Path, mode: str) -> dict[str, float]:
    """Seconds that a whole `pinakes search` takes, from start to exit, the files in memory."""
    command = [sys.executable, "-m", "pinakes", "search", "Who deciphered Linear B?"]
    command += ["--mode", mode, "--data", str(collection.parent), "--collection", collection.name]
    times = []
    for _ in range(_STARTS + 1):
        began = time.perf_counter()
        subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return {"median": median(times[1:]), "most": max(times[1:])}


def _job(collection: Path, directory: Path, questions: Sequence[Question]) -> dict[str, Any]:
    """The passages as lines and the questions as words, for those who do not read a collection."""
    passages = directory / "passages.tsv"
    if not passages.exists():
        directory.mkdir(parents=True, exist_ok=True)
        partial = passages.with_suffix(".partial")
        with (
            Store(collection / "current" / "pages.db") as store,
            partial.open("w", encoding="utf-8", newline="\n") as lines,
        ):
            for passage, _ in store.all_passages():
                title, body = (" ".join(text.split()) for text in (passage.title, passage.text))
                lines.write(f"{passage.page_id}\t{title}\t{body}\n")
        partial.rename(passages)
    return {
        "passages": str(passages),
        "questions": [_words(question.text) for question in questions],
        "stop_words": sorted(QUESTION_WORDS),
        "depth": _DEPTH,
    }


def _words(question: str) -> str:
    words = re.findall(r"\w+", question.lower())
    return " ".join([word for word in words if word not in QUESTION_WORDS] or words)


def _peer(
    peer: str, job: dict[str, Any], directory: Path, questions: Sequence[Question]
) -> dict[str, Any]:
    job_path, report = directory / f"{peer}-job.json", directory / f"{peer}-report.json"
    own = {"directory": str(directory / peer), "report": str(report)}
    job_path.write_text(json.dumps(job | own))
    script = _ROOT / "bench" / "peers" / "search_libraries.py"
    command = [python_of_search_peer(peer), str(script), peer, str(job_path)]
    subprocess.run(command, cwd=directory, check=True)
    found = json.loads(report.read_text())
    times, pages = found.pop("times_ms"), found.pop("pages")
    return {
        **found,
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "quality": quality(pages, [question.gold_pages for question in questions]),
    }


def _print(figures: dict[str, Any]) -> None:
    serving, steps = figures["serving"], figures["build"]["steps"]
    disk = figures["build"]["disk"]
    seconds = {step["name"]: step["wall_seconds"] for step in steps}
    keyword_seconds = sum(s for name, s in seconds.items() if name != "Embedding passages")
    text_and_index = sum(disk[name] for name in ("pages.db", "texts", "bm25"))
    sizes = {"keyword": text_and_index, "vector": disk["vectors"]}
    table = Table(title=f"{serving['passages']:,} passages, 779 questions")
    names = ("", "hit@1", "hit@10", "MRR@10", "p50 ms", "p95 ms", "build s", "MB", "RssAnon MB")
    for name in names:
        table.add_column(name, justify="left" if not name else "right")

    def add(name: str, found: dict[str, float], times: dict[str, Any], *rest: float) -> None:
        cells = [f"{value:.3f}" for value in found.values()]
        cells += [f"{times['p50']:.1f}", f"{times['p95']:.1f}"]
        table.add_row(name, *cells, *(f"{value:,.0f}" if value else "" for value in rest))

    anonymous = serving["memory"]["several clients"] / 1e6
    add(
        "pinakes keyword (MB: text and index)",
        serving["quality"]["keyword"],
        serving["latency_ms"]["keyword"],
        keyword_seconds,
        sizes["keyword"] / 1e6,
    )
    add(
        "pinakes vector",
        serving["quality"]["vector"],
        serving["latency_ms"]["vector"],
        seconds.get("Embedding passages", 0),
        sizes["vector"] / 1e6,
    )
    add(
        "pinakes hybrid",
        serving["quality"]["hybrid"],
        serving["latency_ms"]["hybrid"],
        keyword_seconds + seconds.get("Embedding passages", 0),
        sum(sizes.values()) / 1e6,
        anonymous,
    )
    for peer, found in figures["peers"].items():
        rest = (found["build_seconds"], found["index_bytes"] / 1e6, found["memory"] / 1e6)
        add(found.get("version", peer), found["quality"], found, *rest)
    console = Console(width=120)
    console.print(table)
    console.print(_other_rows(figures))


def _other_rows(figures: dict[str, Any]) -> Table:
    serving = figures["serving"]
    together, suggest, memory = serving["clients"], serving["suggest_ms"], serving["memory"]
    table = Table(show_header=False)
    rows = {
        "embedding a question, ms": "{p50:.1f} (p95 {p95:.1f})".format(
            **serving["latency_ms"]["embedding alone"]
        ),
        f"{together['clients']} clients, hybrid": (
            f"{together['per_second']:.0f} questions/s, p50 {together['p50']:.0f} ms, "
            f"p95 {together['p95']:.0f} ms, {together['errors']} errors"
        ),
        "opening, s": f"{serving['opening_seconds']:.2f}",
        **{
            f"pinakes search --mode {mode}, s": f"{found['median']:.2f} (most {found['most']:.2f})"
            for mode, found in figures["start_seconds"].items()
        },
        **{
            f"suggest among {suggest['names']:,} names, {kind}, ms": (
                f"{suggest[kind]['p50']:.2f} (p95 {suggest[kind]['p95']:.2f})"
            )
            for kind in suggest
            if kind != "names"
        },
        **{f"RssAnon, {name}, MB": f"{found / 1e6:.0f}" for name, found in memory.items()},
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


if __name__ == "__main__":
    main()
