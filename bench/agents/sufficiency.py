"""An agent without a model: what its questions cost by search and fetch, and whether they suffice.

Asks a hundred questions whose answers are known by their words: one search as it is by default;
where the answer is not in sight, it fetches how the first page begins, and then, if need be, what
stands around its passage.
Measures in how many the answer is seen, by the search itself and in the end; calls and tokens a
question (arguments and results, by SmolLM2's tokenizer); tokens of the list of tools; how often a
page of each ``fit`` holds the answer; how often nothing fits, of what can be answered and of what
cannot. Over MCP (streamable HTTP): latency at one client and at eight, and 200 searches one after
the other, each question and its longer words. The peer is the service's own ``/api/search``: as
many passages, whole.
Corpus: the larger English collection; bench.agents.questions, both splits, of which totals are
printed.
Command: python -m bench.agents.sufficiency --collection DIR [--network]
"""

import argparse
import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench.agents.questions import AgentQuestion, answered_questions, refused_questions
from bench.agents.tokens import counted_tokens
from bench.record import record
from bench.speed.service_process import Served, served_collection
from pinakes.index.errors import BadQuery
from pinakes.index.evaluation import Split
from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.answer import Answerer
from pinakes.service.settings import Settings, ToolSettings
from pinakes.service.tools.frame import json_of, json_text
from pinakes.service.tools.mcp_server import listed_tools
from pinakes.service.tools.toolbox import RESULTS, Call, Toolbox
from pinakes.service.types import parse_ref
from pinakes.service.views.search_views import View

_ACCEPT = {"accept": "application/json, text/event-stream"}
# Characters of how a page begins, and of a passage with what stands around it.
_PAGE, _PASSAGE = 3_000, 1_500
_CLIENTS = 8
_SPLITS: tuple[Split, ...] = ("dev", "test")
_LOOP = 200


@dataclass(slots=True)
class Asked:
    """What became of one question."""

    calls: int = 0
    tokens: int = 0
    in_search: bool = False
    seen: bool = False
    search_tokens: int = 0
    fits: list[tuple[str, bool]] = field(default_factory=list)

    def took(self, result: View, arguments: Mapping[str, Any]) -> str:
        """Count a call, and give what is read of its result."""
        told = json_of(result)
        self.calls += 1
        self.tokens += counted_tokens(told) + counted_tokens(json.dumps(arguments))
        return _texts(json.loads(told))


