"""The command ``pinakes``: arguments in, results out; every error one line.

Heavy imports stand inside the commands that need them, so that the others start at once.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.types import Mode
from service.settings import Settings, go_offline, load_settings

if TYPE_CHECKING:
    from index.search import Index
    from index.types import Encoder
    from service.generators.generator import Generator
    from service.types import Answer

__all__ = ["main"]

app = typer.Typer(
    name="pinakes",
    help="Ask a local Wikipedia dump, offline: answers from a local model, each with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evaluation = typer.Typer(help="Measure against questions with known answers.", no_args_is_help=True)
app.add_typer(evaluation, name="eval")

DumpPaths = Annotated[
    list[Path], typer.Argument(metavar="DUMP...", help="Dump files, or a directory of them.")
]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Directory of the collections.", show_default=False)
]
CollectionOption = Annotated[
    str | None,
    typer.Option(
        "--collection", "-c", help="Collection, if there are several.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModeOption = Annotated[
    str | None, typer.Option("--mode", help="hybrid, keyword or vector.", show_default=False)
]
BackendOption = Annotated[
    str | None,
    typer.Option(
        "--generator", help="auto, llama-server, llama-cpp-python or none.", show_default=False
    ),
]


@app.command()
def build(
    dump: DumpPaths,
    vectors: Annotated[
        str, typer.Option(help="Which passages get vectors: all, leads or none.")
    ] = "all",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read the dump.", show_default="cores")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build anew what is built.")] = False,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build a collection from a dump, or go on with an interrupted build."""
    from index.build import build_collection
    from index.encoder import find_encoder
    from ingest.dumps import find_dump
    from service.console import BuildProgress, out

    settings = load_settings(data=data, collection=collection)
    scope = _one_of("--vectors", vectors, ("all", "leads", "none"))
    found = find_dump(dump)
    directory = settings.data / (settings.collection or found.name)
    encoder = None if scope == "none" else find_encoder(settings.search.encoder)
    with BuildProgress() as progress:
        result = build_collection(
            directory, found, encoder, scope, progress, workers=workers, force=force
        )
    manifest = result.manifest
    if as_json:
        _print_json(
            {"changed": result.changed} | manifest.model_dump(mode="json", exclude={"files"})
        )
        return
    if not result.changed:
        out.print(f"{manifest.collection} {manifest.generation} is up to date; nothing to do.")
    out.print(
        f"{manifest.collection} {manifest.generation}: {manifest.documents:,} articles, "
        f"{manifest.redirects:,} redirects, {manifest.passages:,} passages, "
        f"vectors for {manifest.coverage:.0%}\n"
        f"{manifest.pages_read:,} pages read = {manifest.documents:,} articles + "
        f"{manifest.redirects:,} redirects + {manifest.other_namespaces:,} of other namespaces"
    )


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    mode: ModeOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages."""
    from service.console import err, print_hits
    from service.views import search_view

    settings = _settings(data, collection, mode)
    with _open_index(settings, settings.search.mode) as index:
        hits = index.search(query, k, settings.search.mode)
        if as_json:
            _print_json(
                search_view(index, query, settings.search.mode, hits).model_dump(mode="json")
            )
        elif hits:
            print_hits(hits)
        else:
            err.print("Nothing found; try other words, or fewer.")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words.")],
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Quote the best passages instead of using a model.")
    ] = False,
    require_citation: Annotated[
        bool, typer.Option("--require-citation", help="Exit with 1 if nothing is cited.")
    ] = False,
    generator: BackendOption = None,
    mode: ModeOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the collection, with sources."""
    from service.console import err, print_answer
    from service.generators.choice import open_generator
    from service.views import answer_view

    settings = _settings(data, collection, mode, "none" if no_model else generator)
    with _open_index(settings, settings.search.mode) as index:
        index.checked(question)
        model = open_generator(settings.generator)
        if model is None and not no_model and settings.generator.backend != "none":
            err.print("No model is installed; quoting the best passages instead.", style="dim")
        answer = asyncio.run(_answer(index, model, question, settings, quiet=as_json))
        if as_json:
            _print_json(answer_view(answer, index.manifest).model_dump(mode="json"))
        else:
            print_answer(answer)
    if require_citation and not answer.grounded:
        err.print("pinakes: the answer carries no resolved citation", style="red")
        raise typer.Exit(1)


