"""The kinds of words that an action takes: what fits, and the one form that it comes out in.

No file is looked at: whether it is there would be an answer to whoever proposes.
"""

import posixpath
import re

from pinakes.index.encoder_files import SHARED_ENCODERS
from pinakes.index.generations import can_be_called
from pinakes.service.errors import BadInput

__all__ = [
    "VECTOR_SCOPES",
    "collection",
    "generation",
    "nothing",
    "only_vectors",
    "token",
    "vector_scope",
    "whole_path",
]

_LONGEST_PATH = 1_000
_GENERATION = re.compile(r"\d{8}-\d{1,9}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
# Which passages get vectors, and how a sentence says it.
VECTOR_SCOPES = {
    "all": ", with vectors of all passages",
    "leads": ", with vectors of first passages alone",
    "none": ", without vectors",
}


def collection(name: str) -> str:
    """What a collection can be called. Raises BadInput, as all of these do."""
    if not can_be_called(name) or name == SHARED_ENCODERS:
        raise BadInput(f"no collection can be called {name[:80]!r}")
    return name


def generation(name: str) -> str:
    """As generations are named: the day of their dump, and a number."""
    if not _GENERATION.fullmatch(name):
        raise BadInput(f"no generation is called {name[:80]!r}; one is, as in 20261101-1")
    return name


def token(name: str) -> str:
    """What a token can be called."""
    if not _TOKEN.fullmatch(name):
        raise BadInput(f"no token is called {name[:80]!r}")
    return name


def vector_scope(scope: str) -> str:
    """Which passages get vectors."""
    if scope not in VECTOR_SCOPES:
        raise BadInput(f"--vectors {scope[:40]!r}: choose all, leads or none")
    return scope


def whole_path(path: str) -> str:
    """A whole path in its one form: it names one place, wherever it is read and by whom."""
    if not path.startswith("/"):
        raise BadInput(f"{path[:80]!r} is no whole path; it begins with /")
    if not path.isprintable() or len(path) > _LONGEST_PATH:
        raise BadInput(
            f"{path[:80]!r}: a path has at most {_LONGEST_PATH:,} characters, and none of them "
            "hidden, of control or of direction"
        )
    if ".." in path.split("/"):
        raise BadInput(f"{path[:80]!r}: write the path without ..")
    return "/" + posixpath.normpath(path).lstrip("/")


def only_vectors(what: str) -> str:
    """What can be left out of a pack."""
    if what != "vectors":
        raise BadInput(f"--without {what[:40]!r}: only vectors")
    return what


def nothing(_argument: str) -> str:
    """No word at all."""
    raise BadInput("it takes options alone")
