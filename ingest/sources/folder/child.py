"""A process that reads files of a folder, one after the other, within limits of memory and time.

``python -m pinakes.ingest.sources.folder.child``: a line of JSON in, a line of JSON out. What is
read here may be made to harm its reader: nothing but JSON leaves, and no file can be written.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from pinakes.ingest.sources.folder.outline import UnreadableFile
from pinakes.ingest.sources.folder.reading import read_file, read_title

__all__ = ["answers"]

_DESCRIPTORS = 64


def answers(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request: path, kind, whether the title is enough, seconds, most characters."""
    for line in requests:
        request = json.loads(line)
        _allow(request["seconds"])
        reply = json.dumps(_reply(request))
        if len(reply) > request["most"]:
            reply = json.dumps({"unreadable": f"more than {request['most'] >> 20} MiB of text"})
        replies.write(reply.encode() + b"\n")
        replies.flush()


def _reply(request: dict[str, Any]) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        if path.is_symlink():
            return {"unreadable": "it has become a link"}
        if request["title_only"]:
            return {"title": read_title(path, request["kind"])}
        return read_file(path, request["kind"]).to_json()
    except UnreadableFile as error:
        return {"unreadable": str(error)}
    except OSError as error:
        return {"unreadable": f"it cannot be read ({error.strerror or error})"}
    except MemoryError:
        return {"unreadable": "reading it takes too much memory"}
    except RecursionError:
        return {"unreadable": "it is nested too deeply"}
    except Exception as error:  # of any of the libraries; the other files are read all the same
        return {"unreadable": f"it cannot be read ({type(error).__name__}: {error})"}


def _allow(seconds: int) -> None:
    """So many seconds of processor time from now; the system ends this process then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _limit(memory: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
    ):
        hard = resource.getrlimit(kind)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    answers(sys.stdin.buffer, out)
