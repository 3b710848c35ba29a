import json
from datetime import UTC, datetime, timedelta

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.http.security.allowance import (
    Allowance,
    Rate,
    read_collections,
    read_expiry,
    read_places,
    read_rate,
)
from pinakes.service.http.security.rates import Rates


def test_what_is_written_is_what_is_read() -> None:
    assert read_collections("enwiki, lawiki,enwiki") == ("enwiki", "lawiki")
    assert read_rate("60/min") == Rate("60/min", 60, 60)
    assert [rate and rate.seconds for rate in map(read_rate, ("1/s", "1/h", "1/day"))] == [
        1, 3600, 86_400,
    ]  # fmt: skip
    assert read_places("2") == 2
    assert read_expiry("2027-01-31") == "2027-01-31T23:59:59+00:00"
    assert read_expiry("2027-01-31T18:00+02:00") == "2027-01-31T16:00:00+00:00"
    soon = datetime.fromisoformat(read_expiry("30d") or "")
    assert timedelta(days=29) < soon - datetime.now(UTC) <= timedelta(days=30)
    assert read_collections("all") is read_rate("any") is None
    assert read_places("any") is read_expiry("never") is None


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_collections, ""),
        (read_collections, "a,,b"),
        (read_collections, "../etc"),
        (read_rate, "60"),
        (read_rate, "0/min"),
        (read_rate, "1/week"),
        (read_rate, "99999/s"),
        (read_rate, "60/min\n"),
        (read_places, "0"),
        (read_places, "-1"),
        (read_places, "two"),
        (read_places, "\u0663"),
        (read_expiry, "tomorrow"),
        (read_expiry, "2027-02-30"),
        (read_expiry, "0d"),
        (read_expiry, "9999-12-31T23:59-12:00"),
        (read_expiry, ""),
    ],
)
def test_what_does_not_fit(read: "object", text: str) -> None:
    with pytest.raises(BadInput, match="write "):
        read(text)  # type: ignore[operator]


@pytest.mark.parametrize(
    "may",
    [
        Allowance(),
        Allowance("read", ("all",), read_rate("5/s"), 3, "2027-01-31T23:59:59+00:00"),
    ],
)
def test_what_is_kept_comes_back(may: Allowance) -> None:
    assert Allowance.from_json(json.loads(json.dumps(may.as_json()))) == may


@pytest.mark.parametrize(
    "kept",
    [
        {"scope": "ask", "collections": []},  # nothing is not everything
        {"scope": "ask", "collections": [1]},
        {"scope": "ask", "rate": "60"},
        {"scope": "ask", "places": 0},
        {"scope": "ask", "expires": "soon"},
        {"scope": "ask", "more": 1},
        {},
    ],
)
def test_what_was_not_written_here_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Allowance.from_json(kept)


def test_it_expires_in_its_moment() -> None:
    past, future = ((datetime.now(UTC) + timedelta(seconds=s)).isoformat() for s in (-1, 60))
    assert Allowance(expires=past).has_expired()
    assert not Allowance(expires=future).has_expired()
    assert not Allowance().has_expired()


def test_no_stretch_of_time_holds_more_than_the_rate() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    rate = read_rate("3/min")
    passed: list[float] = []
    for second in range(300):
        now[0] = float(second)
        if rates.wait_s("a", rate) is None:
            passed.append(now[0])
    assert passed[:7] == [0, 1, 2, 60, 61, 62, 120]
    now[0] = 400.0
    assert [rates.wait_s("a", rate) for _ in range(4)] == [None, None, None, 60]
    now[0] = 420.0
    assert rates.wait_s("a", rate) == 40  # until the first of the three is a minute ago
    assert rates.wait_s("b", rate) is None  # everybody for themselves
    assert rates.wait_s("a", read_rate("9/min")) is None  # set anew, in the middle of it
    assert rates.wait_s("a", None) is None


def test_a_rate_in_words() -> None:
    said = [
        rate.in_words for text in ("1/s", "60/min", "1000/h", "5/day") if (rate := read_rate(text))
    ]
    assert said == [
        "1 request a second",
        "60 requests a minute",
        "1,000 requests an hour",
        "5 requests a day",
    ]
