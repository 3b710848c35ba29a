"""The page where a browser gives its token once, and the cookie that keeps it."""

import logging
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from pinakes.service.errors import BadInput
from pinakes.service.http.interface_languages import own_path
from pinakes.service.http.security.guard import ENTRY, cookie_name
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.templating import page_response

__all__ = ["add_entry"]

_log = logging.getLogger(__name__)
_KEPT_S = 90 * 24 * 3600
# Without a referrer browsers would not say either that the form comes from here (Origin: null).
_HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def add_entry(app: FastAPI, tokens: Tokens) -> None:
    """Show the form, and take what it sends."""

    def page(request: Request, to: str, status: int = 200, **more: Any) -> Response:
        known = {"to": to, "entry": ENTRY, **more}
        return page_response(request, "enter.html", known, status, _HEADERS)

    @app.get(ENTRY, response_class=HTMLResponse, include_in_schema=False)
    def ask_for_token(request: Request, to: Annotated[str, Query()] = "/") -> Response:
        """Type the token; ``to`` is where it leads."""
        return page(request, own_path(to))

    @app.post(ENTRY, response_class=HTMLResponse, include_in_schema=False)
    async def take_token(request: Request) -> Response:
        """Keep the token as a cookie that no script reads and no page of others sends."""
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        secret = sent.get("token", [""])[0].strip()
        to = own_path(sent.get("to", ["/"])[0])
        try:
            known = tokens.find(secret)
        except BadInput as error:
            _log.error("%s", error)
            raise HTTPException(503, "the tokens cannot be read; the log has the details") from None
        if known is None:
            return page(request, to, 401, wrong=True, expired=tokens.expired(secret))
        answer = RedirectResponse(to, 303, _HEADERS)
        scheme = request.url.scheme
        answer.set_cookie(
            cookie_name(scheme),
            secret,
            max_age=_KEPT_S,
            httponly=True,
            samesite="strict",
            secure=scheme == "https",
        )
        return answer
