"""The command ``pinakes``: which commands there are, and how errors are told: in one line.

Heavy imports stand inside the commands that need them, so that the others start at once.
"""

import os
import signal
import sys
from collections.abc import Sequence

import typer

from service.commands import (
    ask,
    build,
    chat,
    doctor,
    evaluate,
    evaluate_answers,
    mcp,
    serve,
    tokens,
)
from service.problems import problem_of

__all__ = ["app", "main"]

_INTERRUPTED = 130

app = typer.Typer(
    name="pinakes",
    help="Ask a local Wikipedia dump, offline: answers from a local model, each with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    build.build,
    build.plan,
    ask.ask,
    chat.chat,
    ask.search,
    ask.show,
    serve.serve,
    mcp.mcp,
    build.status,
    build.verify,
    build.extract,
    doctor.doctor,
    evaluate_answers.calibrate,
):
    app.command()(command)
evaluation = typer.Typer(help="Measure against questions with known answers.", no_args_is_help=True)
evaluation.command()(evaluate.retrieval)
evaluation.command()(evaluate_answers.answers)
evaluation.command()(evaluate.compare)
app.add_typer(evaluation, name="eval")
access = typer.Typer(help="Who may reach the service.", no_args_is_help=True)
access.command("create")(tokens.create)
access.command("list")(tokens.list_tokens)
access.command("revoke")(tokens.revoke)
app.add_typer(access, name="tokens")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 bad input, 1 failure, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    sys.exit(_run(words, debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    try:
        status = app(words, standalone_mode=False) or 0
        # Typer turns KeyboardInterrupt into this status, and says nothing.
        return _interrupted(words) if status == _INTERRUPTED else status
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        sys.stderr.write(f"pinakes: {error.format_message()} (see --help)\n")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        problem = problem_of(error)
        if debug or problem is None:
            raise
        sys.stderr.write(f"pinakes: {error}\n")
        return problem.exit_status


def _interrupted(words: list[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C, while the process ends
    more = "; the same command goes on where it stopped" if words[:1] == ["build"] else ""
    sys.stderr.write(f"pinakes: interrupted{more}\n")
    return _INTERRUPTED


if __name__ == "__main__":
    main()
