"""One table from error to exit status, HTTP status and title; used by the command line and HTTP.

Errors of the system are told with what to do about them.

HTTP bodies follow RFC 9457 (``application/problem+json``).
"""

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pinakes.index.errors import (
    BadName,
    BadPack,
    BadQuery,
    BadQuestions,
    BuildInProgress,
    ClusterLost,
    CollectionError,
    DamagedGeneration,
    EncoderMismatch,
    EncoderNotExportable,
    EncoderNotFound,
    InUse,
    NoCollection,
    NotAnUpdate,
    OtherWiki,
    SeveralCollections,
    UnknownCollection,
    UnknownFormat,
    UnknownGeneration,
    UnreadableGeneration,
    UnusableCluster,
    UnusableModel,
    UnusablePageviews,
    Withheld,
)
from pinakes.ingest.errors import DumpChanged, IngestError, WorkerDied
from pinakes.service.errors import (
    Ambiguous,
    ApprovalsUnusable,
    BadInput,
    GeneratorError,
    NotAllowed,
    NotFound,
    NotInstalled,
    QueueFull,
    ServiceError,
    ShuttingDown,
    TooManyProposals,
)
from pinakes.service.generators.models import bundled_model
from pinakes.service.plain_text import one_line
from pinakes.service.settings import Settings

__all__ = [
    "AMBIGUOUS",
    "KNOWN_ERRORS",
    "Problem",
    "message_of",
    "problem_of",
    "title_of",
    "told_of",
    "without_places",
]

# The exit status of a command that was given a title of several pages.
AMBIGUOUS = 3
# Raised to be read by whoever asked.
KNOWN_ERRORS = (CollectionError, IngestError, ServiceError)


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told: exit 2 for what the user can mend, 3 if a title means several pages.

    1 is failure.
    """

    exit_status: int
    http_status: int
    title: str


_TABLE: dict[type[Exception], Problem] = {
    Ambiguous: Problem(AMBIGUOUS, 404, "Several pages"),
    NotFound: Problem(2, 404, "Not found"),
    BadInput: Problem(2, 400, "Bad input"),
    BadQuery: Problem(2, 400, "Nothing to search for"),
    BadQuestions: Problem(2, 400, "Not usable questions"),
    DumpChanged: Problem(1, 503, "The dump changed"),
    WorkerDied: Problem(1, 503, "A process was killed"),
    IngestError: Problem(2, 400, "Not a usable dump"),
    NoCollection: Problem(2, 503, "No collection"),
    UnknownCollection: Problem(2, 404, "No such collection"),
    SeveralCollections: Problem(2, 400, "Several collections"),
    UnknownGeneration: Problem(2, 404, "No such generation"),
    BadName: Problem(2, 400, "Not a usable name"),
    InUse: Problem(2, 503, "In use"),
    UnknownFormat: Problem(1, 503, "Another format"),
    DamagedGeneration: Problem(1, 503, "Damaged generation"),
    UnreadableGeneration: Problem(1, 503, "No permission to read the collection"),
    EncoderMismatch: Problem(2, 503, "Another encoder"),
    EncoderNotExportable: Problem(2, 503, "Encoder not exportable"),
    EncoderNotFound: Problem(2, 503, "No such encoder"),
    UnusableModel: Problem(2, 503, "Model not usable"),
    UnusablePageviews: Problem(2, 400, "Page views not usable"),
    UnusableCluster: Problem(2, 503, "Cluster not usable"),
    ClusterLost: Problem(1, 503, "Cluster lost"),
    BadPack: Problem(2, 400, "Not a usable pack"),
    NotAnUpdate: Problem(2, 400, "Not an update"),
    OtherWiki: Problem(2, 400, "Another wiki"),
    Withheld: Problem(1, 503, "Not published"),
    BuildInProgress: Problem(2, 503, "Build in progress"),
    CollectionError: Problem(1, 503, "Collection not usable"),
    NotAllowed: Problem(2, 403, "Not allowed"),
    TooManyProposals: Problem(1, 429, "Too many proposals"),
    ApprovalsUnusable: Problem(1, 503, "Approvals not usable"),
    NotInstalled: Problem(1, 503, "Not installed"),
    ShuttingDown: Problem(1, 503, "Shutting down"),
    QueueFull: Problem(1, 429, "Too many questions"),
    GeneratorError: Problem(1, 503, "The model did not answer"),
    ServiceError: Problem(1, 500, "Failure"),
    OSError: Problem(1, 500, "The system refused"),
    MemoryError: Problem(1, 503, "Out of memory"),
    RecursionError: Problem(2, 400, "Nested too deeply"),
}
# What libraries say where they get no memory, which raise errors of other kinds.
_NO_MEMORY = re.compile(
    r"cannot allocate memory|failed to map segment|can't start new thread|bad_alloc|out of memory"
    r"|cannot apply additional memory protection|unable to allocate",
    re.IGNORECASE,
)
# Collections may be links to other places than the data directory.
_TO_COLLECTION = re.compile(r"(?<![\w/])/(?:[^\s/]+/)*(?=[^\s/]+/(?:generations|building)/)")
_WAYS_OUT = {
    errno.EROFS: "name another directory with --data",
    errno.EACCES: "give yourself the right, or name another place",
    errno.EPERM: "give yourself the right, or name another place",
    errno.ENOTDIR: "a file lies where a directory should: name another place",
    errno.EEXIST: "a file lies where a directory should: name another place",
    errno.EFBIG: "the limit on the size of files is too small: ulimit -f unlimited",
    errno.EMFILE: "the limit on open files is too small: ulimit -n 4096",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "the disk may be failing: see dmesg",
}


def problem_of(error: Exception) -> Problem | None:
    """The entry of the error's class or its nearest base; None for an error of the code itself."""
    if _is_want_of_memory(error):
        return _TABLE[MemoryError]
    return next((_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE), None)


