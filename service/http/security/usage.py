"""How much each token has used of the service, by day: numbers, and never what was asked.

Kept in a small SQLite file beside the tokens, for so many days. Counts are held in memory until
``flush``: a service that is killed loses the last few seconds of them. Knows nothing of HTTP.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pinakes.service.errors import BadInput

__all__ = ["MOST_DAYS", "DayOfUse", "Usage"]

MOST_DAYS = 400
# SQLite writes beside its file: where the data can only be read, this directory can be written.
_FILE = ".usage/usage.db"  # no name of a collection begins with a dot
_PATIENCE_S = 5.0
_TABLE = """CREATE TABLE IF NOT EXISTS usage (
    day TEXT NOT NULL, name TEXT NOT NULL,
    searches INTEGER NOT NULL, questions INTEGER NOT NULL,
    tokens_written INTEGER NOT NULL, model_seconds REAL NOT NULL,
    embeddings INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, name)) WITHOUT ROWID"""
# Files of before that was counted lack it.
_ADD_EMBEDDINGS = "ALTER TABLE usage ADD COLUMN embeddings INTEGER NOT NULL DEFAULT 0"
_ADD = """INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, name) DO UPDATE SET
    searches = searches + excluded.searches, questions = questions + excluded.questions,
    tokens_written = tokens_written + excluded.tokens_written,
    model_seconds = model_seconds + excluded.model_seconds,
    embeddings = embeddings + excluded.embeddings"""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class DayOfUse:
    """What the token ``name`` used on a day (YYYY-MM-DD, UTC).

    ``tokens_written``: by the model. ``model_seconds``: that it had a turn at the model.
    ``embeddings``: texts of which it was given vectors.
    """

    day: str
    name: str
    searches: int = 0
    questions: int = 0
    tokens_written: int = 0
    model_seconds: float = 0.0
    embeddings: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it is told."""
        return asdict(self) | {"model_seconds": round(self.model_seconds, 3)}


class Usage:
    """The use of a data directory's tokens. Safe from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self.path = data / _FILE
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], DayOfUse] = {}
        self._has_failed = False

    def add(
        self,
        name: str,
        *,
        searches: int = 0,
        questions: int = 0,
        tokens_written: int = 0,
        model_seconds: float = 0.0,
        embeddings: int = 0,
    ) -> None:
        """Count for the token ``name``, today."""
        day = datetime.now(UTC).date().isoformat()
        used = DayOfUse(day, name, searches, questions, tokens_written, model_seconds, embeddings)
        with self._lock:
            _add(self._counted, used)

    def flush(self) -> None:
        """Write down what was counted; where that cannot be, it is kept, and the log told once."""
        with self._lock:
            counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            with self._opened() as database:
                database.executemany(_ADD, [astuple(one) for one in counted.values()])
                database.execute("DELETE FROM usage WHERE day < ?", (_first_day(MOST_DAYS),))
            self._has_failed = False
        except (sqlite3.Error, OSError) as error:
            if not self._has_failed:
                _log.warning("%s: what tokens use is not written down: %s", self.path, error)
            self._has_failed = True
            with self._lock:
                for one in counted.values():
                    _add(self._counted, one)

    def forget(self, name: str) -> None:
        """Drop what is written down of ``name``: another token is to be called so.

        Raises BadInput as ``since`` does.
        """
        if not self.path.exists():
            return
        with self._readable() as database:
            database.execute("DELETE FROM usage WHERE name = ?", (name,))

    def since(self, days: int, name: str | None = None) -> list[DayOfUse]:
        """Days of use of the last ``days``, today among them; latest first, then by name.

        Raises BadInput where the file is damaged or cannot be read.
        """
        found: dict[tuple[str, str], DayOfUse] = {}
        first = _first_day(days)
        if self.path.exists():
            with self._readable() as database:
                rows = database.execute(
                    "SELECT * FROM usage WHERE day >= ? AND name = coalesce(?, name)",
                    (first, name),
                )
                found = {row[:2]: DayOfUse(*row) for row in rows}
        with self._lock:
            counted = list(self._counted.values())
        for one in counted:
            if one.day >= first and name in (None, one.name):
                _add(found, one)
        return sorted(sorted(found.values(), key=lambda one: one.name), key=_day, reverse=True)

    @contextmanager
    def _readable(self) -> Iterator[sqlite3.Connection]:
        """As ``_opened``. Raises BadInput where the file is damaged or cannot be read."""
        try:
            with self._opened() as database:
                yield database
        except (sqlite3.Error, OSError) as error:
            raise BadInput(
                f"{self.path}: {error}; move it away, and counting begins anew"
            ) from None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file in a transaction; only its owner can read it."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600))
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE_S)) as database, database:
            database.execute(_TABLE)
            columns = database.execute("SELECT name FROM pragma_table_info('usage')")
            if ("embeddings",) not in columns.fetchall():
                database.execute(_ADD_EMBEDDINGS)
            yield database


def _day(one: DayOfUse) -> str:
    return one.day


def _first_day(days: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=days - 1)).isoformat()


def _add(days: dict[tuple[str, str], DayOfUse], used: DayOfUse) -> None:
    day = days.setdefault((used.day, used.name), DayOfUse(used.day, used.name))
    day.searches += used.searches
    day.questions += used.questions
    day.tokens_written += used.tokens_written
    day.model_seconds += used.model_seconds
    day.embeddings += used.embeddings
