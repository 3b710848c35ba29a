import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.http.security.usage import MOST_DAYS, DayOfUse, Usage


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(tmp_path)


def day(ago: int = 0) -> str:
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()


def test_what_is_counted_adds_up_before_and_after_it_is_written(usage: Usage) -> None:
    assert usage.since(30) == []
    usage.add("phone", searches=1)
    usage.flush()
    usage.add("phone", questions=1, tokens_written=7, model_seconds=1.5)
    usage.add("agent", searches=2)
    usage.add("agent", embeddings=5)
    agent = DayOfUse(day(), "agent", 2, embeddings=5)
    whole = [agent, DayOfUse(day(), "phone", 1, 1, 7, 1.5)]
    assert usage.since(1) == whole
    usage.flush()
    usage.flush()
    assert usage.since(1) == whole
    assert Usage(usage.path.parents[1]).since(1, "agent") == whole[:1]
    assert stat.S_IMODE(usage.path.stat().st_mode) == 0o600


def test_a_file_of_before_embeddings_were_counted(usage: Usage) -> None:
    usage.path.parent.mkdir()
    with sqlite3.connect(usage.path) as database:
        database.execute(
            "CREATE TABLE usage (day TEXT, name TEXT, searches INTEGER, questions INTEGER, "
            "tokens_written INTEGER, model_seconds REAL, PRIMARY KEY (day, name)) WITHOUT ROWID"
        )
        database.execute("INSERT INTO usage VALUES (?, 'phone', 3, 2, 1, 0.5)", (day(),))
    database.close()
    usage.add("phone", embeddings=2)
    usage.flush()
    assert usage.since(1) == [DayOfUse(day(), "phone", 3, 2, 1, 0.5, 2)]


def test_days_that_are_long_past_are_forgotten(usage: Usage) -> None:
    usage.add("phone", searches=1)
    usage.flush()
    with sqlite3.connect(usage.path) as database:
        for ago in (1, MOST_DAYS - 1, MOST_DAYS, 10_000):
            database.execute("INSERT INTO usage VALUES (?, 'phone', 1, 0, 0, 0, 0)", (day(ago),))
    database.close()
    usage.add("phone", searches=1)
    usage.flush()
    assert [one.day for one in usage.since(10**5)] == [day(), day(1), day(MOST_DAYS - 1)]
    assert [one.day for one in usage.since(2)] == [day(), day(1)]


def test_what_cannot_be_written_is_kept_and_told_once(
    usage: Usage, caplog: pytest.LogCaptureFixture
) -> None:
    usage.path.parent.mkdir()
    usage.path.write_text("no database, but rather more than a hundred bytes of text " * 3)
    usage.add("phone", searches=1)
    usage.flush()
    usage.add("phone", searches=1)
    usage.flush()
    assert len(caplog.records) == 1
    with pytest.raises(BadInput, match=r"usage\.db: .*; move it away"):
        usage.since(30)
    usage.path.unlink()
    usage.flush()
    assert usage.since(30) == [DayOfUse(day(), "phone", 2)]


def test_two_services_of_one_directory_count_together(usage: Usage) -> None:
    both = [usage, Usage(usage.path.parents[1])]

    def counting(one: Usage) -> None:
        for _ in range(20):
            one.add("phone", searches=1)
            one.flush()

    threads = [threading.Thread(target=counting, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in both:
        one.flush()
    assert usage.since(1) == [DayOfUse(day(), "phone", 40)]
