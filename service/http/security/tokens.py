"""Tokens: who has one may reach the service. Made, changed, listed, revoked, and told apart.

What each may is in ``allowance``. Kept in one file in the data directory that only its owner can
read; of a token itself it holds no more than the SHA-256, which is enough for 256 bits of chance.
Knows nothing of HTTP.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.security.allowance import Allowance
from pinakes.service.http.security.caller import Scope
from pinakes.service.http.security.usage import Usage

__all__ = ["Token", "Tokens"]

_FILE = ".tokens.json"  # no name of a collection begins with a dot
_PREFIX = "pinakes_"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)  # no address looks like it


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: ``sha256`` of it (hexadecimal), and when it was made (UTC)."""

    name: str
    created: str
    sha256: str
    may: Allowance

    @property
    def scope(self) -> Scope:
        """How far it may go."""
        return self.may.scope


class Tokens:
    """The tokens of a data directory, read anew whenever their file has changed."""

    def __init__(self, data: Path) -> None:
        self.path = data / _FILE
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[Token, ...] = ()

    def all(self) -> Sequence[Token]:
        """Every token there is, in the order of their making.

        Raises BadInput where the file is damaged or cannot be read.
        """
        try:
            status = self.path.stat()
            seen = (status.st_ino, status.st_mtime_ns, status.st_size)
            if seen != self._seen:
                if not stat.S_ISREG(status.st_mode):
                    raise ValueError("a FIFO would be waited for")
                self._tokens = _parsed(self.path.read_text(encoding="utf-8"))
                self._seen = seen
        except FileNotFoundError:
            self._seen, self._tokens = None, ()
        except (ValueError, TypeError, KeyError, RecursionError):
            raise BadInput(
                f"{self.path} is damaged; remove it and make new tokens with: pinakes tokens create"
            ) from None
        except OSError as error:
            raise BadInput(
                f"{self.path}: {error.strerror}; it is read by the user who made the tokens"
            ) from None
        return self._tokens

    def find(self, secret: str) -> Token | None:
        """The token that ``secret`` is, unless it has expired."""
        token = self._known(secret)
        return None if token is None or token.may.has_expired() else token

    def expired(self, secret: str) -> str | None:
        """Since when the token that ``secret`` is has expired; None where it is none, or has not.

        To be told to whoever has the token.
        """
        token = self._known(secret)
        return token.may.expires if token is not None and token.may.has_expired() else None

    def why_not(self, secret: str) -> str:
        """Why ``find`` finds none."""
        token = self._known(secret)
        if token is None:
            return "this token is not known here; pinakes tokens list tells which there are"
        return (
            f"the token {token.name} expired at {token.may.expires}; its owner can prolong it with "
            f"pinakes tokens set {token.name} --expires"
        )

    def named(self, name: str) -> Token | None:
        """The token of this name."""
        return next((token for token in self.all() if token.name == name), None)

    def places_of(self, name: str) -> int | None:
        """The places in the line that the token of this name may have; None: any."""
        token = self.named(name)
        return None if token is None else token.may.places

    def _known(self, secret: str) -> Token | None:
        """The token that ``secret`` is; it takes as long whichever it is, and where it is none."""
        digest = _digest(secret)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def create(self, name: str, scope: Scope = "ask", **limits: Any) -> str:
        """Make a token and return it: nothing else will ever tell it.

        Nothing has been used of it yet, whoever had one of this name before. ``limits``: other
        fields of ``Allowance``. Raises BadInput for a name that is taken or no name.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(
                f"{name[:80]!r} is no name for a token: a letter, then letters, digits, dots, "
                "hyphens and underscores, 64 at most"
            )
        secret = _PREFIX + secrets.token_urlsafe(32)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._changing() as tokens:
            if any(token.name == name for token in tokens):
                raise BadInput(
                    f"there is a token {name} already; revoke it with: pinakes tokens revoke {name}"
                )
            Usage(self.path.parent).forget(name)
            tokens.append(Token(name, created, _digest(secret), Allowance(scope, **limits)))
        return secret

    def change(self, name: str, **changed: Any) -> Token:
        """Give a token these fields of ``Allowance`` anew. Raises NotFound where there is none."""
        with self._changing() as tokens:
            place = _place(tokens, name)
            tokens[place] = replace(tokens[place], may=replace(tokens[place].may, **changed))
            return tokens[place]

    def revoke(self, name: str) -> None:
        """Forget a token; from now on it opens nothing. Raises NotFound where there is none."""
        with self._changing() as tokens:
            del tokens[_place(tokens, name)]

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """The tokens, to be changed by one process at a time; written whole or not at all."""
        directory = self.path.parent
        try:
            directory.mkdir(parents=True, exist_ok=True)
            handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                tokens = list(self.all())
                yield tokens
                _write(self.path, tokens)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise BadInput(f"{directory}: {error.strerror}; tokens cannot be kept there") from None


def _place(tokens: Sequence[Token], name: str) -> int:
    names = [token.name for token in tokens]
    if name not in names:
        raise NotFound(f"no token {name[:80]!r}; there are: {', '.join(names) or 'none'}")
    return names.index(name)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _parsed(text: str) -> tuple[Token, ...]:
    """Raises ValueError, TypeError or KeyError where ``text`` is not what was written."""
    return tuple(_token(**entry) for entry in json.loads(text)["tokens"])


def _token(name: str, created: str, sha256: str, **may: Any) -> Token:
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError(name)
    return Token(name, created, sha256, Allowance.from_json(may))


def _json(token: Token) -> dict[str, Any]:
    """As it is kept; what is not limited is left out."""
    kept = {"name": token.name, "created": token.created, "sha256": token.sha256}
    return kept | token.may.as_json()


def _write(path: Path, tokens: Sequence[Token]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"tokens": [_json(token) for token in tokens]}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
