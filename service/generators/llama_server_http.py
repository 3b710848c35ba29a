"""HTTP with one model server: its address, its patience, its event streams, its error bodies.

Knows nothing of chats or models.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from pinakes.service.errors import BadInput, GeneratorFailed, GeneratorUnavailable
from pinakes.service.plain_text import one_line

__all__ = ["LlamaServerHttp", "field", "read_events"]

_CONNECT_S = 10.0
# So long a server may take to come back, or a proxy before it to find the model: a longer wait is
# for what says that it is loading (503).
_BACK_S = 30.0
_NOT_YET = (429, 502, 503)
_LONGEST_BODY = 16 << 20
_LONGEST_ERROR = 1 << 16
_LONGEST_LINE = 1 << 20
_LONGEST_REASON = 300

_Value = TypeVar("_Value")


class LlamaServerHttp:
    """The connections to one server; nothing is sent anywhere else.

    ``address`` is ``http://…``, ``https://…`` or ``unix:/path``; a trailing ``/v1`` is dropped.
    Raises BadInput for anything else.
    """

    def __init__(
        self, address: str, api_key: str | None, timeout_s: float, *, may_restart: bool = True
    ) -> None:
        """Open nothing yet; ``timeout_s`` is the longest silence of the server.

        ``may_restart``: one that has answered and is gone may come back, so it is waited for.
        """
        self.address = address
        self._may_restart = may_restart
        self._has_answered = False
        self._waiting = 0
        self._timeout_s = timeout_s
        if address.startswith("unix:/"):
            socket, base = "/" + address.removeprefix("unix:").lstrip("/"), "http://localhost"
        elif _is_http(address):
            socket, base = None, address.rstrip("/").removesuffix("/v1")
        else:
            raise BadInput(
                f"generator address {address!r}: set PINAKES_GENERATOR__URL to http://host:port "
                "or unix:/path/of/socket"
            )
        # Reading the certificates of all authorities takes tens of milliseconds; none is trusted
        # where none is met.
        trusted = httpx.URL(base).scheme == "https" or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.AsyncClient(
            base_url=base,
            verify=trusted,
            transport=httpx.AsyncHTTPTransport(uds=socket, verify=trusted) if socket else None,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s), pool=None),
            trust_env=False,  # a proxy variable must not carry questions elsewhere
        )

    @property
    def is_waiting(self) -> bool:
        """Whether some request waits for the server to be ready."""
        return self._waiting > 0

    @asynccontextmanager
    async def open(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """A response whose body is still to be read; leaving the block closes the connection.

        Waits for a server that is loading its model (503), as long as a silence may last; for a
        while, for one that is starting again, or for a proxy that swaps models (429, 502). Raises
        GeneratorUnavailable when nothing usable answers, GeneratorFailed when the answer stops.
        """
        # Not httpx's json=: it cannot encode lone surrogates, which a question may contain.
        content = json.dumps(body).encode("ascii") if body is not None else None
        headers = {"Content-Type": "application/json"} if body is not None else None
        clock = asyncio.get_running_loop().time
        began, pause = clock(), 0.1
        is_first = True
        while True:
            request = self._client.build_request(
                method, path, content=content, headers=headers, params=query
            )
            patience_s = min(self._timeout_s, _BACK_S)
            may_come_back = clock() + pause < began + patience_s
            response = await self._send(request, may_come_back, is_first)
            if response is not None:
                try:
                    if response.status_code not in _NOT_YET:
                        yield response
                        return
                    reason = await self.error_text(response)
                except httpx.TimeoutException:
                    raise self.silent() from None
                except (httpx.TransportError, httpx.DecodingError) as error:
                    raise GeneratorFailed(
                        f"the server at {self.address} broke off: {_words(str(error))}"
                    ) from None
                finally:
                    await response.aclose()
                if response.status_code == 503:
                    patience_s = self._timeout_s
                if clock() + pause > began + patience_s:
                    raise GeneratorUnavailable(
                        f"the server at {self.address} is not ready ({reason}) "
                        f"after {patience_s:g} s"
                    )
            is_first = False
            await self._pause(pause)
            pause = min(2.0, pause * 2)

    async def _send(
        self, request: httpx.Request, may_come_back: bool, is_first: bool
    ) -> httpx.Response | None:
        """The response; None where a server that has answered before is gone for the moment.

        Raises GeneratorUnavailable.
        """
        try:
            async with asyncio.timeout(self._timeout_s):  # its own begins anew with every byte
                response = await self._client.send(request, stream=True)
        except (httpx.TimeoutException, TimeoutError):
            raise GeneratorUnavailable(
                f"the server at {self.address} did not answer within {self._timeout_s:g} s; "
                "see that it is well, or raise PINAKES_GENERATOR__TIMEOUT_S"
            ) from None
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            # What takes a request and dies of it would die of it again: it is asked once more.
            may_come_back = may_come_back and (is_first or isinstance(error, httpx.ConnectError))
            if self._may_restart and self._has_answered and may_come_back:
                return None
            self._has_answered = False
            raise GeneratorUnavailable(
                f"no server answers at {self.address} ({_words(str(error))}); "
                "start it, or set PINAKES_GENERATOR__URL"
            ) from None
        self._has_answered = True
        return response

    async def _pause(self, seconds: float) -> None:
        self._waiting += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting -= 1

    async def read_json(self, response: httpx.Response) -> Any:
        """The body as JSON, or None where it is not JSON."""
        try:
            return _parsed(await self._read(response, _LONGEST_BODY))
        except ValueError:
            return None

    async def error_text(self, response: httpx.Response) -> str:
        """One short line saying why a request was refused."""
        status = f"HTTP {response.status_code}"
        body = await self._read(response, _LONGEST_ERROR)
        try:
            reason = _reason(_parsed(body))
        except ValueError:
            reason = _words(body.decode("utf-8", "replace"))
        return f"{status}: {reason}" if reason else status

    async def _read(self, response: httpx.Response, longest: int) -> bytes:
        """The body, which must come to its end: one that trickles is never silent."""
        body = b""
        try:
            async with asyncio.timeout(self._timeout_s):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > longest:
                        break
        except TimeoutError:
            raise GeneratorFailed(
                f"a reply of the server at {self.address} did not end within {self._timeout_s:g} s"
            ) from None
        return body[:longest]

    def silent(self) -> GeneratorFailed:
        """The error for an answer that started and then stood still."""
        return GeneratorFailed(
            f"the model at {self.address} was silent for {self._timeout_s:g} s; "
            "raise PINAKES_GENERATOR__TIMEOUT_S if it is only slow"
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()


async def read_events(response: httpx.Response, address: str) -> AsyncGenerator[Any, None]:
    """JSON events of a stream of server-sent events, up to ``[DONE]``.

    Raises GeneratorFailed for anything else: other contents, an error sent as an event, a stream
    that ends without ``[DONE]``.
    Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "text/event-stream":
        raise GeneratorFailed(
            f"{address} answers {_words(kind) or 'nothing'} where a stream of events was expected; "
            "is it an OpenAI-compatible server?"
        )
    async for line in _lines(response, address):
        name, _, data = line.partition(b":")
        if name not in (b"data", b"error"):  # comments keep the connection alive
            continue
        if data.strip() == b"[DONE]":
            return
        try:
            event = _parsed(data)
        except ValueError:
            raise GeneratorFailed(f"{address} sends events that are not JSON") from None
        if name == b"error" or field(event, "error", object) is not None:
            raise GeneratorFailed(f"the model at {address} failed: {_reason(event)}")
        yield event
    raise GeneratorFailed(f"the server at {address} broke off its answer")


def field(value: Any, name: str, kind: type[_Value]) -> _Value | None:
    """A member of a JSON object, where ``value`` is one and the member is of that type."""
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, kind) else None


def _parsed(body: bytes) -> Any:
    """Any JSON value. Raises ValueError for anything else, and for what is nested too deep."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None


async def _lines(response: httpx.Response, address: str) -> AsyncIterator[bytes]:
    """Lines of a body. httpx's own also end at U+2028 and the like, which JSON may contain."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise GeneratorFailed(f"{address} sends a line of more than {_LONGEST_LINE} bytes")
        for line in lines:
            yield line.rstrip(b"\r")


def _reason(body: Any) -> str:
    """The message in an error body; servers nest it differently."""
    error = body.get("error", body) if isinstance(body, dict) else body
    for name in ("message", "detail"):
        message = field(error, name, str)
        if message:
            return _words(message)
    return _words(error if isinstance(error, str) else json.dumps(error))


def _words(text: str) -> str:
    return one_line(text, _LONGEST_REASON)


def _is_http(address: str) -> bool:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host)
