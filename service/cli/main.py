"""The command ``pinakes``: which commands there are, and how errors are told: in one line.

Heavy imports stand inside the commands that need them, so that the others start at once.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

from pinakes.service.memory import require_memory

require_memory()  # before any of what follows loads libraries that die of it

import typer  # noqa: E402

from pinakes.service.cli import (  # noqa: E402
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
from pinakes.service.plain_text import one_line  # noqa: E402
from pinakes.service.problems import problem_of, told_of  # noqa: E402

__all__ = ["app", "main"]

_INTERRUPTED = 130
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
    _GROUPS.append(name)


_GROUPS: list[str] = []
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 bad input, 1 failure, 130 interrupted."""
    _open_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    sys.exit(_run(words, debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    try:
        status = app(words, prog_name="pinakes", standalone_mode=False) or 0
        sys.stdout.flush()
        # Typer turns KeyboardInterrupt into this status, and says nothing.
        return _interrupted(words) if status == _INTERRUPTED else status
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        if not words or (len(words) == 1 and words[0] in _GROUPS):  # and is told what there is
            sys.stderr.write(f"{error.format_message()}\n")
            return error.exit_code
        _tell(f"{error.format_message()} (see --help)")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words)
    except BrokenPipeError:
        _drop_output()
        return 0
    except Exception as error:
        if debug:
            raise
        problem = problem_of(error)
        _tell(told_of(error))
        if isinstance(error, OSError):
            _drop_output()  # it may be what cannot be written, and Python tries again at the end
        return problem.exit_status if problem else 1


def _tell(message: str) -> None:
    """An error on one line, whatever stands in the names in it."""
    with suppress(OSError):  # nobody may be there to be told
        sys.stderr.write(f"pinakes: {one_line(message)}\n")


def _drop_output() -> None:
    """What is still to be written to standard output goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    """Letters that a terminal cannot show are replaced; a stream that is closed leads nowhere."""
    for name, mode, errors in (
        ("stdin", "r", "replace"),
        ("stdout", "w", "replace"),
        ("stderr", "w", "backslashreplace"),
    ):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)


def _interrupted(words: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C, while the process ends
    goes_on = words[:1] in (["build"], ["update"], ["unpack"])
    more = "; the same command goes on where it stopped" if goes_on else ""
    _tell(f"interrupted{more}")
    return _INTERRUPTED


if __name__ == "__main__":
    main()
