"""``pinakes questions``: what a collection is asked before a new generation of it goes live."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    collection_directory,
    command_settings,
    open_wiki,
    print_json,
)
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.index.evaluation import Question

__all__ = ["add", "list_questions", "remove"]


def add(
    question: Annotated[str, typer.Argument(help="As people ask it.")],
    page: Annotated[str, typer.Option("--page", help="Title of the page that is to be found.")],
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a question and the page expected: a new generation that loses many is not published."""
    from pinakes.index.evaluation.own_questions import DEPTH, add_question, rank_of
    from pinakes.service.terminal.console import err, out

    settings = command_settings(data, collection)
    with open_wiki(settings) as wiki:
        title = wiki.page(page).title
        text = wiki.index.checked(question)
        kept = add_question(collection_directory(settings), text, title)
        rank = rank_of(kept, wiki.index)
    if as_json:
        print_json(_json(kept) | {"rank": rank})
        return
    place = "not found" if rank is None else f"found, in place {rank}"
    out.print(f"{kept.question_id}. {kept.text} → {title} ({place})", markup=False)
    if rank is None:
        err.print(
            f"Its page is not among the first {DEPTH} passages now: this question can lose nothing."
        )


def list_questions(
    data: DataOption = None, collection: CollectionOption = None, as_json: JsonOption = False
) -> None:
    """List the questions of a collection."""
    from pinakes.index.evaluation.own_questions import own_questions
    from pinakes.service.terminal.console import err, out

    directory = collection_directory(load_settings(data=data, collection=collection))
    questions = own_questions(directory)
    if as_json:
        rows = [_json(question) for question in questions]
        print_json({"collection": directory.name, "questions": rows})
        return
    for question in questions:
        pages = ", ".join(_pages(question))
        out.print(f"{question.question_id}. {question.text} → {pages}", markup=False)
    if not questions:
        err.print("There are none; pinakes questions add adds one.")


def remove(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="As pinakes questions list shows it.")
    ],
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a question of a collection."""
    from pinakes.index.evaluation.own_questions import remove_question
    from pinakes.service.terminal.console import out

    directory = collection_directory(load_settings(data=data, collection=collection))
    gone = remove_question(directory, number)
    if as_json:
        print_json({"removed": _json(gone)})
    else:
        out.print(f"Removed: {gone.text}", markup=False)


def _pages(question: "Question") -> list[str]:
    return [gold.title or f"page {gold.page_id}" for gold in question.gold]


def _json(question: "Question") -> dict[str, Any]:
    about = {"number": question.question_id, "question": question.text}
    return about | {"pages": _pages(question)}
