"""In which form a thing is given: JSON, or text or Markdown to be read as it is, within a budget.

``format=`` says so, else ``Accept`` (RFC 9110, 12.5.1): JSON where neither names another. Knows
nothing of what is given.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from pinakes.service.errors import BadInput
from pinakes.service.plain_text import visible

__all__ = ["ALSO_AS_TEXT", "VARIES", "AskedForm", "Form", "Format", "accepted"]

Format = Literal["json", "text", "markdown"]
_TYPES: dict[Format, str] = {
    "json": "application/json",
    "text": "text/plain",
    "markdown": "text/markdown",
}
VARIES = {"Vary": "Accept"}
# What a route says of its answers, beside JSON.
ALSO_AS_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            _TYPES["text"]: {"schema": {"type": "string"}},
            _TYPES["markdown"]: {"schema": {"type": "string"}},
        },
        "description": "JSON, or what is in it as text",
    }
}


@dataclass(frozen=True, slots=True)
class Form:
    """What was asked for: the format, and how many characters of text; None: as settings say."""

    format: Format
    budget: int | None = None

    def response(self, text: str) -> Response:
        """``text`` in this form."""
        return Response(visible(text), media_type=_TYPES[self.format], headers=VARIES)


def accepted(header: str) -> dict[str, float]:
    """The weight of each media range in an ``Accept``; ranges that cannot be read are left out."""
    weights: dict[str, float] = {}
    for one in header.casefold().split(","):
        kind, *parameters = (part.strip() for part in one.split(";"))
        told = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            weights.setdefault(kind, float(told))
        except ValueError:
            continue
    return weights


def _asked(
    request: Request,
    response: Response,
    format: Annotated[
        Format | None,
        Query(description="json, or text or markdown, to be read as it is; else as Accept says."),
    ] = None,
    budget: Annotated[
        int | None,
        Query(ge=500, le=50_000, description="Characters, at most, of text and Markdown."),
    ] = None,
) -> Form:
    response.headers.update(VARIES)
    chosen = format or _preferred(accepted(request.headers.get("accept", "")))
    if chosen == "json" and budget is not None:
        raise BadInput("budget is for text: add format=text or format=markdown")
    return Form(chosen, budget)


AskedForm = Annotated[Form, Depends(_asked)]


def _preferred(weights: dict[str, float]) -> Format:
    """The format that is weighed most; of equals the first in the order of ``Format``."""

    def weight(kind: str) -> float:
        ranges = (kind, f"{kind.partition('/')[0]}/*", "*/*")
        return next((weights[one] for one in ranges if one in weights), 0.0)

    return max(_TYPES, key=lambda name: weight(_TYPES[name]))
