"""``pinakes search``, ``ask`` and ``show``: questions put to a collection."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.options import (
    BackendOption,
    CollectionOption,
    DataOption,
    JsonOption,
    ModeOption,
    command_settings,
    open_index,
    print_json,
)
from service.settings import Settings

if TYPE_CHECKING:
    from index.search import Index
    from service.generators.generator import Generator
    from service.types import Answer

__all__ = ["ask", "search", "show"]


def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 10,
    mode: ModeOption = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say of each passage why it is there: places, scores, matches."
        ),
    ] = False,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages."""
    from index.ranking.fields import matched_fields
    from service.console import err, print_coverage
    from service.hit_report import print_explained, print_hits
    from service.views import search_view

    settings = command_settings(data, collection, mode)
    with open_index(settings, settings.search.mode) as index:
        hits = index.search(query, k, settings.search.mode)
        if as_json:
            print_json(
                search_view(index, query, settings.search.mode, hits).model_dump(mode="json")
            )
            return
        if not hits:
            err.print("Nothing found; try other words, or fewer.")
        elif explain:
            question = index.checked(query)
            print_explained(hits, matched_fields(index.store, index.keywords, question, hits))
        else:
            print_hits(hits)
        if settings.search.mode != "keyword":
            print_coverage(index.manifest.coverage)


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
    from service.answer_report import print_answer
    from service.console import err
    from service.generators.choice import open_generator
    from service.views import answer_view

    settings = command_settings(data, collection, mode, "none" if no_model else generator)
    with open_index(settings, settings.search.mode) as index:
        index.checked(question)
        model = open_generator(settings.generator)
        if model is None and not no_model and settings.generator.backend != "none":
            err.print("No model is installed; quoting the best passages instead.", style="dim")
        answer = asyncio.run(_answer(index, model, question, settings, quiet=as_json))
        if as_json:
            print_json(answer_view(answer, index.manifest).model_dump(mode="json"))
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


def show(
    title: Annotated[str, typer.Argument(help="A title, or a redirect's.")],
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print an article; redirects are followed."""
    from service.console import print_page
    from service.errors import NotFound
    from service.page_views import page_view

    settings = command_settings(data, collection)
    with open_index(settings, "keyword") as index:
        page = index.page_by_name(title)
        if page is None:
            near = ", ".join(item.title for item in index.suggest(title, 3))
            hint = f"did you mean {near}?" if near else "try: pinakes search"
            raise NotFound(f"no article {title!r} in {index.manifest.collection}; {hint}")
        if as_json:
            print_json(page_view(page, index.manifest).model_dump(mode="json"))
        else:
            print_page(page)
