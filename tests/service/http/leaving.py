"""A client that leaves in the middle: at an event, not after a time."""

import http.client
import json
from collections.abc import Mapping
from threading import Event
from typing import Any

from tests.yardstick import PATIENCE_S

__all__ = ["leave_at"]


def leave_at(
    event: Event, address: str, body: Any, headers: Mapping[str, str] | None = None
) -> None:
    """Post ``body``, and close the connection once ``event`` is set, with no answer read."""
    host, _, path = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    try:
        connection.request(
            "POST",
            f"/{path}",
            json.dumps(body),
            {"Content-Type": "application/json", **(headers or {})},
        )
        assert event.wait(PATIENCE_S), "it never happened"
    finally:
        connection.close()