async def _answer(
    index: "Index", model: "Generator | None", question: str, settings: Settings, *, quiet: bool
) -> "Answer":
    """The finished answer; on a terminal its text is shown as it comes."""
    from rich.live import Live
    from rich.text import Text

    from service.answer import Done, Sources, Token, answer_question
    from service.console import err
    from service.errors import ServiceError

    shown = Text("Searching…", style="dim")
    try:
        with Live(shown, console=err, transient=True, auto_refresh=True) as live:
            if quiet or not err.is_terminal:
                live.stop()
            pieces = ""
            async for event in answer_question(
                index, model, question, settings.generator, settings.search.mode
            ):
                match event:
                    case Sources():
                        live.update(Text("Reading the passages…", style="dim"))
                    case Token(text):
                        pieces += text
                        live.update(Text(pieces))
                    case Done(answer):
                        return answer
    finally:
        if model is not None:
            await model.aclose()
    raise ServiceError("the answer ended without a result")


@app.command()
def show(
    title: Annotated[str, typer.Argument(help="A title, or a redirect's.")],
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print an article; redirects are followed."""
    from service.console import print_page
    from service.errors import NotFound
    from service.views import page_view

    settings = _settings(data, collection)
    with _open_index(settings, "keyword") as index:
        page = index.page_by_name(title)
        if page is None:
            near = ", ".join(item.title for item in index.suggest(title, 3))
            hint = f"did you mean {near}?" if near else "try: pinakes search"
            raise NotFound(f"no article {title!r} in {index.manifest.collection}; {hint}")
        if as_json:
            _print_json(page_view(page, index.manifest).model_dump(mode="json"))
        else:
            print_page(page)


@app.command()
def status(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """What is built, and which model would answer."""
    from index.errors import CollectionError
    from index.generations import collection_names, current_generation, read_manifest
    from service.console import out

    settings = load_settings(data=data, collection=collection)
    names = [settings.collection] if settings.collection else collection_names(settings.data)
    rows: list[dict[str, Any]] = []
    for name in names:
        try:
            manifest = read_manifest(current_generation(settings.data / name))
        except CollectionError as error:
            if settings.collection:
                raise
            rows.append({"collection": name, "error": str(error)})
            continue
        summary = manifest.model_dump(mode="json", exclude={"files"})
        size = sum(record.size for record in manifest.files.values())
        rows.append(summary | {"coverage": manifest.coverage, "bytes": size})
    if as_json:
        _print_json({"data": str(settings.data), "collections": rows})
        return
    if not rows:
        out.print(f"Nothing built in {settings.data}; begin with: pinakes build DUMP")
    for row in rows:
        if "error" in row:
            out.print(f"{row['collection']}: {row['error']}")
            continue
        out.print(
            f"[bold]{row['collection']}[/bold] {row['generation']}: {row['documents']:,} articles, "
            f"{row['passages']:,} passages, vectors for {row['coverage']:.0%}, "
            f"{row['bytes'] / 1e6:,.1f} MB, built {row['created']}"
        )
    out.print(f"data {settings.data}\ngenerator {settings.generator.backend}", style="dim")


@app.command()
def extract(dump: DumpPaths) -> None:
    """Print a dump's articles and redirects as JSON lines."""
    from ingest.dumps import find_dump, plan_units
    from ingest.extract import read_documents, to_json

    found = find_dump(dump)
    for unit in plan_units(found):
        for entry in read_documents(unit, found.site):
            if entry is not None:
                sys.stdout.write(json.dumps(to_json(entry), ensure_ascii=False) + "\n")


@evaluation.command("retrieval")
def eval_retrieval(
    questions: Annotated[Path, typer.Argument(help="JSON lines: qid, question, gold_pages.")],
    mode: ModeOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Page-level hit@k, MRR@10 and latency of each mode."""
    from dataclasses import asdict

    from index.evaluation import evaluate, read_questions
    from service.console import BuildProgress, print_reports

    settings = _settings(data, collection, mode)
    rows = read_questions(questions)
    with _open_index(settings, "hybrid") as index:
        modes: list[Mode] = ["keyword", "vector", "hybrid"] if index.vectors.count else ["keyword"]
        if mode is not None:
            modes = [settings.search.mode]
        with BuildProgress() as progress:
            answerable = sum(1 for row in rows if row.gold_pages)
            progress.step("Asking", answerable * len(modes), "questions")
            reports = evaluate(index, rows, modes, on_done=lambda: progress.advance(1))
        if as_json:
            _print_json(
                {
                    "collection": index.manifest.collection,
                    "generation": index.manifest.generation,
                    "coverage": index.manifest.coverage,
                    "modes": [asdict(report) for report in reports],
                }
            )
        else:
            print_reports(reports, index.manifest)


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port.", show_default=False)
    ] = None,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
) -> None:
    """Serve search, answers and pages over HTTP on this machine."""
    import uvicorn

    from index.follow import CurrentIndex
    from index.search import Index
    from service.app import create_app
    from service.console import err
    from service.generators.choice import open_generator

    settings = load_settings(
        data=data,
        collection=collection,
        serve__host=host,
        serve__port=port,
        generator__backend=generator,
    )
    directory = _collection_directory(settings)
    current = CurrentIndex(lambda: Index.open(directory, _encoder_loader(settings)), directory)
    with current.lease() as index:
        name = f"{index.manifest.collection} {index.manifest.generation}"
    model = open_generator(settings.generator)
    listening = _listen(settings.serve.host, settings.serve.port)
    address = listening.getsockname()
    err.print(f"Serving {name} on http://{address[0]}:{address[1]} (Ctrl-C ends it)")
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, current, model),
            log_level="warning",
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadInput when the address cannot be had."""
    from service.errors import BadInput

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BadInput(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from None
    listening.listen(128)
    return listening


def _settings(
    data: Path | None, collection: str | None, mode: str | None = None, backend: str | None = None
) -> Settings:
    return load_settings(
        data=data, collection=collection, search__mode=mode, generator__backend=backend
    )


def _collection_directory(settings: Settings) -> Path:
    """The collection asked for, or the only one there is."""
    from index.errors import NoCollection
    from index.generations import collection_names
    from service.errors import BadInput

    if settings.collection is not None:
        return settings.data / settings.collection
    names = collection_names(settings.data)
    if not names:
        raise NoCollection(f"nothing built in {settings.data} yet; begin with: pinakes build DUMP")
    if len(names) > 1:
        raise BadInput(f"several collections ({', '.join(names)}): choose one with --collection")
    return settings.data / names[0]


def _encoder_loader(settings: Settings) -> Any:
    """A loader that finds the encoder once, however many generations are opened."""
    from functools import cache

    from index.encoder import find_encoder

    @cache
    def load() -> "Encoder":
        return find_encoder(settings.search.encoder)

    return load


def _open_index(settings: Settings, mode: Mode) -> "Index":
    from index.search import Index

    loader = None if mode == "keyword" else _encoder_loader(settings)
    return Index.open(_collection_directory(settings), loader)


def _one_of(option: str, value: str, choices: Sequence[str]) -> Any:
    from service.errors import BadInput

    if value not in choices:
        raise BadInput(f"{option} {value!r}: choose {', '.join(choices)}")
    return value


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 bad input, 1 failure, 130 interrupted."""
    go_offline()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    sys.exit(_run(words, debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    import click

    from service.problems import problem_of

    try:
        return app(words, standalone_mode=False) or 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("pinakes: interrupted; the same command goes on where it stopped\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        problem = problem_of(error)
        if debug or problem is None:
            raise
        sys.stderr.write(f"pinakes: {error}\n")
        return problem.exit_status


if __name__ == "__main__":
    main()
