"""The command ``pinakes``: which commands there are.

Heavy imports stand inside the commands that need them, so that the others start at once.
"""

from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from pinakes.service.cli import (
    approvals,
    ask,
    build,
    chat,
    collections,
    connect,
    diff,
    doctor,
    evaluate,
    evaluate_answers,
    extract,
    generations,
    mcp,
    packs,
    questions,
    serve,
    skill,
    status,
    tokens,
    update,
)

__all__ = ["GROUPS", "app"]

_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="pinakes",
    help="Ask a local Wikipedia dump, offline: answers from a local model, each with its source.",
    no_args_is_help=True,
    context_settings=_HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"pinakes {version('pinakes')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


for command in (
    build.build,
    update.update,
    build.plan,
    ask.ask,
    chat.chat,
    ask.search,
    ask.show,
    serve.serve,
    mcp.mcp,
    connect.connect,
    status.status,
    generations.verify,
    generations.rollback,
    diff.diff,
    packs.pack,
    packs.unpack,
    extract.extract,
    doctor.doctor,
    evaluate_answers.threshold,
):
    app.command()(command)


def _group(name: str, about: str, commands: dict[str, Callable[..., None]]) -> None:
    """Commands that are called by two words."""
    group = typer.Typer(help=about, no_args_is_help=True, context_settings=_HELP)
    for word, command in commands.items():
        group.command(word)(command)
    app.add_typer(group, name=name)
    GROUPS.append(name)


# The first words of commands that are called by two.
GROUPS: list[str] = []
_group(
    "generations",
    "What a collection was built from, one after the other, and which of them answers.",
    {
        "list": generations.list_generations,
        "use": generations.use,
        "verify": generations.verify_generations,
        "remove": generations.remove,
    },
)
_group(
    "collections",
    "The collections of the data directory.",
    {
        "list": collections.list_collections,
        "rename": collections.rename,
        "remove": collections.remove,
    },
)
_group(
    "questions",
    "What a collection is asked before a new generation of it goes live.",
    {
        "add": questions.add,
        "list": questions.list_questions,
        "remove": questions.remove,
    },
)
_group(
    "eval",
    "Measure against questions with known answers.",
    {
        "retrieval": evaluate.retrieval,
        "answers": evaluate_answers.answers,
        "compare": evaluate.compare,
    },
)
_group(
    "tokens",
    "Who may reach the service.",
    {
        "create": tokens.create,
        "set": tokens.change,
        "list": tokens.list_tokens,
        "usage": tokens.usage,
        "revoke": tokens.revoke,
    },
)
_group(
    "approvals",
    "What agents have proposed, for a person to decide.",
    {
        "list": approvals.list_approvals,
        "show": approvals.show,
        "approve": approvals.approve,
        "deny": approvals.deny,
        "verify": approvals.verify_approvals,
    },
)
_group(
    "skill",
    "What agents are told of the service.",
    {"install": skill.install, "show": skill.show, "paragraph": skill.paragraph},
)
