"""What can go wrong in the service, as one tree.

ServiceError
├── BadInput              the caller's words or files do not fit (exit 2, HTTP 400)
│   └── NotFound          no such page, passage or collection (exit 2, HTTP 404)
│       ├── Ambiguous     a title may mean several pages (exit 3, HTTP 404)
│       └── NoSuchTitle   no page is called so, and what comes near (exit 2, HTTP 404)
├── NotAllowed            the caller's token does not reach so far (exit 2, HTTP 403)
├── TooManyProposals      as many wait for a person as may (exit 1, HTTP 429)
├── ApprovalsUnusable     their log is not what was written, or not kept here (exit 1, HTTP 503)
├── NotInstalled          a command needs packages that are not there (exit 1, HTTP 503)
├── ShuttingDown          the service ends while it answers (exit 1, HTTP 503)
├── DamagedDump           what could be read has been read, and some could not (exit 1)
└── GeneratorError        the model did not do its part (exit 1, HTTP 503)
    ├── GeneratorUnavailable    it cannot be started or reached
    ├── GeneratorFailed         it broke off in the middle of an answer
    └── QueueFull               too many are waiting for it already (exit 1, HTTP 429)
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pinakes.service.types import Meaning

__all__ = [
    "Ambiguous",
    "ApprovalsUnusable",
    "BadInput",
    "DamagedDump",
    "GeneratorError",
    "GeneratorFailed",
    "GeneratorUnavailable",
    "NoSuchTitle",
    "NotAllowed",
    "NotFound",
    "NotInstalled",
    "QueueFull",
    "ServiceError",
    "ShuttingDown",
    "TooManyProposals",
]


class ServiceError(Exception):
    """Base of every error raised by the service package."""


class BadInput(ServiceError):
    """The question, option or file given does not fit; the message says what would."""


class NotFound(BadInput):
    """The page, passage or collection named does not exist here."""


class Ambiguous(NotFound):
    """No page has this title, and several are known by it: ``meanings``."""

    def __init__(self, message: str, meanings: "Sequence[Meaning]" = ()) -> None:
        super().__init__(message)
        self.meanings = tuple(meanings)


class NoSuchTitle(NotFound):
    """No page is called so; ``near``: pages whose titles come nearest."""

    def __init__(self, message: str, near: "Sequence[Meaning]" = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class NotAllowed(ServiceError):
    """The token of the caller is not meant for this; the message says which would be."""


class TooManyProposals(ServiceError):
    """As many proposals wait for a person as may; ``retry_after_s``: the first of them expires."""

    def __init__(self, message: str, retry_after_s: int = 3600) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ApprovalsUnusable(ServiceError):
    """What was proposed and decided cannot be relied on, or not be kept; the message says why."""


class NotInstalled(ServiceError):
    """Packages of an extra are missing; the message names them and the way to install them."""


class ShuttingDown(ServiceError):
    """The service ends; whoever is being answered is told so."""

    def __init__(self, message: str = "the service is shutting down; ask again later") -> None:
        super().__init__(message)


class DamagedDump(ServiceError):
    """Some of the dump could not be read; the rest has been, and the message says where to look."""


class GeneratorError(ServiceError):
    """The language model did not do its part."""


class GeneratorUnavailable(GeneratorError):
    """The model cannot be started or reached; the message names file or address."""


class GeneratorFailed(GeneratorError):
    """The model broke off while answering; the next request starts afresh."""


class QueueFull(GeneratorError):
    """Too many are waiting for the model already; ``retry_after_s`` says when to ask again."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
