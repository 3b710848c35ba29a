"""The questions of a chat, one a line: typed at a prompt, or from a file or a pipe."""

import io
import sys
from collections.abc import Iterator
from contextlib import suppress

__all__ = ["typed_lines"]

_PROMPT = "> "


def typed_lines() -> Iterator[str]:
    """Lines until the end of input. At a prompt they can be edited, and earlier ones fetched back.

    Ctrl-C there empties the line. Nothing typed is written to disk.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for line in sys.stdin:
            yield line.strip()
        return
    with suppress(ImportError):  # Python can be built without it
        import readline

        readline.set_auto_history(True)
    while True:
        try:
            line = input(_PROMPT)
        except EOFError:
            sys.stdout.write("\n")
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            continue
        yield line.strip()
