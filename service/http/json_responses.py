"""JSON over HTTP: no text in it holds what belongs into no text. Knows nothing of what it says."""

from typing import Any

from fastapi.responses import JSONResponse

from pinakes.service.plain_text import visible_json

__all__ = ["PlainJSONResponse"]


class PlainJSONResponse(JSONResponse):
    """A response of JSON whose texts are ``visible``, with as many code points as before."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return super().render(visible_json(content))
