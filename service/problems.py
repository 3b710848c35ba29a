"""One table from error to exit status, HTTP status and title; used by the command line and HTTP.

HTTP bodies follow RFC 9457 (``application/problem+json``).
"""

from dataclasses import dataclass

from index.errors import (
    BadQuery,
    BadQuestions,
    BuildInProgress,
    CollectionError,
    DamagedGeneration,
    EncoderMismatch,
    EncoderNotExportable,
    EncoderNotFound,
    NoCollection,
    OtherWiki,
    UnknownFormat,
    UnreadableGeneration,
)
from ingest.errors import DumpChanged, IngestError, WorkerDied
from service.errors import (
    BadInput,
    GeneratorError,
    NotAllowed,
    NotFound,
    QueueFull,
    ServiceError,
    ShuttingDown,
)

__all__ = ["KNOWN_ERRORS", "Problem", "message_of", "problem_of"]

# Raised to be read by whoever asked.
KNOWN_ERRORS = (CollectionError, IngestError, ServiceError)


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told: exit 2 for what the user can mend, 1 for failure."""

    exit_status: int
    http_status: int
    title: str


_TABLE: dict[type[Exception], Problem] = {
    NotFound: Problem(2, 404, "Not found"),
    BadInput: Problem(2, 400, "Bad input"),
    BadQuery: Problem(2, 400, "Nothing to search for"),
    BadQuestions: Problem(2, 400, "Not usable questions"),
    DumpChanged: Problem(1, 503, "The dump changed"),
    WorkerDied: Problem(1, 503, "A process was killed"),
    IngestError: Problem(2, 400, "Not a usable dump"),
    NoCollection: Problem(2, 503, "No collection"),
    UnknownFormat: Problem(1, 503, "Another format"),
    DamagedGeneration: Problem(1, 503, "Damaged generation"),
    UnreadableGeneration: Problem(1, 503, "No permission to read the collection"),
    EncoderMismatch: Problem(2, 503, "Another encoder"),
    EncoderNotExportable: Problem(2, 503, "Encoder not exportable"),
    EncoderNotFound: Problem(2, 503, "No such encoder"),
    OtherWiki: Problem(2, 409, "Another wiki"),
    BuildInProgress: Problem(1, 503, "Build in progress"),
    CollectionError: Problem(1, 503, "Collection not usable"),
    NotAllowed: Problem(2, 403, "Not allowed"),
    ShuttingDown: Problem(1, 503, "Shutting down"),
    QueueFull: Problem(1, 429, "Too many questions"),
    GeneratorError: Problem(1, 503, "The model did not answer"),
    ServiceError: Problem(1, 500, "Failure"),
    OSError: Problem(1, 500, "The system refused"),
}


def problem_of(error: Exception) -> Problem | None:
    """The entry of the error's class or its nearest base; None for an error of the code itself."""
    return next((_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE), None)


def message_of(error: Exception) -> str:
    """What a client is told of an error; one of the code itself tells nothing of its inside."""
    if isinstance(error, KNOWN_ERRORS):
        return str(error)
    return "an error in Pinakes itself; its log has the details"
