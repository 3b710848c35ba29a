"""Messages of JSON-RPC, told from what is none; the same over every transport.

Knows nothing of the protocol that the messages belong to.

Format: JSON-RPC 2.0 (https://www.jsonrpc.org/specification), section 5.1 for the errors.
"""

import json
from collections.abc import Callable
from typing import Any

__all__ = ["LONGEST_MESSAGE", "message_in"]

LONGEST_MESSAGE = 4 << 20
_NOT_JSON, _NO_REQUEST = -32700, -32600


def message_in(
    sent: bytes, check: Callable[[str], object]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The message, or the error that answers what is none.

    ``check`` raises ValueError for what is JSON and no message.
    """
    if len(sent) > LONGEST_MESSAGE:
        return {}, _fault(_NO_REQUEST, f"a message of more than {LONGEST_MESSAGE >> 20} MiB")
    try:
        message = json.loads(sent.decode())
    except UnicodeDecodeError:
        return {}, _fault(_NOT_JSON, "not UTF-8")
    except RecursionError:
        return {}, _fault(_NOT_JSON, "nested too deeply")
    except ValueError as error:
        return {}, _fault(_NOT_JSON, f"not JSON: {error}")
    if not isinstance(message, dict):
        what = "batches are not taken" if isinstance(message, list) else "not an object"
        return {}, _fault(_NO_REQUEST, what)
    known = message.get("id")
    is_id = isinstance(known, str | int) and not isinstance(known, bool)
    try:
        check(sent.decode())
    except ValueError as error:
        if "recursion limit" in str(error):
            return {}, _fault(_NOT_JSON, "nested too deeply")
        reason = "not a request, notification or response of JSON-RPC 2.0"
        return {}, _fault(_NO_REQUEST, reason, known if is_id else None)
    if "id" in message and not is_id:
        return {}, _fault(_NO_REQUEST, "an id is a text or a whole number")
    return message, None


def _fault(code: int, message: str, answered: str | int | None = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": answered, "error": {"code": code, "message": message}}
