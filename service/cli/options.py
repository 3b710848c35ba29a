"""Options that several commands share, and what they lead to: settings, index, questions."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinakes.index.types import Mode
from pinakes.service.plain_text import visible_json
from pinakes.service.settings import Settings, load_settings

if TYPE_CHECKING:
    from pinakes.index.evaluation import Question, Split
    from pinakes.index.library import Library
    from pinakes.index.retrieval.search import Index
    from pinakes.service.charts.bars import Chart
    from pinakes.service.collection import Collection, Collections
    from pinakes.service.generators.generator import Generator

DumpPaths = Annotated[
    list[Path],
    typer.Argument(
        metavar="DUMP...",
        help="Dump files, or a directory of them; a ZIM file; a folder of manuals.",
    ),
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
AskedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--collection",
        "-c",
        help="Ask this one; several may be named, or all.",
        show_default="the setting collection, or all",
    ),
]
CollectionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--collection", "-c", help="Serve this one; several may be named.", show_default="all"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ModeOption = Annotated[
    str | None, typer.Option("--mode", help="hybrid, keyword or vector.", show_default=False)
]
AnswerModeOption = Annotated[
    str,
    typer.Option(
        "--mode", help="answer: a paragraph; brief: one sentence; quote: a passage, no model."
    ),
]
StrictOption = Annotated[
    bool | None,
    typer.Option(
        "--strict/--no-strict",
        help="Withhold or mark what sources contradict and what names things that none holds.",
        show_default="withhold for small models",
    ),
]
BackendOption = Annotated[
    str | None,
    typer.Option(
        "--generator", help="auto, llama-server, llama-cpp-python or none.", show_default=False
    ),
]
QuestionsPath = Annotated[
    Path,
    typer.Argument(
        help="JSON lines (qid, question, gold_pages, answers), SQuAD JSON or TREC topics."
    ),
]
QrelsOption = Annotated[
    Path | None, typer.Option("--qrels", help="TREC judgments of topics.", show_default=False)
]
SplitOption = Annotated[
    str | None,
    typer.Option(help="dev or test: one half of the questions, by id.", show_default=False),
]
EarlierOption = Annotated[
    Path | None,
    typer.Option("--compare", help="An earlier run on these questions.", show_default=False),
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE.svg",
        help="Also draw the figures into this SVG file.",
        show_default=False,
    ),
]


def command_settings(
    data: Path | None, collection: str | None, mode: str | None = None, backend: str | None = None
) -> Settings:
    """The settings with these flags on top."""
    return load_settings(
        data=data, collection=collection, search__mode=mode, generator__backend=backend
    )


def collection_directory(settings: Settings) -> Path:
    """The collection asked for, or the only one there is."""
    from pinakes.index.library import Library

    with _choosing():
        return settings.data / Library(settings.data, default=settings.collection).meant()


def open_wiki(settings: Settings) -> "Collection":
    """The collection asked for, or the only one there is, open."""
    from pinakes.service.collection import Collection

    with _choosing():
        return Collection(settings)


def open_asked(settings: Settings, names: Sequence[str]) -> "Collections":
    """The collections named, open; without a name the default, or all there are.

    What cannot be opened of several is left out, and told.
    """
    from pinakes.index.library import Library
    from pinakes.service.collection import Collection, Collections
    from pinakes.service.terminal.console import print_left_out

    asked = Library(settings.data, default=settings.collection).asked(names)
    if len(asked) == 1:
        return Collection(settings.model_copy(update={"collection": asked[0]}))
    collections = Collections(settings, asked)
    print_left_out(collections.federation.left_out)
    return collections


@contextmanager
def _choosing() -> Iterator[None]:
    """Say how to choose where there are several collections."""
    from pinakes.index.errors import SeveralCollections

    try:
        yield
    except SeveralCollections as error:
        raise SeveralCollections(
            f"{error}: choose one with -c NAME, or for good with the setting collection "
            "(PINAKES_COLLECTION=NAME)"
        ) from None


def open_library(settings: Settings, *, scrubbed: bool = False) -> "Library":
    """The collections that are to be served, one of which can be used at least.

    Raises the error of the first where none can, and NoCollection where there is none.
    """
    from pinakes.index.library import Library
    from pinakes.service.reading.models import chosen_rerankers
    from pinakes.service.terminal.console import print_left_out

    only = settings.serve.collections
    library = Library(
        settings.data,
        only,
        settings.collection,
        scrubbed=scrubbed,
        open_rerankers=chosen_rerankers(settings.models),
        most_open=settings.serve.open_collections,
    )
    for name in only:
        library.meant(name)
    if not library.names():
        library.meant()
    states = library.states()
    problems = {state.name: state.problem for state in states if state.problem is not None}
    if len(problems) == len(states):
        raise next(iter(problems.values()))
    print_left_out(problems)
    return library


def open_index(settings: Settings, mode: Mode) -> "Index":
    """The current generation of the collection chosen; no encoder where only keywords count."""
    from pinakes.index.encoders.onnx_model import open_question_encoder
    from pinakes.index.retrieval.search import Index
    from pinakes.service.reading.models import chosen_rerankers

    open_encoder = None if mode == "keyword" else open_question_encoder
    directory = collection_directory(settings)
    return Index.open(directory, open_encoder, chosen_rerankers(settings.models))


def open_model(settings: Settings) -> "Generator | None":
    """The model that the settings mean, not yet started; a word where there is none."""
    from pinakes.service.generators.choice import open_generator

    model = open_generator(settings.generator)
    tell_of_no_model(model, settings)
    return model


def tell_of_no_model(model: "Generator | None", settings: Settings) -> None:
    """A word where no model is installed."""
    from pinakes.service.terminal.console import err

    if model is None and settings.generator.backend != "none":
        err.print("No model is installed; showing the best passage instead.", style="dim")


def read_split(
    path: Path, qrels: Path | None, split: str | None
) -> "tuple[list[Question], Split | None]":
    """The questions of a file, or of one split of them, and which split that is."""
    from pinakes.index.evaluation import read_questions, split_of

    part: Split | None = None if split is None else one_of("--split", split, ["dev", "test"])
    questions = read_questions(path, qrels)
    return [
        question for question in questions if part is None or split_of(question.question_id) == part
    ], part


def check_plot(path: Path | None) -> None:
    """Raise BadInput unless a drawing can go there: before hundreds of questions are asked."""
    from pinakes.service.errors import BadInput

    if path is None:
        return
    if path.suffix.lower() != ".svg":
        raise BadInput(f"--plot {path}: charts are SVG; name a file that ends in .svg")
    if not path.parent.is_dir():
        raise BadInput(f"--plot {path}: there is no directory {path.parent}")
    if path.exists() and not path.is_file():
        raise BadInput(f"--plot {path}: is no file; name another")


def draw_plot(path: Path, title: str, charts: "Sequence[Chart]", note: str = "") -> None:
    """Write the charts of an evaluation, and say so beside what is printed."""
    from pinakes.ingest.files import write_whole
    from pinakes.service.charts.bars import svg_of
    from pinakes.service.terminal.console import err

    with write_whole(path) as file:
        file.write(svg_of(title, charts, f"{note}Lines and brackets: 95 % intervals.").encode())
    err.print(f"Drawn in {path}", markup=False)


def one_of(option: str, value: str, choices: Sequence[str]) -> Any:
    """``value``, if it is one of ``choices``. Raises BadInput naming the option."""
    from pinakes.service.errors import BadInput

    if value not in choices:
        raise BadInput(f"{option} {value!r}: choose {', '.join(choices)}")
    return value


def print_json(value: Any) -> None:
    """Print indented JSON, letters as they are where standard output can take them all.

    But for those that belong into no text.
    """
    is_plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    sys.stdout.write(json.dumps(visible_json(value), ensure_ascii=is_plain, indent=2) + "\n")
