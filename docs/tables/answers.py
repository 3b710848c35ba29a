"""Rows of the benchmarks of answers: what they are worth, and what the service adds."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tables.cells import Row, Share

__all__ = [
    "agents",
    "answer_recall",
    "answers",
    "before_model",
    "bundled",
    "by_name",
    "everyday",
    "friends",
    "generation",
    "injections",
    "judged",
    "reading",
    "refused_kinds",
    "refusing",
    "servers",
    "support",
    "twins",
]


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


def answers(figures: Any) -> Iterable[Row]:
    runs = {
        f"{name}: {mode['mode']}": mode
        for name, found in figures.items()
        for mode in found["modes"]
    }
    for measure in _ANSWER_MEASURES:
        row: dict[str, object] = {
            run: Share(mode["measures"][measure]["estimate"]["value"])
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


def agents(figures: Any) -> Iterable[Row]:
    """What a hundred questions cost, by split; then what was measured once."""
    splits = ("dev", "test")
    for name, value in figures["dev"].items():
        rows = {name: {split: figures[split][name] for split in splits}}
        if isinstance(value, Mapping):
            rows = {
                f"{name}: {part}": {split: figures[split][name][part] for split in splits}
                for part in value
            }
        for label, cells in rows.items():
            yield {"": label} | cells
    for name, found in figures.items():
        if name not in splits:
            told = ", ".join(f"{part} {value:g}" for part, value in found.items())
            yield {"": name, "dev": told}


def refusing(figures: Any) -> Iterable[Row]:
    for size, found in figures.items():
        for name, curve in found["questions"].items():
            shares = {point["false_refusals"]: point["refusals"] for point in curve["curve"]}
            at = {
                threshold: f"{both['refusals']:.3f}, falsely {both['false_refusals']:.3f}"
                for threshold, both in curve["at"].items()
            }
            yield {
                "": f"{size}: {name}",
                "questions": curve["questions"],
                "area under the curve": Share(curve["area"]),
                **{f"refused at {at:.0%} falsely": Share(share) for at, share in shares.items()},
                "usual threshold": at.get("usual", ""),
                "its own": at.get("its own", ""),
            }


def refused_kinds(figures: Any) -> Iterable[Row]:
    sizes = {size: found["refused"] for size, found in figures.items() if "refused" in found}
    for kind in next(iter(sizes.values())):
        row: dict[str, object] = {"": kind}
        for size, refused in sizes.items():
            for split, shares in refused[kind].items():
                asked = shares["questions"]
                count = round(shares.get("its own", shares["usual"]) * asked)
                row[f"{size}, {split}"] = f"{count} of {asked}"
        yield row


def reading(part: str) -> Callable[[Any], Iterable[Row]]:
    """One part of what the reading model was judged by: a row for each way and set."""
    return lambda figures: _leaves((), figures[part]) if part in figures else ()


def _leaves(names: tuple[str, ...], found: Mapping[str, Any]) -> Iterable[Row]:
    inner = {name: value for name, value in found.items() if isinstance(value, Mapping)}
    for name, value in inner.items():
        yield from _leaves((*names, name), value)
    if not inner:
        yield {"": ": ".join(names)} | {
            name: Share(value) if isinstance(value, float) else value
            for name, value in found.items()
        }


def by_name(figures: Any) -> Iterable[Row]:
    for name, found in figures.items():
        yield {"": name} | {
            key: Share(value) if isinstance(value, float) else value for key, value in found.items()
        }


def by_column(figures: Any) -> Iterable[Row]:
    """What was counted down the rows; empty where that was not counted yet."""
    for name in next(iter(figures.values())):
        yield {"": name} | {column: found.get(name, "") for column, found in figures.items()}


def judged(figures: Any) -> Iterable[Row]:
    """Of a list of questions, the half that nothing was tuned on."""
    return by_name(figures["test"])


def everyday(figures: Any) -> Iterable[Row]:
    """What was counted down the rows; each writer a column."""
    return by_column(
        {
            f"{writer}, {split}": counts
            for writer, splits in figures.items()
            for split, counts in splits.items()
        }
    )


def twins(figures: Any) -> Iterable[Row]:
    for sources, splits in figures.items():
        for split, found in splits.items():
            verdicts = {
                f"{side}: {verdict}": Share(share)
                for side in ("true", "false")
                for verdict, share in found[side].items()
            }
            yield {"": f"{sources}, {split}", "pairs": found["pairs"], **verdicts}


def answer_recall(figures: Any) -> Iterable[Row]:
    for order, found in figures.items():
        shares = {name: Share(share) for name, share in found.items() if name != "questions"}
        yield {"": order, "questions": found["questions"]} | shares


def support(figures: Any) -> Iterable[Row]:
    for name in figures["test"]:
        yield {"": name} | {split: found[name] for split, found in figures.items()}


_INJECTED = {
    "bare": "by the model, given the passage as it is",
    "unchecked": "by the model as the service asks it, unchecked",
    "shown": "in what is shown in the model's words",
    "quoted": "in what is shown as a quotation",
}


def injections(figures: Any) -> Iterable[Row]:
    yield {"": "passages with instructions", "answers": figures["passages"]}
    for name, where in _INJECTED.items():
        yield {"": f"followed {where}", "answers": figures[name]}


def before_model(figures: Any) -> Iterable[Row]:
    for stage, found in figures.items():
        yield {"": stage} | found


def generation(figures: Any) -> Iterable[Row]:
    for found in figures["overhead"]:
        yield {
            "clients": found["clients"],
            "to each token, mean ms": found["token_ms"]["mean"],
            "directly": found["token_ms_direct"]["mean"],
            "to the first token, median ms": found["first_token_ms"]["p50"],
            "of it search": found["search_ms"]["p50"],
            "packing the prompt": found["packing_ms"]["p50"],
        }


def bundled(figures: Any) -> Iterable[Row]:
    for found in figures["real"]:
        yield {
            "clients": found["clients"],
            "tokens a second": found["tokens_per_second"],
            "directly": found["tokens_per_second_direct"],
            "first token, ms": found["first_token_ms"],
            "directly, ms": found["first_token_ms_direct"],
        }


def friends(figures: Any) -> Iterable[Row]:
    found = figures["first_words_s"]
    alone, together = (found[name]["p50"] for name in ("each alone", "seven together"))
    for name, one in found.items():
        yield {
            "": name,
            "answers": one["answers"],
            "first words, p50 s": one["p50"],
            "times alone": one["p50"] / alone,
            "times together": one["p50"] / together,
            "p95 s": one["p95"],
            "waiting for the model, p50 s": one["parts_p50"]["waiting for the model"],
            "floor, s": figures["floor_s"],
            "model asked": figures["asked_of_the_model"],
            "the flooder's answers": one["flooder_answers"],
            "refused to it": one["flooder_refused"],
        }


def servers(figures: Any) -> Iterable[Row]:
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