def message_of(error: Exception, settings: Settings | None = None) -> str:
    """What a client is told of an error, on one line; one of the code itself tells nothing.

    ``settings``: of a service whose places are nobody's business; None: paths are told whole.
    """
    if not isinstance(error, KNOWN_ERRORS):
        return "an error in Pinakes itself; its log has the details"
    told = str(error)
    return one_line(told if settings is None else without_places(told, settings))


def without_places(text: str, settings: Settings) -> str:
    """``text`` with files named from the data directory on, and models by their names alone."""
    data = settings.data.absolute()
    for place in {data, data.resolve()} - {Path(data.anchor)}:
        text = text.replace(f"{place}/", "")
        text = re.sub(rf"{re.escape(str(place))}(?![\w.-])", "the data directory", text)
    for model in (settings.generator.model_path, bundled_model()):
        if model is not None:
            text = text.replace(f"{model.absolute().parent}/", "")
    return _TO_COLLECTION.sub("", text)


def title_of(error: Exception) -> str:
    """What kind of error it is, in a word or two that name nothing of this machine."""
    problem = problem_of(error)
    return "Failed" if problem is None else problem.title


def told_of(error: Exception) -> str:
    """What a terminal is told of an error: what it is of, and the way out."""
    if _is_want_of_memory(error):
        return (
            "not enough memory; close other programs, lift the limit (ulimit -v), or let fewer "
            "processes read the dump: --workers 1"
        )
    if isinstance(error, RecursionError):
        return "something that was read is nested too deeply to be read"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, KNOWN_ERRORS):
        # Of a rename or link both: which of them is at fault, the system does not say.
        names = [
            os.fsdecode(name) for name in (error.filename, error.filename2) if name is not None
        ]
        place = f"{' → '.join(names)}: " if names else ""
        way_out = _WAYS_OUT.get(error.errno or 0)
        return f"{place}{error.strerror}" + (f"; {way_out}" if way_out else "")
    if problem_of(error) is None:
        what = f"{type(error).__name__}: {error}"
        return f"an error in Pinakes itself ({what[:300]}); add --debug to see where"
    return str(error)


def _is_want_of_memory(error: Exception) -> bool:
    if isinstance(error, KNOWN_ERRORS):
        return False
    is_refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or is_refused or bool(_NO_MEMORY.search(str(error)))
