"""``pinakes status``: what is built, what is not finished, and which model would answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    print_json,
)
from pinakes.service.errors import BadInput
from pinakes.service.settings import load_settings
from pinakes.service.terminal.console import (
    coverage_text,
    damages_text,
    fetch_again_text,
)

if TYPE_CHECKING:
    from pinakes.service.settings import Settings

__all__ = ["status"]

_BUILD_STATES = {
    "at work": "a build is at work here",
    "unfinished": "a build has not finished; the same command goes on where it stopped",
}


def status(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """What is built, what is not finished, and which model would answer."""
    from pinakes.index.errors import CollectionError
    from pinakes.index.generations import collection_names, not_served
    from pinakes.index.locks import build_state
    from pinakes.service.terminal.console import out

    settings = load_settings(data=data, collection=collection)
    if settings.collection:
        rows = [_status_of(settings.data / settings.collection)]
    else:
        rows = []
        built, others = collection_names(settings.data), not_served(settings.data)
        for name in _directories(settings.data):
            try:
                if name in built:
                    rows.append(_status_of(settings.data / name))
                elif name in others:
                    rows.append({"collection": name, "error": others[name]})
                elif state := build_state(settings.data / name):
                    rows.append({"collection": name, "build": state})
            except (CollectionError, BadInput) as error:
                rows.append({"collection": name, "error": str(error)})
    model, problem = _model_of(settings)
    if as_json:
        about = {"data": str(settings.data), "generator": settings.generator.backend}
        print_json(about | {"model": model, "model_problem": problem, "collections": rows})
        return
    if not rows:
        out.print(f"Nothing built in {settings.data}; begin with: pinakes build DUMP", markup=False)
    for row in rows:
        _print_status(row)
    said = problem or model or "none: answers quote the sources"
    out.print(f"data {settings.data}\nmodel {said}", style="dim", markup=False)


def _directories(data: Path) -> list[str]:
    return sorted(path.name for path in data.iterdir() if path.is_dir()) if data.is_dir() else []


def _status_of(path: Path) -> dict[str, Any]:
    """What is known of a collection. Raises CollectionError and BadInput."""
    from pinakes.index.generations import current_generation, read_manifest
    from pinakes.index.locks import build_state
    from pinakes.service.reading.models import linear_models
    from pinakes.service.reading.threshold import threshold_of

    manifest = read_manifest(current_generation(path))
    chosen = threshold_of(path, linear_models().answerability, manifest.encoder)
    return manifest.model_dump(mode="json", exclude={"files"}) | {
        "articles": manifest.pages.articles,
        "coverage": manifest.coverage,
        "bytes": sum(record.size for record in manifest.files.values()),
        "threshold": chosen.model_dump(),
        "build": build_state(path),
    }


def _model_of(settings: "Settings") -> tuple[str | None, str | None]:
    """The model that would answer, or why none can."""
    from pinakes.service.errors import GeneratorError
    from pinakes.service.generators.choice import model_chosen

    try:
        return model_chosen(settings.generator), None
    except (GeneratorError, BadInput) as error:
        return None, str(error)


def _print_status(row: dict[str, Any]) -> None:
    from pinakes.service.terminal.answer_figures_report import threshold_text
    from pinakes.service.terminal.console import out

    lines = []
    if "error" in row:
        lines.append(f"{row['collection']}: {row['error']}")
    elif "generation" in row:
        lines.append(
            f"{row['collection']} {row['generation']}: {row['articles']:,} articles, "
            f"{row['passages']:,} passages, {row['bytes'] / 1e6:,.1f} MB, built {row['created']}"
        )
        if damages := row["pages"]["damages"]:
            again = fetch_again_text(row["dump"]["files"])
            lines.append(f"  {damages_text(damages)}; {again}")
        if kept := row["pages"]["kept"]:
            lines.append(f"  {kept:,} of them kept from earlier dumps")
        lines += [f"  published although {text}" for text in row["accepted"]]
        lines += [f"  {_vectors_text(row)}", f"  {threshold_text(row['threshold'])}"]
    else:
        lines.append(f"{row['collection']}: nothing published yet")
    if state := row.get("build"):
        lines.append(f"  {_BUILD_STATES[state]}")
    for line in lines:
        out.print(line, markup=False)


def _vectors_text(row: dict[str, Any]) -> str:
    """How many passages have a vector, and how vectors are searched."""
    text = coverage_text(row["coverage"])
    if 0 < row["coverage"] < 1:
        text += f" ({row['vectors']:,})"
    index = row["vector_index"]
    if not index or not row["vectors"]:
        return text
    if index["kind"] == "exact":
        return f"{text}, exact search"
    recall = index["recall_at_10"]
    found = "" if recall is None else f", recall@10 {recall:.3f}"
    return f"{text}, {index['probes']:,} of {index['lists']:,} inverted lists{found}"
