"""A program run many times, each time in a fork of one process that has imported what it needs.

Under a trace to start anew takes most of what a small command takes. Run by ``watching.Place``.
"""

import importlib
import json
import os
import signal
import sys
import tempfile

IMPORTED = (
    "pinakes.index.retrieval.search", "pinakes.index.verify", "pinakes.service.asking",
    "pinakes.service.evaluation", "pinakes.service.views.search_views",
)  # fmt: skip
_PATIENCE_S = 600


def serve(program: str) -> None:
    """Call ``main`` of this module with the words of each line of standard input."""
    module = importlib.import_module(program)
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            given.write(request["lines"].encode())
            given.seek(0)
            child = os.fork()
            if child == 0:
                for number, file in enumerate((given, out, err)):
                    os.dup2(file.fileno(), number)
                sys.stdin = os.fdopen(0, closefd=False)  # of the old one a line has been read
                signal.alarm(_PATIENCE_S)
                sys.exit(module.main(request["words"]))
            _, status = os.waitpid(child, 0)
            # Traced, too: strace goes on to this call after it has written all of the child's.
            os.chdir(os.getcwd())
            out.seek(0)
            err.seek(0)
            answer = {
                "status": os.waitstatus_to_exitcode(status),
                "out": out.read().decode(errors="replace"),
                "err": err.read().decode(errors="replace"),
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    serve(sys.argv[1])
