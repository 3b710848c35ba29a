"""Rows of the benchmarks of reading dumps and building collections."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tables.cells import Row, Share

__all__ = [
    "builds",
    "carried_vectors",
    "carried_vectors_found",
    "cluster",
    "disk_on_paper",
    "encoders",
    "faults",
    "fidelity",
    "fidelity_by_language",
    "field_cases",
    "flips",
    "installation",
    "kills",
    "long_run",
    "memory",
    "memory_on_paper",
    "on_paper",
    "parser_tests",
    "real_states",
    "rendered",
    "sentences",
    "stages",
    "template_edits",
    "tools",
    "update",
    "update_on_disk",
    "worst",
]


def encoders(figures: Any) -> Iterable[Row]:
    for found in figures["passages"]:
        yield {
            "": found["way"],
            "passages/s": found["passages_per_s"],
            "mean cosine": f"{found['cosine_mean']:.4f}",
            "hybrid MRR@10": Share(found["hybrid"]["mrr_at_10"]),
        }


def builds(figures: Any) -> Iterable[Row]:
    for corpus, found in figures["builds"].items():
        yield {
            "": corpus,
            "MB/s of XML on two cores": found["two cores"]["mb_per_s_median"],
            "on one": found["one core"]["mb_per_s_median"],
            "of twice one": f"{found['efficiency_median']:.0%}",
            "memory of the parent, MB": found["memory"][0] / 1e6,
            "of a worker, MB": max(found["memory"][1:]) / 1e6,
        }


def rendered(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        yield {
            "": name,
            "words of the article kept": f"{found['kept']:.2%}",
            "other words shown": f"{found['others_shown']:.1%}",
            "pages per CPU second": found["pages_per_cpu_s"],
            "MB of HTML per CPU second": found["mb_per_cpu_s"],
        }


def layout(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        yield {
            "": name,
            "pages": found["pages"],
            "of the compressed text": f"{found['share']:.1%}",
            "median page": f"{found['median_share']:.1%}",
            "95 of 100 pages at most": f"{found['p95_share']:.1%}",
            "pages above 15 %": f"{found['pages_above']:.1%}",
            "links placed": f"{found['links_placed'] / found['links']:.1%}",
            "CPU of reading wikitext": found["with_layout_seconds"] / found["wikitext_seconds"],
        }


def folder(figures: Any) -> Iterable[Row]:
    for name, steps in figures.items():
        for step, taken in steps.items():
            yield {
                "": name,
                "step": step,
                "seconds": taken["seconds"],
                "CPU seconds": taken["cpu_seconds"],
                "load of the machine": round(taken["load"], 1),
            }


def carried_vectors(figures: Any) -> Iterable[Row]:
    for step, taken in figures["steps"].items():
        yield {
            "": step,
            "CPU seconds": taken["cpu_seconds"],
            "wall seconds": taken["seconds"],
            "MB on disk": taken["bytes"] / 1e6 if "bytes" in taken else "",
        }


def carried_vectors_found(figures: Any) -> Iterable[Row]:
    names = {"before": "before", "after": "updated", "fresh": "written afresh"}
    for name, recall in figures["recall_at_10"].items():
        yield {"": f"recall@10, {names[name]}", "share": Share(recall)}
    for name, overlap in figures.get("overlap_at_10", {}).items():
        yield {"": f"overlap@10 of updated and afresh, {name}", "share": Share(overlap)}


def tools(figures: Any) -> Iterable[Row]:
    for corpus, tools in figures["tools"].items():
        for tool in tools:
            yield {
                "": tool["tool"],
                "corpus": corpus.removeprefix("floors: "),
                "CPU s per MB": tool["cpu_s_per_mb_median"],
                "times WikiExtractor": tool.get("times_peer_median", ""),
            }


def sentences(figures: Any) -> Iterable[Row]:
    """Languages in which anybody cuts wrongly, and all of them together."""
    ours, theirs = figures.values()
    names = [language for language in ours if _wrong(ours[language]) or _wrong(theirs[language])]
    for row, languages in (*((name, [name]) for name in names), ("all", list(ours))):
        yield {"": row} | {
            f"{system}: wrong of all cuts": (
                f"{sum(_wrong(found[name]) for name in languages):,} of "
                f"{sum(found[name]['cuts'] for name in languages):,}"
            )
            for system, found in figures.items()
        }


def _wrong(found: Any) -> int:
    return sum(found["wrong"].values())


def stages(figures: Any) -> Iterable[Row]:
    for stage in figures["stages"]["wikitext"]:
        yield {"": stage} | {corpus: found[stage] for corpus, found in figures["stages"].items()}


def update(figures: Any) -> Iterable[Row]:
    seconds = {corpus: found["cpu_seconds"] for corpus, found in figures.items()}
    for step in next(iter(seconds.values()))["update"]:
        yield {"": step} | _beside({c: [w[step] for w in _ways(s)] for c, s in seconds.items()})
    sums = {c: [sum(way.values()) for way in _ways(s)] for c, s in seconds.items()}
    yield {"": "all"} | _beside(sums)
    shares = {c: [Share(updated / whole), ""] for c, (updated, whole) in sums.items()}
    yield {"": "of the time from nothing"} | _beside(shares)


def _ways(seconds: Any) -> list[Any]:
    return [seconds["update"], seconds["from nothing"]]


def _beside(pairs: Mapping[str, Sequence[Any]]) -> Row:
    return {
        f"{corpus}, {way}": value
        for corpus, pair in pairs.items()
        for way, value in zip(("update", "from nothing"), pair, strict=True)
    }


def under_load(figures: Any) -> Iterable[Row]:
    for phase, found in figures["phases"].items():
        yield {
            "": phase,
            "searches": found["requests"],
            "p50, ms": found["p50"],
            "p95, ms": found["p95"],
            "longest, ms": found["most"],
            "coverage": Share(found["coverage"]),
        }
    yield {"": "failed", "searches": figures["failures"]}
    yield {"": "seconds until every answer was of the new generation",
           "searches": figures["swap_seconds"]}  # fmt: skip


def real_states(figures: Any) -> Iterable[Row]:
    for found in figures["states"]:
        update, whole = (found["cpu_seconds"][way] for way in ("update", "from nothing"))
        yield {
            "": f"{found['from']} to {found['to']}",
            "articles": found["articles"],
            "new": found["new"],
            "edited": found["edited"],
            "passages": found["passages"],
            "embedded": found["embedded"],
            "CPU s": update,
            "of the time from nothing": Share(update / whole),
            "pages that are other": found["pages_otherwise"],
            "keyword results that are other": (
                f"{found['keyword_results_otherwise']} of {found['questions']}"
            ),
            "vector overlap@10": f"{found['vector_overlap_at_10']:.3f}",
            "hybrid overlap@10": f"{found['hybrid_overlap_at_10']:.3f}",
        }


def template_edits(figures: Any) -> Iterable[Row]:
    for found in figures["templates"]:
        yield {
            "": found["template"],
            "articles": found["articles"],
            "use it": found["use_it"],
            "read again": found["read_again"],
            "other than before, built from nothing": found["changed_from_nothing"],
            "other than built from nothing": found["otherwise"],
        }


def dump_templates(figures: Any) -> Iterable[Row]:
    for found in figures.values():
        for what, value in found.items():
            both = value if isinstance(value, dict) else {"with": value}
            yield {
                "": what,
                "without": both.get("without", ""),
                "with the templates of the dump": both["with"],
            }


def update_on_disk(figures: Any) -> Iterable[Row]:
    sizes = {corpus: found["bytes"] for corpus, found in figures.items()}
    for part in next(iter(sizes.values())):
        row: dict[str, object] = {"": part}
        for corpus, found in sizes.items():
            row[f"{corpus}, MB"] = found[part]["all"] / 1e6
            row[f"{corpus}, new"] = found[part]["new"] / 1e6
        yield row
    row = {"": "all, and the share that is new"}
    for corpus, found in sizes.items():
        whole, new = (
            sum(size[which] for part, size in found.items() if not part.startswith("texts,"))
            for which in ("all", "new")
        )
        row |= {f"{corpus}, MB": whole / 1e6, f"{corpus}, new": Share(new / whole)}
    yield row


def cluster(figures: Any) -> Iterable[Row]:
    per = {"reading": "MB of XML", "encoding": "passage", "empty tasks": "task"}
    for row in figures["rows"]:
        yield {
            "": f"{row['what']}, {row['by']}",
            "wall seconds": row["wall_seconds"],
            "CPU seconds": row["cpu_seconds"],
            "bytes over the network": row["network_bytes"] or "",
            "for each": per[row["what"]] if row["network_bytes"] else "",
        }


def long_run(figures: Any) -> Iterable[Row]:
    columns = [f"{run['passages']:,}" for run in figures["runs"]]
    for name, (base, slope) in figures["lines"].items():
        values = dict(zip(columns, figures["measured"][name], strict=True))
        # Memory is bounded by caches that a short run does not fill: no line leads on from there.
        beyond = {} if "RssAnon" in name else {"350 million, by the line": base + slope * 350e6}
        yield {"passages": name} | values | beyond
    for who, gained in figures["gained_in_an_hour"].items():
        name = f"RssAnon of the {who}, MB gained in an hour of reading"
        yield {"passages": name, columns[-1]: gained}


def on_paper(figures: Any) -> Iterable[Row]:
    paper = figures["on_paper"]
    for wiki, cpu_hours, two_cores, sixteen in paper["time"]:
        yield {"": wiki, "CPU hours": cpu_hours, "hours on 2 cores": two_cores, "on 16": sixteen}


def disk_on_paper(figures: Any) -> Iterable[Row]:
    paper = figures["on_paper"]
    wikis = [f"{wiki['name']}, GB" for wiki in paper["inputs"]]
    for name, ratio, *sizes in paper["disk"]:
        yield {"": name, "GB for each GB of XML": ratio} | dict(zip(wikis, sizes, strict=True))


def memory_on_paper(figures: Any) -> Iterable[Row]:
    for step, two_cores, sixteen in figures["on_paper"]["memory"]:
        yield {"": step, "GB at most, 2 cores": two_cores, "16 cores": sixteen}


def fidelity(figures: Any) -> Iterable[Row]:
    for corpus, found in figures.items():
        if not corpus.startswith("language "):
            yield {
                "": corpus,
                "pages": found["pages"],
                "numbers": found["numbers"],
                "kept": f"{found['share_kept']:.2%}",
                "words": found["all_words"],
                "lost in unknown templates, of 1,000": found["words_lost_in_unknown_per_1000"],
                "markup left": found["markup_left"],
                "peer: numbers kept": f"{found['peer']['share_kept']:.1%}",
                "peer: markup left": found["peer"]["markup_left"],
            }


def fidelity_by_language(figures: Any) -> Iterable[Row]:
    for corpus, found in figures.items():
        if corpus.startswith("language "):
            yield {
                "": corpus.removeprefix("language "),
                "pages": found["pages"],
                "numbers": found["numbers"],
                "kept": f"{found['share_kept']:.2%}",
                "words": found["all_words"],
                "lost in unknown templates, of 1,000": found["words_lost_in_unknown_per_1000"],
            }


def parser_tests(figures: Any) -> Iterable[Row]:
    yield {"": "about the text of a page", "cases": figures["about_text"]}
    for group in ("passed_by_kind", "failed_by_reason"):
        for reason, cases in figures[group].items():
            yield {"": f"{group.partition('_')[0]}: {reason}", "cases": cases}


def field_cases(figures: Any) -> Iterable[Row]:
    yield {"": "all", "as a reader sees them": figures["passed"], "of": figures["cases"]}
    for group, passed in figures["passed_by_group"].items():
        yield {"": group, "as a reader sees them": passed}
    for kind, failing in figures["failing_by_kind"].items():
        yield {"": f"not: {kind}", "of": failing}


def installation(figures: Any) -> Iterable[Row]:
    for extras, megabytes in sorted(figures.items(), key=lambda item: item[1]):
        yield {"extras": extras, "MB": megabytes}


def memory(figures: Any) -> Iterable[Row]:
    for process in figures["processes"]:
        yield {
            "": process["process"],
            "most, MB": process["peak_mb"],
            "MB more a minute": process["mb_per_minute"],
        }


def worst(figures: Any) -> Iterable[Row]:
    for found in sorted(figures, key=lambda found: -found["exponent"])[:8]:
        yield {
            "construct": found["construct"],
            "bytes": found["bytes"][-1],
            "s": found["seconds"][-1],
            "exponent": found["exponent"],
        }


def kills(figures: Any) -> Iterable[Row]:
    yield {"": "kills", "builds": figures["kills"]}
    for step, kills in figures["at_events"].items():
        yield {"": f"at an event of: {step}", "builds": kills}
    yield {"": "at any moment", "builds": figures["at_moments"]}
    yield {"": "that differ from an undisturbed one", "builds": figures["differences"]}


_KINDS = {"build": "in a first build", "update": "in an update", "unpack": "in unpacking"}
_OPERATIONS = {
    "create": "a file or directory made",
    "link": "a hard or symbolic link",
    "rename": "a rename",
    "sync": "a sync",
    "write": "a write",
}
_FAULTS = {
    "EIO": "EIO",
    "ENOSPC": "ENOSPC",
    "killed": "SIGKILL",
    "lost": "EIO of a sync, and what was to be written is lost",
    "power": "the power fails, and what was not synced is lost",
    "short": "half of it written, and told so",
    "torn": "half of it written, and SIGKILL",
}


def faults(figures: Any) -> Iterable[Row]:
    for kind, count in figures["points"].items():
        yield {"": _KINDS[kind], "calls": count}
    for operation, count in sorted(figures["by_operation"].items()):
        yield {"": f"of {_OPERATIONS[operation]}", "calls": count}
    for fault, count in sorted(figures["by_fault"].items()):
        yield {"": _FAULTS[fault], "calls": count}
    yield {"": "told badly, a mixture, or not mended by the next run", "calls": figures["wrong"]}


_FLIPS = ("flips", "blocks", "refused on opening", "refused later", "unchanged", "other ranking")


def flips(figures: Any) -> Iterable[Row]:
    for name in _FLIPS:
        yield {"": name, "collections": figures[name]}
