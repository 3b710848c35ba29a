"""A process that serves one collection, asked questions and looked at from inside.

It opens the collection as the service does, with the encoder for questions, and tells: seconds to
open; latency of each mode, one client, ten passages; quality of each mode on pages; throughput and
errors of several clients at once; latency of suggestions; and its anonymous memory (RssAnon) at
each point. Run in a process of its own, so that nothing else counts.

Command: python -m bench.speed.serving COLLECTION QUESTIONS.jsonl [--clients 8] [--memory-limit
BYTES]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from bench.speed.processes import anonymous_bytes

if TYPE_CHECKING:
    from pinakes.index.evaluation import Question
    from pinakes.index.retrieval.search import Index
    from pinakes.index.types import Mode

__all__ = ["latencies", "quality", "served"]

_ROOT = Path(__file__).resolve().parents[2]
_MODES: "tuple[Mode, ...]" = ("keyword", "vector", "hybrid")
# Passages asked for where latency is measured, and where ten pages must be among them.
_LIMIT, _DEPTH = 10, 60
_SUGGESTIONS = 1000


def served(
    collection: Path, questions: Path, clients: int = 8, memory_limit: int | None = None
) -> dict[str, Any]:
    """What a serving process of its own reports.

    ``memory_limit``: bytes of RLIMIT_DATA, which bounds all writable private memory, used or only
    reserved. Raises CalledProcessError when the process fails.
    """
    words = [sys.executable, "-m", "bench.speed.serving", str(collection), str(questions)]
    words += ["--clients", str(clients)]
    if memory_limit is not None:
        words += ["--memory-limit", str(memory_limit)]
    done = subprocess.run(words, cwd=_ROOT, capture_output=True, text=True)
    sys.stderr.write(done.stderr)
    done.check_returncode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Open, ask and report on standard output."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("collection", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--memory-limit", type=int, default=None)
    options = parser.parse_args()
    if options.memory_limit is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (options.memory_limit, options.memory_limit))
    json.dump(_report(options.collection, options.questions, options.clients), sys.stdout)


def _report(collection: Path, questions_path: Path, clients: int) -> dict[str, Any]:
    # Imported here, below a limit of memory if there is one.
    from pinakes.index.evaluation import read_questions
    from pinakes.service.cli.options import open_index
    from pinakes.service.settings import load_settings

    settings = load_settings(data=collection.parent, collection=collection.name)
    questions = read_questions(questions_path)
    memory = {"before opening": _anonymous()}
    began = time.perf_counter()
    with open_index(settings, "hybrid") as index:
        opening = time.perf_counter() - began
        memory["opened"] = _anonymous()
        index.search(questions[0].text)  # loads the encoder
        memory["first question"] = _anonymous()
        texts = [question.text for question in questions]
        modes = {
            mode: latencies(texts, lambda text, mode=mode: index.search(text, _LIMIT, mode))
            for mode in _MODES
        }
        if index.encoder is not None:
            modes["embedding alone"] = latencies(texts, index.encoder.encode_query)
        memory["all questions in each mode"] = _anonymous()
        together = _together(index, texts, clients)
        memory["several clients"] = _anonymous()
        suggest = _suggest_latencies(index)
        memory["suggestions"] = _anonymous()
        found = {mode: _quality(index, questions, mode) for mode in _MODES}
        memory["sixty passages a question"] = _anonymous()
        return {
            "passages": index.manifest.passages,
            "vectors": index.manifest.vectors,
            "opening_seconds": opening,
            "latency_ms": modes,
            "clients": together,
            "suggest_ms": suggest,
            "quality": found,
            "memory": memory,
            "data_bytes": _data_bytes(),
        }


def _anonymous() -> int:
    return anonymous_bytes(os.getpid())


def _data_bytes() -> int:
    """What RLIMIT_DATA counts of this process at most: reserved, not only used."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def latencies(texts: Sequence[str], ask: Callable[[str], object]) -> dict[str, float]:
    """Milliseconds of one question after the other: p50, p95, most."""
    for text in texts[:20]:
        ask(text)
    times = []
    for text in texts:
        began = time.perf_counter()
        ask(text)
        times.append((time.perf_counter() - began) * 1000)
    return {"p50": median(times), "p95": quantiles(times, n=20)[-1], "most": max(times)}


def quality(pages: Sequence[Sequence[int]], gold: Sequence[frozenset[int]]) -> dict[str, float]:
    """hit@1, hit@10 and MRR@10 of the pages found for each question, best first."""
    ranks = [
        next((rank for rank, page in enumerate(found[:10], 1) if page in wanted), None)
        for found, wanted in zip(pages, gold, strict=True)
    ]
    total = len(ranks)
    return {
        "hit_at_1": sum(rank == 1 for rank in ranks) / total,
        "hit_at_10": sum(rank is not None for rank in ranks) / total,
        "mrr_at_10": sum(1 / rank for rank in ranks if rank) / total,
    }


def _quality(index: "Index", questions: "Sequence[Question]", mode: "Mode") -> dict[str, float]:
    pages = [
        list(
            dict.fromkeys(hit.passage.page_id for hit in index.search(question.text, _DEPTH, mode))
        )
        for question in questions
    ]
    return quality(pages, [question.gold_pages for question in questions])


def _together(index: "Index", texts: Sequence[str], clients: int) -> dict[str, Any]:
    """All questions in hybrid mode by so many threads: questions a second, latencies, errors."""
    times: list[float] = []
    errors: list[str] = []
    ready = threading.Barrier(clients)

    def client(own: Sequence[str]) -> None:
        ready.wait()
        for text in own:
            began = time.perf_counter()
            try:
                index.search(text, _LIMIT, "hybrid")
            except Exception as error:  # whatever goes wrong is what is counted
                errors.append(repr(error))
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(client, [texts[number::clients] for number in range(clients)]))
    seconds = time.perf_counter() - began
    return {
        "clients": clients,
        "questions": len(times),
        "per_second": len(times) / seconds,
        "p50": median(times),
        "p95": quantiles(times, n=20)[-1],
        "errors": len(errors),
        "error": errors[0] if errors else None,
    }


def _suggest_latencies(index: "Index") -> dict[str, Any]:
    """Beginnings of titles from all over the collection: three letters, half, half with a slip."""
    step = max(1, index.manifest.passages // _SUGGESTIONS)
    ids = list(islice(range(0, index.manifest.passages, step), _SUGGESTIONS))
    # One at a time: together their pages would weigh in the memory that is measured.
    titles = [index.store.passages([number])[0][0].title for number in ids]
    halves = [title[: max(4, len(title) // 2)] for title in titles]
    slips = [half[:1] + half[2:] for half in halves]
    return {
        "names": index.manifest.pages.documents + index.manifest.pages.redirects,
        "three letters": latencies([title[:3] for title in titles], index.suggest),
        "half a title": latencies(halves, index.suggest),
        "a letter left out": latencies(slips, index.suggest),
    }


if __name__ == "__main__":
    main()
