"""What stands before the whole application: names, web pages of others, tokens, long bodies.

Every request passes here, whatever it is for and whatever becomes of it, and every response leaves
with the same headers. Knows nothing of what the service does.
"""

import logging
import re
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinakes.service.errors import BadInput
from pinakes.service.http.interface_languages import LANGUAGE_CHOICE
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.openai_errors import error_body
from pinakes.service.http.problem_responses import ProblemView
from pinakes.service.http.security.caller import Caller, Peers, network_of
from pinakes.service.http.security.hosts import OwnNames, host_of, same_origin
from pinakes.service.http.security.rates import Rates
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.templating import error_page, wants_page
from pinakes.service.settings import ServeSettings
from pinakes.service.shutdown import Shutdown

__all__ = [
    "ENTRY",
    "RESPONSE_HEADERS",
    "Guard",
    "Refused",
    "cookie_name",
    "is_no_pages_doing",
    "is_own_navigation",
]

_log = logging.getLogger(__name__)
# Where a browser gives its token. Without one: that page, what it needs (its language, too), and
# whether we are up.
ENTRY = "/enter"
_OPEN = (ENTRY, LANGUAGE_CHOICE, "/healthz")
_STATIC = "/static/"
_BEARER = "Bearer"
# A collection's page, its search, or an article's; search and articles also without its name.
_PAGE = re.compile(r"/c/[^/]+(/((page|backlinks)/.*|search|random)?)?$|/page/|/search$")
_LONGEST_BODY = 64 * 1024
_CHAT = "/v1/"
_TOOLS = "/mcp"
_LONGEST_CHAT = 1024 * 1024  # clients of OpenAI's API send the whole conversation each time

# Everything a page needs comes from this service; nothing it shows can load or run anything else,
# and no page of others can load, frame or open it to look inside. Never a header that lets others
# read (CORS).
RESPONSE_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Refused(Exception):
    """The request goes no further; ``challenge``: how somebody unknown can say who it is.

    ``retry_after_s``: when to ask again.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        challenge: str = _BEARER,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.challenge = challenge
        self.retry_after_s = retry_after_s


class Guard:
    """Lets through who asks this service by its own name, from its own pages or from none.

    With ``exposed``, or as soon as there is a token, only who has one.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServeSettings,
        tokens: Tokens,
        shutdown: Shutdown,
    ) -> None:
        """Raises BadInput for settings that name no hosts or no proxies."""
        self._app = app
        self._names = OwnNames(settings.host, settings.allowed_hosts)
        self._peers = Peers(settings.trusted_proxies)
        self._exposed = settings.exposed
        self._tokens = tokens
        self._rates = Rates()
        self._shutdown = shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request; those that wait for the client are told when the service ends."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        try:
            _check_form(scope, headers)
            self._check_name_and_origin(scope, headers)
            address, scope["scheme"] = self._peers.origin(scope, headers)
            scope["client"] = (address, 0)
            scope.setdefault("state", {})["caller"] = self.caller(scope, headers, address)
        except Refused as refused:
            await _refusal(scope, headers, refused)(scope, receive, _with_headers(send))
            return
        await self._app(scope, self._reading(scope, receive), _with_headers(send))

    def _check_name_and_origin(self, scope: Scope, headers: Headers) -> None:
        asked = headers.getlist("host")
        host = host_of(asked[0]) if len(asked) == 1 else None
        local = scope["server"][0] if scope.get("server") else None
        if host is None or not self._names.include(host[0], local):
            name = repr(", ".join(asked)[:80]) if asked else "no name"
            raise Refused(
                421,
                f"asked by {name}, which is not this service's; its owner can add it to "
                "serve.allowed_hosts",
            )
        for origin in headers.getlist("origin"):
            if not same_origin(origin, host):
                raise Refused(403, f"refused to a web page of another origin, {origin[:80]!r}")
        site = headers.get("sec-fetch-site", "none")
        if site not in ("none", "same-origin") and not _is_link(scope, headers):
            raise Refused(403, "refused to a web page of another site; it may link here, no more")

    def caller(self, scope: Scope, headers: Headers, address: str) -> Caller:
        """Who asks, who may. Raises Refused; another door has another answer."""
        if scope["path"] in _OPEN or scope["path"].startswith(_STATIC):
            return Caller(network_of(address), "read")
        try:
            needed = self._exposed or bool(self._tokens.all())
            if not needed:
                return Caller(network_of(address))
            secret = _secret(scope, headers)
            token = self._tokens.find(secret) if secret else None
            if token is None and secret:
                raise Refused(401, self._tokens.why_not(secret))
        except BadInput as error:
            _log.error("%s", error)  # which names a file: nothing for whoever has no token
            raise Refused(503, "the tokens cannot be read; the log has the details") from None
        if token is None:
            raise Refused(
                401,
                "this needs a token, as Authorization: Bearer …; its owner makes one with: "
                "pinakes tokens create NAME",
            )
        wait_s = self._rates.wait_s(token.name, token.may.rate)
        if wait_s is not None and token.may.rate is not None:
            raise Refused(
                429,
                f"the token {token.name} may send {token.may.rate.in_words}; "
                f"ask again in {wait_s} s",
                retry_after_s=wait_s,
            )
        return Caller(token.name, token.scope, token.may.collections)

    def _reading(self, scope: Scope, receive: Receive) -> Receive:
        """What the application reads by: not more than may be, and not beyond the shutdown."""
        most = _LONGEST_CHAT if scope["path"].startswith(_CHAT) else _LONGEST_BODY
        size = 0

        async def read() -> Message:
            nonlocal size
            async with self._shutdown.interrupting():
                message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413, f"the body has more than {most:,} bytes")
            return message

        return read


