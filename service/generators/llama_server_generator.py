"""A chat model behind llama-server or another OpenAI-compatible server.

Speaks to one address only: the configured one, or that of our own child process. Knows the two
dialects (llama-server's own endpoints, plain OpenAI), not who started the server.

Endpoints: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx

from pinakes.service.errors import GeneratorError, GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.embedded_llama_server import EmbeddedLlamaServer
from pinakes.service.generators.found_server import FoundServer, look, refusal
from pinakes.service.generators.generator import ModelInfo, Sign, Thought
from pinakes.service.generators.llama_server_http import (
    LlamaServerHttp,
    field,
    read_events,
)
from pinakes.service.generators.reading_speed import ReadingSpeed
from pinakes.service.generators.thinking import thinking_fields
from pinakes.service.settings import GeneratorSettings
from pinakes.service.types import Message

__all__ = ["LlamaServerGenerator"]

# Without the server's tokenizer. SmolLM2, whose vocabulary is small and English, takes a token per
# 3.0 bytes of UTF-8 of English full of names and dates, 3.5 of German, 2.5 of Russian, 2.0 of
# Arabic, 1.7 of Japanese; models made for several languages take fewer.
_ASCII_PER_TOKEN = 3
_OTHER_BYTES_PER_TOKEN = 2
_TOKENS_PER_MESSAGE = 8
# A server may be started again with another model or other slots while nobody asks.
_FRESH_S = 10.0

_CHAT = "/v1/chat/completions"
_OPENS_THOUGHTS = ("<think>", "<thinking>", "<thought>", "[THINK]")
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
# How servers say that they do not know a field of the request.
_REFUSED = (400, 422)


class LlamaServerGenerator:
    """A Generator over ``/v1/chat/completions``: at ``settings.url``, or in ``embedded``."""

    def __init__(
        self, settings: GeneratorSettings, embedded: EmbeddedLlamaServer | None = None
    ) -> None:
        """Raise BadInput where the configured address is not one."""
        self._settings = settings
        self._embedded = embedded
        self._server: FoundServer | None = None
        self._failed = 0.0
        self._failure = GeneratorError()
        self._lock = asyncio.Lock()
        self._last_sign = 0.0
        self._reading = ("", ReadingSpeed())  # the name of a model, and how fast it has read
        self._http = None if embedded else self._open(settings.url or "")

    @property
    def is_loading(self) -> bool:
        """Whether somebody waits for the server, which is loading its model or starting again."""
        return self._http is not None and self._http.is_waiting

    async def describe(self) -> ModelInfo:
        """Start or reach the server and say which model it runs, with how much context."""
        now = asyncio.get_running_loop().time()
        if self._embedded is None and self._server and now - self._server.seen > _FRESH_S:
            self._server = None
        server = await self._reach()
        return replace(server.info, reads_per_s=self._speed(server.model).per_s)

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt by the server's template and tokenizer; else an upper estimate."""
        server = await self._reach()
        if server.is_llama_cpp:
            exact = await self._count_exactly(server, messages)
            if exact is not None:
                return exact
        return _estimate(messages)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """Pieces of the answer; closing the generator closes the connection: the model stops.

        llama-server notices that between two tokens, or two batches of the prompt.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with contextlib.aclosing(self._answered(messages, max_tokens)) as pieces:
                async for piece in pieces:
                    self._last_sign = clock()
                    if piece:
                        yield piece
        except GeneratorError as error:
            self._server = None  # another one may be there next time
            if self._embedded is None:
                raise
            ending = await self._embedded.last_words()
            if ending is not None:
                raise GeneratorFailed(f"the model's process {ending}") from error
            if clock() - max(started, self._last_sign) > 0.9 * self._settings.timeout_s:
                self._embedded.kill()  # silent towards everybody: it hangs
            raise

    async def aclose(self) -> None:
        """Close the connections, and end the server if it is our own."""
        if self._http is not None:
            await self._http.aclose()
        if self._embedded is not None:
            await self._embedded.aclose()

    async def _count_exactly(self, server: FoundServer, messages: Sequence[Message]) -> int | None:
        """Tokens by llama-server's own endpoints, or None where it is too old to have them."""
        body: dict[str, Any] = {"model": server.model, "messages": _plain(messages)}
        answer = await self._ask(server, "/apply-template", body | self._fields(server))
        prompt = field(answer, "prompt", str)
        if prompt is None:
            return None
        thinks = prompt.rstrip().endswith(_OPENS_THOUGHTS)
        if self._server is not None and thinks != self._server.info.thinks:
            self._server = replace(self._server, info=replace(self._server.info, thinks=thinks))
        body = {"model": server.model, "content": prompt, "add_special": True}
        answer = await self._ask(server, "/tokenize", body | {"parse_special": True})
        tokens = field(answer, "tokens", list)
        return len(tokens) if tokens is not None else None

    def _fields(self, server: FoundServer) -> dict[str, Any]:
        """What is asked of the model's thoughts, and what the settings add to every request."""
        fields: dict[str, Any] = {}
        if server.takes_options:
            fields = thinking_fields(self._settings, is_llama_cpp=server.is_llama_cpp)
        extra = self._settings.extra_body
        for name in fields.keys() & extra.keys():
            if isinstance(fields[name], dict) and isinstance(extra[name], dict):
                extra = extra | {name: fields[name] | extra[name]}
        return fields | extra

    def _sampling(self) -> dict[str, Any]:
        """How words are chosen. Greedily, unless it thinks: thoughts would go round in circles."""
        fields: dict[str, Any] = {}
        temperature = self._settings.temperature
        if temperature is not None or self._settings.effort == "off":
            fields["temperature"] = temperature or 0
        if self._settings.top_p is not None:
            fields["top_p"] = self._settings.top_p
        return fields

    async def _answered(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """The answer of the model there is; of the one there is by now, where that was refused."""
        server = await self._reach()
        has_begun = False
        try:
            async with contextlib.aclosing(self._answer(server, messages, max_tokens)) as pieces:
                async for piece in pieces:
                    has_begun = True
                    yield piece
            return
        except GeneratorError:
            if has_begun or self._embedded is not None:
                raise
            self._server = None
            found = await self._reach()
            if found.model == server.model:
                raise
        async with contextlib.aclosing(self._answer(found, messages, max_tokens)) as pieces:
            async for piece in pieces:
                yield piece

    async def _answer(
        self, server: FoundServer, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """Pieces of the answer, and an empty one for any other sign of progress."""
        body: dict[str, Any] = {
            "model": server.model,
            "messages": _plain(messages),
            "max_tokens": max_tokens,
            "stream": True,
        } | self._sampling()
        if server.is_llama_cpp:
            # A server that reports its progress through the prompt finds out on the way that
            # nobody listens any more; otherwise it would first finish the prompt.
            body |= {"cache_prompt": True, "return_progress": True, "reasoning_format": "auto"}
        began = asyncio.get_running_loop().time()
        has_begun = False
        async with self._asked(server, body) as response:
            if response.status_code != 200:
                raise await refusal(server.http, response)
            async with contextlib.aclosing(self._pieces(server.http, response)) as pieces:
                async for piece in pieces:
                    if piece and not (has_begun or server.is_llama_cpp):
                        seconds = asyncio.get_running_loop().time() - began
                        self._speed(server.model).note(_estimate(messages), seconds)
                    has_begun = has_begun or bool(piece)
                    yield piece

    @contextlib.asynccontextmanager
    async def _asked(
        self, server: FoundServer, body: dict[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        """The response to a chat; a server that refuses a field it may not know is asked again."""
        if server.takes_options:
            async with server.http.open("POST", _CHAT, body | self._fields(server)) as response:
                if response.status_code not in _REFUSED:
                    yield response
                    return
        plainly = replace(server, takes_options=False)
        async with server.http.open("POST", _CHAT, body | self._fields(plainly)) as response:
            if response.status_code == 200 and self._server is server:
                self._server = plainly
            yield response

    async def _pieces(
        self, http: LlamaServerHttp, response: httpx.Response
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """What the events of an answer say."""
        async with contextlib.aclosing(read_events(response, http.address)) as events:
            while True:
                try:
                    # The server's keep-alive comments are not signs of a living model.
                    async with asyncio.timeout(self._settings.timeout_s):
                        event = await anext(events, None)
                except TimeoutError:
                    raise http.silent() from None
                if event is None:
                    return
                if timings := field(event, "timings", dict):
                    self._note_timings(timings)
                piece, reason = _piece(event)
                yield piece
                if reason == "length":
                    yield Sign.CUT_OFF
                if reason is not None:
                    return

    def _speed(self, model: str) -> ReadingSpeed:
        """How fast that model has read; of the one before nothing is kept."""
        if self._reading[0] != model:
            self._reading = (model, ReadingSpeed())
        return self._reading[1]

    def _note_timings(self, timings: dict[str, Any]) -> None:
        """What llama-server says, with the last event, of the prompt it has read."""
        tokens, milliseconds = timings.get("prompt_n"), timings.get("prompt_ms")
        if self._server and isinstance(tokens, int) and isinstance(milliseconds, (int, float)):
            self._speed(self._server.model).note(tokens, milliseconds / 1_000)

    async def _reach(self) -> FoundServer:
        """The server with what is known about it, asked anew after an error or a restart.

        Those who wait while it is found not to answer are told the same: each of them would find
        it out once more, after the whole patience for a silence.
        """
        clock = asyncio.get_running_loop().time
        asked = clock()
        async with self._lock:
            if self._failed > asked:
                raise type(self._failure)(str(self._failure))
            try:
                return await self._find()
            except GeneratorError as error:
                # A copy: an error that is kept keeps everything that was open where it was raised.
                self._failed, self._failure = clock(), type(error)(str(error))
                raise

    async def _find(self) -> FoundServer:
        if self._embedded is not None:
            address = await self._embedded.address()
            if self._http is None or self._http.address != address:
                if self._http is not None:
                    await self._http.aclose()
                self._http, self._server = self._open(address), None
        if self._http is None:
            raise GeneratorUnavailable("no address of a server; set PINAKES_GENERATOR__URL")
        if self._server is None:
            self._server = await look(self._http, self._settings)
        return self._server

    def _open(self, address: str) -> LlamaServerHttp:
        key = self._settings.api_key if self._embedded is None else None
        return LlamaServerHttp(
            address,
            key.get_secret_value() if key else None,
            self._settings.timeout_s,
            # Our own child does not come back by itself.
            may_restart=self._embedded is None,
        )

    async def _ask(self, server: FoundServer, path: str, body: dict[str, Any]) -> Any:
        """JSON answer of an endpoint, or None where the server does not have it."""
        try:
            async with server.http.open("POST", path, body) as response:
                if response.status_code in (404, 405, 501):
                    return None
                if response.status_code != 200:
                    raise await refusal(server.http, response)
                return await server.http.read_json(response)
        except GeneratorError:
            self._server = None
            raise


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _estimate(messages: Sequence[Message]) -> int:
    text = "".join(message.content for message in messages).encode("utf-8", "replace")
    ascii_bytes = sum(byte < 0x80 for byte in text)
    return (
        ascii_bytes // _ASCII_PER_TOKEN
        + (len(text) - ascii_bytes) // _OTHER_BYTES_PER_TOKEN
        + _TOKENS_PER_MESSAGE * (len(messages) + 1)
    )


def _piece(event: Any) -> tuple[str | Sign | Thought, str | None]:
    """Text of a streamed chunk, and the reason why it was the last one, if it was."""
    choices = field(event, "choices", list)
    if not choices:
        return "", None
    delta = field(choices[0], "delta", dict)
    parts = field(delta, "content", list) or []
    said = [field(part, "text", str) or "" for part in parts]
    piece: str | Sign | Thought = field(delta, "content", str) or "".join(said)
    # Thoughts, under the names that servers have for them; Mistral's are parts of the content.
    if not piece:
        thoughts = [field(part, "thinking", list) or [] for part in parts]
        told = [field(one, "text", str) or "" for several in thoughts for one in several]
        told += [field(delta, name, str) or "" for name in _THOUGHTS]
        if parts or any(told):
            piece = Thought("".join(told))
    return piece, field(choices[0], "finish_reason", str)
