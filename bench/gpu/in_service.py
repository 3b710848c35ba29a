"""A generator bare and through the service, while searching, reading and checking take the CPU.

The engine is bench.gpu.model_server: it needs no file of a model, and runs wherever PyTorch does.
Its steps show what the CPU's other work costs it: each is compared with bare ones of as many jobs.
"""

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import fmean, median
from typing import Any

import httpx

from bench.speed.service_process import Served, served_collection
from bench.speed.streaming_client import Reply, stream_all

__all__ = ["generation_rows"]

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLE = _ROOT / "data" / "sample"
_ASK, _CHAT = "/api/ask", "/v1/chat/completions"
_CLIENTS = (1, 32)
# Steps of so many jobs are alike.
_ALIKE = (1, 2, 4, 8, 16, 24, 32)

Steps = Sequence[tuple[int, float]]


def generation_rows(
    collection: Path, device: str, shape: str, tokenizer: str, questions: int, tokens: int
) -> list[dict[str, Any]]:
    """One row for each number of clients: bare, through the service, and beside its searches.

    Each client asks so many questions. ``kept``: tokens a second of the generator through the
    service, as a share of those that it gives bare with as many jobs at once.
    """
    with ExitStack() as stack:
        address = stack.enter_context(_model(device, shape, tokenizer, tokens))
        settings = {
            "generator__url": address,
            "answer__strict": "false",
            "answer__longest_queue": "64",
            "generator__plan": "false",
        }
        service = stack.enter_context(served_collection(collection, settings))
        asked = _answerable(service, questions)
        return [_row(service, address, asked, clients) for clients in _CLIENTS]


def _row(service: Served, address: str, asked: Sequence[str], clients: int) -> dict[str, Any]:
    prompts = _shares(_prompts(service, address, asked), clients)
    questions = _shares([{"question": question} for question in asked], clients)
    _log(address)
    bare = stream_all(address, _CHAT, prompts)
    bare_steps = _log(address)
    cpu = service.cpu_seconds()
    through = stream_all(service.address, _ASK, questions)
    cpu = service.cpu_seconds() - cpu
    through_steps = _log(address)
    with _searching(service, asked):
        stream_all(address, _CHAT, prompts)
    beside_steps = _log(address)
    return {
        "clients": clients,
        "tokens_per_s_bare": _wall_speed(bare),
        "tokens_per_s_through": _wall_speed(through),
        "first_token_s_bare": median(_first_s(reply) for reply in bare),
        "first_token_s_through": median(_first_s(reply) for reply in through),
        "kept": _kept(bare_steps, through_steps),
        "kept_beside_searches": _kept(bare_steps, beside_steps),
        "service_cpu_s": cpu,
    }


def _shares(bodies: Sequence[Any], clients: int) -> list[list[Any]]:
    """What each client asks: all of them, each beginning with another one."""
    return [
        [bodies[(one + at) % len(bodies)] for at in range(len(bodies))] for one in range(clients)
    ]


@contextmanager
def _model(device: str, shape: str, tokenizer: str, tokens: int) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.gpu.model_server", "--device", device]
    command += ["--shape", shape, "--tokenizer", tokenizer, "--tokens", str(tokens)]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not (address := process.stdout.readline().strip()):
            raise RuntimeError("the model's server did not start")
        yield address
    finally:
        process.kill()
        process.wait()


def _answerable(service: Served, count: int) -> list[str]:
    """The first questions of the sample that the model is asked."""
    lines = (_SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found: list[str] = []
    with httpx.Client(base_url=service.address, timeout=600) as client:
        for line in lines:
            question = json.loads(line)["question"]
            if client.post(_ASK, json={"question": question}).json()["model"] is not None:
                found.append(question)
            if len(found) == count:
                break
    return found


def _prompts(service: Served, address: str, asked: Sequence[str]) -> list[dict[str, Any]]:
    """What the service sends for each question."""
    with httpx.Client(base_url=service.address, timeout=600) as client:
        httpx.get(f"{address}/log/asked")
        for question in asked:
            client.post(_ASK, json={"question": question})
    prompts: list[dict[str, Any]] = httpx.get(f"{address}/log/asked").json()
    return prompts


@contextmanager
def _searching(service: Served, asked: Sequence[str]) -> Iterator[None]:
    """Somebody who asks for quotations all the while."""
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=service.address, timeout=600) as client:
            while not over.is_set():
                for question in asked:
                    client.post(_ASK, json={"question": question, "mode": "quote"})

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def _log(address: str) -> Steps:
    steps: Steps = httpx.get(f"{address}/log", timeout=600).json()
    return steps


def _kept(bare: Steps, loaded: Steps) -> float | None:
    """How fast steps are under load, as a share of bare ones of as many jobs; None without any."""
    usual: dict[int, list[float]] = defaultdict(list)
    for jobs, took in bare:
        usual[_alike(jobs)].append(took)
    pairs = [(took, fmean(usual[_alike(jobs)])) for jobs, took in loaded if _alike(jobs) in usual]
    return sum(one for _, one in pairs) / sum(took for took, _ in pairs) if pairs else None


def _alike(jobs: int) -> int:
    return max(size for size in _ALIKE if size <= jobs)


def _texts(reply: Reply) -> list[float]:
    """When each piece of text came."""
    return [
        came
        for name, data, came in reply.events
        if name == "token" or (not name and data["choices"][0]["delta"].get("content"))
    ]


def _first_s(reply: Reply) -> float:
    return next(iter(_texts(reply)), time.monotonic()) - reply.sent


def _wall_speed(replies: Sequence[Reply]) -> float:
    """Pieces of text in a second, of all clients together."""
    came = [time for reply in replies for time in _texts(reply)]
    return len(came) / (max(came) - min(reply.sent for reply in replies))