def cookie_name(scheme: str) -> str:
    """The cookie with the token; under TLS browsers see to it that nobody else has set it."""
    return "__Host-pinakes" if scheme == "https" else "pinakes"


def is_own_navigation(request: Request) -> bool:
    """Whether the user came by the address bar or one of our pages, not by a link of others.

    Browsers tell over TLS and on this machine; elsewhere the cookie does, which they send to
    nobody who comes from another site.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:
        return cookie_name(request.url.scheme) in request.cookies
    return site in ("none", "same-origin")


def is_no_pages_doing(request: Request) -> bool:
    """Whether surely no web page has made the browser send this, as an image or a form does.

    What a page makes a browser send has no ``Authorization``, and the browser's name, which always
    has ``Mozilla/`` in it. What is said to come from the address bar or from our own pages does;
    browsers say so over TLS and on this machine.
    """
    headers = request.headers
    if headers.get("authorization") or headers.get("sec-fetch-site") in ("none", "same-origin"):
        return True
    is_browser = "mozilla/" in headers.get("user-agent", "").lower()
    return not (is_browser or "referer" in headers or "cookie" in headers)


def _check_form(scope: Scope, headers: Headers) -> None:
    """Refuse what a proxy before us may have read as something else (RFC 9112, 3.2 and 6.3)."""
    if not scope["path"].startswith("/"):
        raise Refused(400, "the target of a request is a path, as in GET /healthz")
    if "content-length" in headers and "transfer-encoding" in headers:
        raise Refused(400, "a body has a Content-Length or a Transfer-Encoding, not both")


def _is_page(path: str) -> bool:
    return path in ("/", ENTRY) or _PAGE.match(path) is not None


def _is_link(scope: Scope, headers: Headers) -> bool:
    """Whether the user follows a link to one of our pages, in a window of its own."""
    return (
        scope["method"] == "GET"
        and _is_page(scope["path"])
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _secret(scope: Scope, headers: Headers) -> str:
    """The token as it was sent: in the header, else in the cookie."""
    kind, _, sent = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return sent.strip()
    cookies = cookie_parser("; ".join(headers.getlist("cookie")))
    return cookies.get(cookie_name(scope["scheme"]), "")


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            sent = message.setdefault("headers", [])
            names = {name.lower() for name, _ in sent}
            message["headers"] = [
                *sent, *(header for header in _ENCODED_HEADERS if header[0] not in names)
            ]  # fmt: skip
        await send(message)

    return sending


_ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in RESPONSE_HEADERS.items()]


def _rpc_error(message: str) -> dict[str, Any]:
    """An error of JSON-RPC to no call in particular, as MCP has it where a request is not taken."""
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": message}}


def _refusal(scope: Scope, headers: Headers, refused: Refused) -> Response:
    path = scope["path"]
    told = {
        401: {"www-authenticate": refused.challenge},
        400: {"connection": "close"},
        429: {"retry-after": str(refused.retry_after_s)},
    }.get(refused.status)
    if (
        refused.status == 401
        and refused.challenge == _BEARER
        and scope["method"] == "GET"
        and _is_page(path)
        and "text/html" in headers.get("accept", "")
    ):
        query = scope["query_string"].decode("latin-1")
        target = quote(path) + (f"?{query}" if query else "")
        return RedirectResponse(f"{ENTRY}?to={quote(target, safe='')}", 303)
    problem = ProblemView(
        title=HTTPStatus(refused.status).phrase, status=refused.status, detail=str(refused)
    )
    if path.startswith(_CHAT):
        return PlainJSONResponse(error_body(problem), refused.status, told)
    if refused.status == 429 and path == _TOOLS:
        return PlainJSONResponse(_rpc_error(str(refused)), refused.status, told)
    if refused.status == 429 and scope["method"] == "GET" and wants_page(Request(scope)):
        scope.setdefault("state", {})["caller"] = Caller("", "read", ())  # for whom nothing is here
        return error_page(Request(scope), problem.title, problem.detail, refused.status, told)
    return PlainJSONResponse(
        problem.model_dump(), refused.status, told, media_type="application/problem+json"
    )