def main() -> None:
    """Ask in this process, then a service, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--network", action="store_true", help="search with the network, too")
    options = parser.parse_args()
    collection: Path = options.collection
    tools = ToolSettings(search_network=options.network)
    settings = Settings(data=collection.parent, tools=tools)
    library = Library(collection.parent, [collection.name])
    toolbox = Toolbox(library, Answerer(None, settings), settings)
    with library.lease() as index:
        figures = asyncio.run(_sufficiency(toolbox, index))
        corpus = f"{index.manifest.dump.name}, questions by hand"
    library.close()
    served = {"generator__backend": "none", "tools__search_network": str(options.network)}
    with served_collection(collection, served) as service:
        figures["passages of /api/search"] = _peer(service, answered_questions("dev"))
        figures |= asyncio.run(_times(service))
    Console().print(_table(figures))
    print(json.dumps(figures, indent=1))
    record("agents_network" if options.network else "agents", corpus, figures)


async def _sufficiency(toolbox: Toolbox, index: Index) -> dict[str, Any]:
    """What the tools cost and whether they suffice, without the way to them."""
    listed = json_text(listed_tools(toolbox))
    figures: dict[str, Any] = {
        "list of tools": {"characters": len(listed), "tokens": counted_tokens(listed)}
    }
    for split in _SPLITS:
        asked = [await _ask(toolbox, index, one) for one in answered_questions(split)]
        nothing = [await _finds_nothing(toolbox, one) for one in refused_questions(split)]
        figures[split] = _told(asked) | {
            "nothing fits what cannot be answered": round(fmean(nothing), 3)
        }
        print(split, json.dumps(figures[split]), flush=True)
    return figures


async def _times(served: Served) -> dict[str, Any]:
    """Latencies over streamable HTTP."""
    queries = [one.question for one in answered_questions("dev")]
    bare = [_longer_words(query) for query in queries]
    loop = [query for pair in zip(queries, bare, strict=True) for query in pair][:_LOOP]
    await _timed(served, queries[:5])  # opens what is opened
    alone = await _timed(served, queries)
    before, began = served.cpu_seconds(), time.perf_counter()
    await _timed(served, loop)
    seconds = round(time.perf_counter() - began, 1)
    processor = round(served.cpu_seconds() - before, 1)
    parts = [queries[place::_CLIENTS] * 2 for place in range(_CLIENTS)]
    together = await asyncio.gather(*(_timed(served, part) for part in parts))
    return {
        "milliseconds, one client": _spread(alone),
        "milliseconds, eight clients": _spread([one for times in together for one in times]),
        "200 searches in a row": {"seconds": seconds, "processor seconds": processor},
    }


async def _ask(toolbox: Toolbox, index: Index, question: AgentQuestion) -> Asked:
    """One search, and one fetch where that does not show the answer."""
    asked = Asked()
    found = await toolbox.search(Call(), question.question)
    text = asked.took(found, {"query": question.question})
    asked.search_tokens = asked.tokens
    asked.in_search = asked.seen = question.is_answered(text)
    for one in found.results:
        page = index.page(parse_ref(one.id).page_id)
        asked.fits.append((str(one.fit), page is not None and question.is_answered(page.text)))
    if found.results:
        first = found.results[0]
        further = [(first.id.partition("@")[0], _PAGE), (first.id, _PASSAGE)]
    else:
        further = [(title, _PAGE) for title in (found.nearest or [])[:1]]
    for name, budget in further:
        if asked.seen:
            break
        fetched = await toolbox.fetch(Call(budget=budget), name)
        text = asked.took(fetched, {"id": name, "budget": budget})
        asked.seen = question.is_answered(text)
    return asked


async def _finds_nothing(toolbox: Toolbox, query: str) -> bool:
    try:
        return not (await toolbox.search(Call(), query)).results
    except BadQuery:  # no word to search for
        return True


def _texts(told: Any) -> str:
    """What is read of a result: its texts, and titles, for these may answer, too."""
    results = told.get("results", [told])
    told = [(one, one.get("also", ())) for one in results]
    return "\n".join(
        "\n".join([one.get("title", ""), one.get("text", ""), *(more["text"] for more in also)])
        for one, also in told
    )


def _peer(served: Served, questions: Sequence[AgentQuestion]) -> dict[str, float]:
    """The same searches over the HTTP API, which gives whole passages."""
    seen, tokens = [], []
    with httpx.Client(base_url=served.address, timeout=60) as client:
        for one in questions:
            answer = client.get("/api/search", params={"q": one.question, "k": RESULTS})
            tokens.append(counted_tokens(answer.text))
            hits = answer.json()["hits"]
            seen.append(
                one.is_answered("\n".join(f"{hit['title']}\n{hit['text']}" for hit in hits))
            )
    return {"answer seen": sum(seen), "tokens, median": median(tokens), "tokens, most": max(tokens)}


def _told(asked: Sequence[Asked]) -> dict[str, Any]:
    """What a hundred questions cost, and what was seen."""
    held: dict[str, Counter[bool]] = defaultdict(Counter)
    for one in asked:
        for fit, holds in one.fits:
            held[fit][holds] += 1
    searches = [one.search_tokens for one in asked]
    return {
        "questions": len(asked),
        "answer seen in the search": sum(one.in_search for one in asked),
        "answer seen": sum(one.seen for one in asked),
        "calls": round(fmean(one.calls for one in asked), 2),
        "tokens": round(fmean(one.tokens for one in asked)),
        "tokens of a search, median": median(searches),
        "tokens of a search, most": max(searches),
        "nothing fits what can be answered": round(fmean(not one.fits for one in asked), 3),
        "pages that hold the answer, by fit": {
            fit: f"{counts[True]} of {counts.total()}" for fit, counts in sorted(held.items())
        },
    }


def _longer_words(query: str) -> str:
    """How agents search again."""
    return " ".join(word for word in query.rstrip("?").split() if len(word) > 3) or query


async def _timed(served: Served, queries: Sequence[str]) -> list[float]:
    """Seconds of each search, one after the other."""
    times = []
    async with httpx.AsyncClient(base_url=served.address, timeout=60, headers=_ACCEPT) as client:
        for query in queries:
            call = {"name": "search", "arguments": {"query": query}}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            began = time.perf_counter()
            answer = await client.post("/mcp", json=body)
            times.append(time.perf_counter() - began)
            answer.raise_for_status()
    return times


def _spread(seconds: Sequence[float]) -> dict[str, int]:
    return {
        "p50": round(median(seconds) * 1e3),
        "p95": round(quantiles(seconds, n=20)[-1] * 1e3),
    }


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table("", "dev", "test")
    for name, value in figures["dev"].items():
        table.add_row(name, str(value), str(figures["test"][name]))
    return table


if __name__ == "__main__":
    main()
