"""Rows of the benchmarks of search: what is found, how fast, at what size."""

from collections.abc import Iterable, Mapping
from typing import Any

from tables.cells import Interval, Row, Share, interval

__all__ = [
    "PAGES",
    "coverage",
    "federated",
    "federated_answering",
    "fusion",
    "languages",
    "limited",
    "many_collections",
    "measures",
    "names",
    "passages",
    "ranking",
    "scale",
    "search",
    "serving",
    "sizes",
    "suggest",
    "variety",
    "vectors",
]


def measures(stages: Iterable[Any], names: Iterable[str], level: str = "") -> Iterable[Row]:
    for stage in stages:
        if level and stage["level"] != level:
            continue
        times = (
            {"p50, ms": stage["p50_ms"], "p95, ms": stage["p95_ms"]} if "p50_ms" in stage else {}
        )
        yield (
            {"": stage["stage"]}
            | {name: Share(stage["measures"][name]["value"]) for name in names}
            | times
        )


PAGES = ("hit@1", "hit@5", "hit@10", "nDCG@10", "MRR@10")


def passages(figures: Any) -> Iterable[Row]:
    yield from measures(figures["stages"], ("hit@1", "hit@10", "nDCG@10", "MRR@10"), "passages")
    for comparison in figures["comparisons"]:
        if comparison["level"] == "passages":
            gains = comparison["differences"]
            yield {"": f"hybrid over {comparison['earlier_stage']}"} | {
                name: interval(gains[name]["estimate"])
                for name in ("hit@1", "hit@10", "nDCG@10", "MRR@10")
            }


def ranking(figures: Any) -> Iterable[Row]:
    sets = [*figures["with vectors of leads"], *figures["with vectors"][-2:]]
    columns = (
        "pages, vectors of leads",
        "passages, vectors of leads",
        "pages, all vectors",
        "passages, all vectors",
    )
    for name in dict.fromkeys(name for found in sets for name in found):
        row: dict[str, object] = {"MRR@10": name}
        for column, found in zip(columns, sets, strict=True):
            if name in found:
                row[column] = Share(found[name]["MRR@10"]["value"])
        yield row


