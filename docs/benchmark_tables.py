"""The figures in bench/results/ as tables: which figures of each file, in which columns.

Knows how each benchmark lays out its figures, and nothing of how they were measured.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["TABLES", "all_tables"]

_BENCH = Path(__file__).resolve().parents[1] / "bench"

Row = Mapping[str, object]  # the name of a column -> what stands there


@dataclass(frozen=True, slots=True)
class Table:
    """One table: of which file of results, and its rows.

    ``module`` of bench/ makes them; none where tests do.
    """

    title: str
    results: str
    module: str
    note: str
    rows: Callable[[Any], Iterable[Row]]


def _measures(stages: Iterable[Any], names: Iterable[str], level: str = "") -> Iterable[Row]:
    for stage in stages:
        if level and stage["level"] != level:
            continue
        times = (
            {"p50, ms": stage["p50_ms"], "p95, ms": stage["p95_ms"]} if "p50_ms" in stage else {}
        )
        yield (
            {"": stage["stage"]}
            | {name: _Share(stage["measures"][name]["value"]) for name in names}
            | times
        )


class _Share(float):
    """Between 0 and 1, or a difference of such: told with three decimals."""


class _Interval(tuple[float, float, float]):
    """A difference with its 95 % interval."""


def _interval(estimate: Mapping[str, float]) -> _Interval:
    return _Interval((estimate["value"], estimate["low"], estimate["high"]))


_PAGES = ("hit@1", "hit@5", "hit@10", "nDCG@10", "MRR@10")


def _passages(figures: Any) -> Iterable[Row]:
    yield from _measures(figures["stages"], ("hit@1", "hit@10", "nDCG@10", "MRR@10"), "passages")
    for comparison in figures["comparisons"]:
        if comparison["level"] == "passages":
            gains = comparison["differences"]
            yield {"": f"hybrid over {comparison['earlier_stage']}"} | {
                name: _interval(gains[name]["estimate"])
                for name in ("hit@1", "hit@10", "nDCG@10", "MRR@10")
            }


def _ranking(figures: Any) -> Iterable[Row]:
    sets = figures["with vectors"]
    columns = (
        "pages, vectors of leads",
        "passages, vectors of leads",
        "pages, all vectors",
        "passages, all vectors",
    )
    for name in sets[0]:
        row: dict[str, object] = {"MRR@10": name}
        for column, found in zip(columns, sets, strict=True):
            if name in found:
                row[column] = _Share(found[name]["MRR@10"]["value"])
        yield row


def _names(figures: Any) -> Iterable[Row]:
    for judged in figures["with vectors"]["judged"]:
        if "pages" in judged and judged["kind"] != "title":
            measures, gains = judged["pages"]["measures"], judged["pages"]["gains"]
            without, fitted = measures["names at 0"], measures["as fitted"]
            yield {
                "": f"{judged['corpus']}: {judged['kind']}",
                "questions": judged["questions"],
                "keyword": _Share(measures["keyword"]["MRR@10"]),
                "without names": _Share(without["MRR@10"]),
                "with": _Share(fitted["MRR@10"]),
                "difference": _interval(gains["MRR@10"]),
            }


def _languages(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {
            "language": found["language"],
            "questions": found["questions"],
            "": found["system"],
            "hit@1": _Share(found["hit_at_1"]),
            "recall@10": _Share(found["recall_at_10"]),
            "MRR@10": _Share(found["mrr_at_10"]),
        }


def _search(figures: Any) -> Iterable[Row]:
    serving, build = figures["serving"], figures["build"]
    memory = max(v for k, v in serving["memory"].items() if k != "before opening") / 1e6
    steps = {step["name"]: step["wall_seconds"] for step in build["steps"]}
    vectors = steps.get("Embedding passages", 0.0)
    for mode, quality in serving["quality"].items():
        times = serving["latency_ms"][mode]
        yield _quality(mode, quality, times) | {
            "build, s": {"vector": vectors, "keyword": sum(steps.values()) - vectors}.get(
                mode, sum(steps.values())
            ),
            "memory, MB": memory if mode == "hybrid" else "",
        }
    for peer in figures["peers"].values():
        yield _quality(peer["version"], peer["quality"], peer) | {
            "build, s": peer["build_seconds"],
            "memory, MB": peer["memory"] / 1e6,
        }


def _quality(name: str, quality: Mapping[str, float], times: Mapping[str, float]) -> dict[str, Any]:
    return {
        "": name,
        "hit@1": _Share(quality["hit_at_1"]),
        "hit@10": _Share(quality["hit_at_10"]),
        "MRR@10": _Share(quality["mrr_at_10"]),
        "p50, ms": times["p50"],
        "p95, ms": times["p95"],
    }


def _serving(figures: Any) -> Iterable[Row]:
    serving, clients = figures["serving"], figures["serving"]["clients"]
    yield {"": "opening, s", "figure": serving["opening_seconds"]}
    for mode, seconds in figures["start_seconds"].items():
        yield {"": f"a whole pinakes search, {mode}, s", "figure": seconds["median"]}
    yield {"": f"questions a second, {clients['clients']} clients", "figure": clients["per_second"]}
    yield {"": f"p95, {clients['clients']} clients, ms", "figure": clients["p95"]}
    yield {"": "errors", "figure": clients["errors"]}


def _limited(figures: Any) -> Iterable[Row]:
    limited, clients = figures["limited"], figures["limited"]["clients"]
    yield {"": "limit on writable memory, MB", "figure": limited["limit"] / 1e6}
    yield {"": "passages", "figure": limited["passages"]}
    yield {"": "hybrid, p50, ms", "figure": limited["latency_ms"]["hybrid"]["p50"]}
    yield {"": f"questions a second, {clients['clients']} clients", "figure": clients["per_second"]}
    yield {"": "errors", "figure": clients["errors"]}


def _scale(figures: Any) -> Iterable[Row]:
    sizes = figures["sizes"]
    columns = [f"{size['build']['passages']:,}" for size in sizes]
    forty = "40 million, by the line"

    def line(group: str, name: str) -> float | str:
        found = figures["lines"].get(group, {}).get(name)
        return found[0] + found[1] * 40e6 if found else ""

    def row(name: str, values: Iterable[float], at_forty: float | str) -> Row:
        return {"passages": name} | dict(zip(columns, values, strict=True)) | {forty: at_forty}

    for step in [step["name"] for step in sizes[0]["build"]["steps"]]:
        if step not in ("Starting", "Between"):
            taken = [_of_step(size, step) / 60 for size in sizes]
            yield row(f"{step}, CPU minutes", taken, line("Building, CPU minutes", step))
    for part, name in (("pages.db", "store"), ("bm25", "keyword index"), ("vectors", "vectors")):
        on_disk = [size["build"]["disk"][part] / 1e9 for size in sizes]
        yield row(f"{name}, GB", on_disk, line("On disk, GB", part))
    most = [size["build"]["disk_at_most"] / 1e9 for size in sizes]
    yield row("most at once, GB, without the dump", most, "")
    for mode in ("keyword", "hybrid"):
        times = [size["serving"]["latency_ms"][mode]["p50"] for size in sizes]
        yield row(f"{mode}, p50, ms", times, line("Serving, ms", f"{mode}, p50"))
    memory = [size["serving"]["memory"]["several clients"] / 1e6 for size in sizes]
    yield row("serving, RssAnon, MB", memory, line("Serving, RssAnon in MB", "several clients"))


def _of_step(size: Any, name: str) -> float:
    return next(s["cpu_seconds"] for s in size["build"]["steps"] if s["name"] == name)


def _vectors(figures: Any) -> Iterable[Row]:
    questions, titles = figures["779 questions"], figures["titles with headings"]
    for lists, found in questions.items():
        yield {
            "lists searched": lists,
            "recall@10, questions": _Share(found["recall_at_10"]),
            "p50, ms": found["p50"],
            "recall@10, titles with headings": _Share(titles[lists]["recall_at_10"]),
            "p50, ms ": titles[lists]["p50"],
        }


def _suggest(figures: Any) -> Iterable[Row]:
    for way, found in figures.items():
        if "p50" in found:
            yield {
                "typed": way,
                "asked": found["asked"],
                "p50, ms": found["p50"],
                "p95, ms": found["p95"],
                "most, ms": found["most"],
                "the page is among ten": _Share(found["found"]),
            }


_ANSWER_MEASURES = (
    "answerable: answered",
    "unanswerable: refused",
    "in the model's words",
    "gold page found",
    "exact match",
    "F1",
    "answer in the text",
    "citation precision",
    "citations exact",
    "sentences unsupported",
    "sentences partly supported",
    "sentences withheld",
)


def _answers(figures: Any) -> Iterable[Row]:
    runs = {
        f"{name}: {mode['mode']}": mode
        for name, found in figures.items()
        for mode in found["modes"]
    }
    for measure in _ANSWER_MEASURES:
        row: dict[str, object] = {
            run: _Share(mode["measures"][measure]["estimate"]["value"])
            for run, mode in runs.items()
            if measure in mode["measures"]
        }
        if row:
            yield {"": measure} | {run: row.get(run, "") for run in runs}
    for time in ("first token", "in all"):
        yield {"": f"{time}, median s"} | {
            run: mode["times"][time][0] if time in mode["times"] else ""
            for run, mode in runs.items()
        }


def _answerability(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        shares = {point["false_refusals"]: point["refusals"] for point in found["curve"]}
        yield {"": name, "area under the curve": _Share(found["area"])} | {
            f"refused at {share:.0%} false refusals": _Share(shares[share])
            for share in (0.05, 0.1, 0.2)
        }


def _support(figures: Any) -> Iterable[Row]:
    for name in ("with vectors", "without vectors"):
        for point in figures[name]:
            yield {"": name} | point


def _generation(figures: Any) -> Iterable[Row]:
    for found in figures["overhead"]:
        yield {
            "clients": found["clients"],
            "to each token, mean ms": found["token_ms"]["mean"],
            "directly": found["token_ms_direct"]["mean"],
            "to the first token, median ms": found["first_token_ms"]["p50"],
            "of it search": found["search_ms"]["p50"],
            "packing the prompt": found["packing_ms"]["p50"],
        }


def _bundled(figures: Any) -> Iterable[Row]:
    for found in figures["real"]:
        yield {
            "clients": found["clients"],
            "tokens a second": found["tokens_per_second"],
            "directly": found["tokens_per_second_direct"],
            "first token, ms": found["first_token_ms"],
            "directly, ms": found["first_token_ms_direct"],
        }


def _encoders(figures: Any) -> Iterable[Row]:
    for found in figures["passages"]:
        yield {
            "": found["way"],
            "passages/s": found["passages_per_s"],
            "mean cosine": f"{found['cosine_mean']:.4f}",
            "hybrid MRR@10": _Share(found["hybrid"]["mrr_at_10"]),
        }


def _fidelity(figures: Any) -> Iterable[Row]:
    for corpus, found in figures.items():
        yield {
            "": corpus,
            "pages": found["pages"],
            "numbers": found["numbers"],
            "kept": f"{found['share_kept']:.2%}",
            "markup left": found["markup_left"],
            "peer: kept": f"{found['peer']['share_kept']:.1%}",
            "peer: markup left": found["peer"]["markup_left"],
        }


def _parser_tests(figures: Any) -> Iterable[Row]:
    yield {"": "about the text of a page", "cases": figures["about_text"]}
    for group in ("passed_by_kind", "failed_by_reason"):
        for reason, cases in figures[group].items():
            yield {"": f"{group.partition('_')[0]}: {reason}", "cases": cases}


def _tools(figures: Any) -> Iterable[Row]:
    for corpus, tools in figures["tools"].items():
        for tool in tools:
            yield {
                "": tool["tool"],
                "corpus": corpus.removeprefix("floors: "),
                "CPU s per MB": tool["cpu_s_per_mb_median"],
                "times WikiExtractor": tool.get("times_peer_median", ""),
            }


def _builds(figures: Any) -> Iterable[Row]:
    for corpus, found in figures["builds"].items():
        yield {
            "": corpus,
            "MB/s of XML on two cores": found["two cores"]["mb_per_s_median"],
            "on one": found["one core"]["mb_per_s_median"],
            "of twice one": f"{found['efficiency_median']:.0%}",
            "memory of the parent, MB": found["memory"][0] / 1e6,
            "of a worker, MB": max(found["memory"][1:]) / 1e6,
        }


def _stages(figures: Any) -> Iterable[Row]:
    for stage in figures["stages"]["wikitext"]:
        yield {"": stage} | {corpus: found[stage] for corpus, found in figures["stages"].items()}


def _on_paper(figures: Any) -> Iterable[Row]:
    paper = figures["on_paper"]
    for wiki, cpu_hours, two_cores, sixteen in paper["time"]:
        yield {"": wiki, "CPU hours": cpu_hours, "hours on 2 cores": two_cores, "on 16": sixteen}


def _disk_on_paper(figures: Any) -> Iterable[Row]:
    paper = figures["on_paper"]
    wikis = [f"{wiki['name']}, GB" for wiki in paper["inputs"]]
    for name, ratio, *sizes in paper["disk"]:
        yield {"": name, "GB for each GB of XML": ratio} | dict(zip(wikis, sizes, strict=True))


def _kills(figures: Any) -> Iterable[Row]:
    yield {"": "kills", "builds": figures["kills"]}
    for step, kills in figures["at_events"].items():
        yield {"": f"at an event of: {step}", "builds": kills}
    yield {"": "at any moment", "builds": figures["at_moments"]}
    yield {"": "that differ from an undisturbed one", "builds": figures["differences"]}


def _memory(figures: Any) -> Iterable[Row]:
    for process in figures["processes"]:
        yield {
            "": process["process"],
            "most, MB": process["peak_mb"],
            "MB more a minute": process["mb_per_minute"],
        }


def _worst(figures: Any) -> Iterable[Row]:
    for found in sorted(figures, key=lambda found: -found["exponent"])[:8]:
        yield {
            "construct": found["construct"],
            "bytes": found["bytes"][-1],
            "s": found["seconds"][-1],
            "exponent": found["exponent"],
        }


def _servers(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        idle = found["idle"]["answered_s"]
        yield {
            "": f"{name} {found['version']}",
            "taken of 60 MB of headers, MB": found["bomb"]["sent_mb"],
            "half requests left": found["slow_left"],
            "another client beside idle ones, ms": "never" if idle is None else idle * 1e3,
            "an event, mean ms": found["streams"]["mean_ms"],
            "SIGTERM, s": found["ending"]["seconds"],
            "streams told": found["ending"]["told"],
        }


_FLIPS = ("flips", "blocks", "refused on opening", "refused later", "unchanged", "other ranking")


def _flips(figures: Any) -> Iterable[Row]:
    for name in _FLIPS:
        yield {"": name, "collections": figures[name]}


_INJECTED = {
    "bare": "by the model, given the passage as it is",
    "unchecked": "by the model as the service asks it, unchecked",
    "shown": "in what is shown in the model's words",
    "quoted": "in what is shown as a quotation",
}


def _injections(figures: Any) -> Iterable[Row]:
    yield {"": "passages with instructions", "answers": figures["passages"]}
    for name, where in _INJECTED.items():
        yield {"": f"followed {where}", "answers": figures[name]}


def _by_name(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        yield {"": name} | {
            key: _Share(value) if isinstance(value, float) else value
            for key, value in found.items()
        }


def _fusion(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {"": found["fusion"]} | {
            name.replace("_at_", "@"): _Share(found[name])
            for name in ("hit_at_1", "hit_at_10", "mrr_at_10")
        }


def _sizes(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {"words": found["words"], "passages": found["passages"]} | {
            name: _Share(found[name]["all"])
            for name in ("page hit@1", "page hit@10", "passage hit@1", "passage hit@10")
        }


TABLES = (
    Table("Retrieval, vectors of leads", "retrieval", "retrieval",
          "779 real questions over 6,000 Wikipedia articles, 80,000 passages; page level. The peer "
          "is plain tantivy BM25 over whole pages, in the same run.",
          lambda figures: _measures(figures, _PAGES)),
    Table("Retrieval, all vectors", "retrieval_all", "retrieval",
          "The same with a vector for every passage.",
          lambda figures: _measures(figures, _PAGES)),
    Table("Passages", "passages", "passages",
          "2,183 answerable questions of SQuAD 2.0: the one paragraph each was asked of, among its "
          "447 and the 80,000 passages of the articles.", _passages),
    Table("What each part of the ranking brings", "ranking", "ranking",
          "MRR@10 on questions that nothing was fitted on, all fitted again without the part.",
          _ranking),
    Table("Names", "names", "names",
          "Questions made of what a dump says of its pages; MRR@10 of hybrid search without and "
          "with what names say. *Other names* is the harm: texts that name other pages.", _names),
    Table("Fusion", "fusion", "fusion",
          "Ways to join both lists, vectors of leads.", _fusion),
    Table("Languages", "languages", "languages",
          "Keyword search, each paragraph a passage: XQuAD in Spanish and Chinese, SQuAD 2.0 as a "
          "control. OpenCC's table, which the index uses, also made the traditional questions.",
          _languages),
    Table("Length of passages", "passage_sizes", "passage_sizes",
          "Keyword search by the words a passage aims at.", _sizes),
    Table("A million passages", "search", "search",
          "Beside other libraries, same passages and questions, same run; the service's latency "
          "includes the question's embedding and ten passages with their text (peers: ten "
          "numbers). The wiki is synthetic but for 6,000 articles (`bench/synthetic_wiki.py`).",
          _search),
    Table("Serving a million passages", "search", "search",
          "The same collection: starting, and several clients at once.", _serving),
    Table("Growing to four million passages", "scale", "scale",
          "And the straight line through them. Vectors are synthetic: the encoder's own time must "
          "be added.", _scale),
    Table("Serving in little memory", "scale", "scale",
          "The largest of them, with a limit on all writable memory.", _limited),
    Table("Vector search", "vectors", "vectors",
          "80,000 real vectors in 512 lists: what approximate search finds of the true ten "
          "nearest, and what it takes.", _vectors),
    Table("Suggestions", "suggest", "suggest",
          "Among a million titles and 1.4 million redirects.", _suggest),
    Table("Encoders", "encoders", "encoders",
          "Passages of 180 words on two cores, no GPU.", _encoders),
    Table("Answers", "answers", "answers",
          "The bundled model of 135 million parameters, strict, on questions nothing was fitted "
          "on. Most of what is shown is quoted.", _answers),
    Table("Refusing", "answerability", "answerability",
          "Unanswerable: asked of a wiki without the pages that answer; SQuAD 2.0's own are about "
          "passages that are there.", _answerability),
    Table("Short answers", "short_answers", "short_answers",
          "1,062 questions of SQuAD 2.0: the likeliest words, and whether the likeliest sentences "
          "hold an answer.", _by_name),
    Table("Support", "support", "support",
          "Sentences of the bundled model labelled by hand, weights fitted without them: how many "
          "a threshold keeps, and how many of those are supported or wrong.", _support),
    Table("Sentences that are shown, read by hand", "shown_sentences", "shown_sentences",
          "Of 100 that strict answers showed: how many their sources support, and how many answer "
          "the question.", _by_name),
    Table("Injected passages", "injections", "injections",
          "How often instructions in a passage are followed.",
        _injections),
    Table("What the service adds to an answer", "generation", "generation",
          "Beside a client that asks the same scripted server directly; all processes share two "
          "cores.", _generation),
    Table("The bundled model, through the service and directly", "generation", "generation",
          "The same prompts, nothing of them in the model's cache.", _bundled),
    Table("Building", "ingest", "ingest",
          "The keyword side, multistream bz2 to a published generation.", _builds),
    Table("Reading, beside other tools", "ingest", "ingest",
          "CPU seconds per MB of XML, start-up included, one worker. WikiExtractor drops tables "
          "and infoboxes.", _tools),
    Table("Stages of a build", "ingest", "ingest",
          "CPU seconds, one stage after the other in one process.", _stages),
    Table("Time on paper", "ingest", "ingest",
          "The keyword side of large wikis, worked out from the figures above and not run: lower "
          "figures from real wikitext, upper ones from plain text.", _on_paper),
    Table("Disk on paper", "ingest", "ingest",
          "Worked out in the same way; without vectors.", _disk_on_paper),
    Table("What the text keeps", "loss", "loss",
          "Of the numbers in the source, against an independent parser's reading. The peer is "
          "mwparserfromhell's `strip_code` under the same meter.", _fidelity),
    Table("MediaWiki's parser tests", "parser_tests", "parser_tests",
          "The cases about the text of a page.", _parser_tests),
    Table("Memory", "memory", "memory",
          "Anonymous pages while 10 GB of XML are read.", _memory),
    Table("Time against size", "worst_constructs", "worst_constructs",
          "The eight steepest of 66 constructs made to be slow; 1 is a straight line.", _worst),
    Table("Killed builds", "kills", "",
          "Every build went on after SIGKILL.", _kills),
    Table("Damage", "flips", "",
          "Flipped bits and lost blocks in a collection.", _flips),
    Table("HTTP servers under attack", "servers", "servers",
          "Each with all the limits it offers set; *bare*: none.", _servers),
)  # fmt: skip


def all_tables() -> str:
    """Every table beneath its heading, with machine, date, corpus and command."""
    return "\n\n".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    found = json.loads((_BENCH / "results" / f"{table.results}.json").read_text(encoding="utf-8"))
    command = "make test-slow"
    if table.module:
        [module] = _BENCH.rglob(f"{table.module}.py")
        command = f"python -m {'.'.join(module.relative_to(_BENCH.parent).with_suffix('').parts)}"
    machine = found["machine"]
    about = (
        f"`{command}`, {found['measured'][:10]}, {machine['cores']} cores "
        f"({machine['processor']}). Corpus: {found['corpus']}."
    )
    return "\n\n".join(
        [f"## {table.title}", table.note, about, _drawn([*table.rows(found["figures"])])]
    )


def _drawn(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_cell(row.get(column, "")) for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    match value:
        case _Interval():
            middle, low, high = value
            return f"{middle:+.3f} ({low:+.3f} to {high:+.3f})"
        case _Share():
            return f"{value:.3f}"
        case bool() | None:
            return "" if value is None else "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
        case _:
            return str(value)
