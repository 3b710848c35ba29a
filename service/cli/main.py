"""Run the command ``pinakes``; errors are told in one line.

The commands are loaded when one is run: every process that reads a dump loads this file, too.
"""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

from pinakes.service.memory import require_memory

__all__ = ["main"]

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 2 bad input, 1 failure, 130 interrupted."""
    require_memory()  # before libraries are loaded that die of it
    _open_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    sys.exit(_run(words, debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    import typer

    from pinakes.service.cli.app import GROUPS, app
    from pinakes.service.problems import problem_of, told_of

    try:
        status = app(words, prog_name="pinakes", standalone_mode=False) or 0
        sys.stdout.flush()
        # Typer turns KeyboardInterrupt into this status, and says nothing.
        return _interrupted(words) if status == _INTERRUPTED else status
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        if not words or (len(words) == 1 and words[0] in GROUPS):  # and is told what there is
            sys.stderr.write(f"{error.format_message()}\n")
            return error.exit_code
        _tell(f"{error.format_message()} (see --help)")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(words)
    except BrokenPipeError:
        _drop_output()
        return 0
    except SystemExit as ended:
        # So end Rich and Typer where nobody reads any more, as for a failure.
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
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
        from pinakes.service.plain_text import one_line

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