def coverage(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        shares = found["shares"]
        lowest = min(shares.values(), key=lambda share: share["less keyword"]["hit@1"]["low"])[
            "less keyword"
        ]["hit@1"]
        yield {
            "hit@1": f"{name} ({found['questions']})",
            "keywords": Share(found["keyword"]["hit@1"]["value"]),
            **{
                f"{share} of leads": Share(row["hybrid"]["hit@1"]["value"])
                for share, row in shares.items()
            },
            "least less keywords": interval(lowest),
        }


def variety(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        for bound in ("1", "2", "3", "any number"):
            row = found[bound]
            yield {
                "": f"{name} ({found['questions']})",
                "of one page": bound,
                "a gold page": Share(row["a gold page"]),
                "all gold pages": Share(row["all gold pages"]),
                "the passage": Share(row["the passage"]) if name == "SQuAD 2.0" else None,
                "pages": round(row["pages"], 1),
            }


def federated(figures: Any) -> Iterable[Row]:
    ways = ("alone", "one index", "own scores", "ranks", "statistics of both")
    for name, found in figures.items():
        if isinstance(found, dict) and "alone" in found:
            yield {"": name, "questions": found["questions"]} | {
                way: Share(found[way]) if way in found else None for way in ways
            }


def federated_answering(figures: Any) -> Iterable[Row]:
    for name, found in figures["answering"].items():
        shares = {column: Share(value) for column, value in found.items() if column != "questions"}
        yield {"asked of": name, "questions": found["questions"]} | shares


def many_collections(figures: Any) -> Iterable[Row]:
    for most, found in figures["runs"].items():
        for what, times in found["times"].items():
            yield {"stay open": most, "": what} | times
        yield {
            "stay open": most,
            "": "private memory at the end, MB",
            "p50": found["MB at the end"],
        }


def names(figures: Any) -> Iterable[Row]:
    for judged in figures["with vectors"]["judged"]:
        if "pages" in judged and judged["kind"] != "title":
            measures, gains = judged["pages"]["measures"], judged["pages"]["gains"]
            without, fitted = measures["names at 0"], measures["as fitted"]
            yield {
                "": f"{judged['corpus']}: {judged['kind']}",
                "questions": judged["questions"],
                "keyword": Share(measures["keyword"]["MRR@10"]),
                "without names": Share(without["MRR@10"]),
                "with": Share(fitted["MRR@10"]),
                "difference": interval(gains["MRR@10"]),
            }


def fusion(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {"": found["fusion"]} | {
            name.replace("_at_", "@"): Share(found[name])
            for name in ("hit_at_1", "hit_at_10", "mrr_at_10")
        }


def languages(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {
            "language": found["language"],
            "questions": found["questions"],
            "": found["system"],
            "hit@1": Share(found["hit_at_1"]),
            "recall@10": Share(found["recall_at_10"]),
            "MRR@10": Share(found["mrr_at_10"]),
        }


def multilingual(figures: Any) -> Iterable[Row]:
    return _found_pages(figures["monolingual"])


def across_languages(figures: Any) -> Iterable[Row]:
    return _found_pages(figures["across"])


def _found_pages(rows: Any) -> Iterable[Row]:
    for found in rows:
        yield {
            "language": found["language"],
            "encoder": "" if found["mode"] == "keyword" else found["encoder"],
            "mode": found["mode"],
            "questions": found["questions"],
            "hit@1": Share(found["hit_at_1"]),
            "MRR@10": Share(found["mrr_at_10"]),
            "more": Interval(found["mrr_difference"]),
        }


def encoder_costs(figures: Any) -> Iterable[Row]:
    for found in figures["encoders"]:
        yield {
            "encoder": found["encoder"],
            "passages/s": found["passages_per_second"],
            "memory, MB": found["megabytes_of_memory"],
            "on disk, MB": found["megabytes_on_disk"],
        }


def sizes(figures: Any) -> Iterable[Row]:
    for found in figures:
        yield {"words": found["words"], "passages": found["passages"]} | {
            name: Share(found[name]["all"])
            for name in ("page hit@1", "page hit@10", "passage hit@1", "passage hit@10")
        }


def search(figures: Any) -> Iterable[Row]:
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
        "hit@1": Share(quality["hit_at_1"]),
        "hit@10": Share(quality["hit_at_10"]),
        "MRR@10": Share(quality["mrr_at_10"]),
        "p50, ms": times["p50"],
        "p95, ms": times["p95"],
    }


def serving(figures: Any) -> Iterable[Row]:
    serving, clients = figures["serving"], figures["serving"]["clients"]
    yield {"": "opening, s", "figure": serving["opening_seconds"]}
    for mode, seconds in figures["start_seconds"].items():
        yield {"": f"a whole pinakes search, {mode}, s", "figure": seconds["median"]}
    yield {"": f"questions a second, {clients['clients']} clients", "figure": clients["per_second"]}
    yield {"": f"p95, {clients['clients']} clients, ms", "figure": clients["p95"]}
    yield {"": "errors", "figure": clients["errors"]}


def limited(figures: Any) -> Iterable[Row]:
    limited, clients = figures["limited"], figures["limited"]["clients"]
    yield {"": "limit on writable memory, MB", "figure": limited["limit"] / 1e6}
    yield {"": "passages", "figure": limited["passages"]}
    yield {"": "hybrid, p50, ms", "figure": limited["latency_ms"]["hybrid"]["p50"]}
    yield {"": f"questions a second, {clients['clients']} clients", "figure": clients["per_second"]}
    yield {"": "errors", "figure": clients["errors"]}


def scale(figures: Any) -> Iterable[Row]:
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
    parts = {"pages.db": "store", "texts": "texts", "bm25": "keyword index", "vectors": "vectors"}
    for part, name in parts.items():
        if part not in sizes[0]["build"]["disk"]:  # measured when texts lay in the store
            continue
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


def vectors(figures: Any) -> Iterable[Row]:
    questions, titles = figures["779 questions"], figures["titles with headings"]
    for lists, found in questions.items():
        yield {
            "lists searched": lists,
            "recall@10, questions": Share(found["recall_at_10"]),
            "p50, ms": found["p50"],
            "recall@10, titles with headings": Share(titles[lists]["recall_at_10"]),
            "p50, ms ": titles[lists]["p50"],
        }


def suggest(figures: Any) -> Iterable[Row]:
    for way, found in figures.items():
        if "p50" in found:
            yield {
                "typed": way,
                "asked": found["asked"],
                "p50, ms": found["p50"],
                "p95, ms": found["p95"],
                "most, ms": found["most"],
                "the page is among ten": Share(found["found"]),
            }
