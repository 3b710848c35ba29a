"""A chat model run by llama-cpp-python, seen from the service: requests to a child process.

Knows the messages exchanged with the child, not llama.cpp.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.child_process import ChildProcess, spare_cores
from pinakes.service.generators.generator import ModelInfo, Sign, Thought
from pinakes.service.generators.models import verify_weights
from pinakes.service.settings import GeneratorSettings
from pinakes.service.types import Message

__all__ = ["LlamaCppGenerator"]

# Of the fields that a server would be sent, those that llama-cpp-python chooses words by.
_SAMPLING = ("top_k", "min_p", "repeat_penalty", "frequency_penalty", "presence_penalty")


class LlamaCppGenerator:
    """A Generator with one context: it answers one request at a time, in order of arrival."""

    def __init__(self, settings: GeneratorSettings, model_path: Path) -> None:
        """Start nothing yet; ``model_path`` is a GGUF file."""
        self._settings = settings
        self._model_path = model_path.absolute()
        self._lock = asyncio.Lock()
        self._child: ChildProcess | None = None
        self._info: ModelInfo | None = None
        self._last_request = 0

    @property
    def pid(self) -> int | None:
        """The child's process number, while there is one."""
        return self._child.pid if self._child is not None else None

    @property
    def is_loading(self) -> bool:
        """Never: loading is a part of the first answer."""
        return False

    async def describe(self) -> ModelInfo:
        """Load the model if that has not happened, and say what it is."""
        if self._info is not None and self._child is not None and self._child.alive:
            return self._info  # without waiting for the answer that is being written
        async with self._lock:
            return (await self._ready())[1]

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt by the model's own template and tokenizer.

        Waits for the answer that is being written.
        """
        async with self._lock:
            child, _ = await self._ready()
            request = self._request(messages)
            tokens: int = (await self._exchange(child, request))["tokens"]
            return tokens

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """Pieces of the answer; closing the generator stops the model between two operations."""
        async with self._lock:
            child, _ = await self._ready()
            request = self._request(messages) | {"max_tokens": max_tokens}
            finished = False
            try:
                message = await self._exchange(child, request)
                while "end" not in message:
                    yield message["piece"]
                    message = await self._exchange(child, request, already_sent=True)
                finished = True
                if message.get("cut_off"):
                    yield Sign.CUT_OFF
            finally:
                # No waiting here: the consumer may be leaving because it was cancelled itself.
                # What the child still sends for this request is skipped by its number.
                if not finished:
                    child.send_now({"cancel": request["id"]})

    async def aclose(self) -> None:
        """End the child process."""
        child, self._child, self._info = self._child, None, None
        if child is not None:
            await child.aclose()

    async def _ready(self) -> tuple[ChildProcess, ModelInfo]:
        """A child with its model loaded; starts one where there is none, or none any more."""
        if self._child is not None and not self._child.alive:
            await self.aclose()
        if self._child is None:
            await asyncio.to_thread(verify_weights, self._model_path)
            self._child = ChildProcess(
                "pinakes.service.generators.llama_cpp_child",
                {
                    "model_path": str(self._model_path),
                    "context_tokens": self._settings.context_tokens,
                    "gpu_layers": self._settings.gpu_layers,
                    "threads": self._settings.threads or spare_cores(),
                    "thinking": self._settings.effort,
                    "sampling": self._sampling(),
                },
            )
        child = self._child
        if self._info is None:
            self._info = await self._load(child)
        return child, self._info

    async def _load(self, child: ChildProcess) -> ModelInfo:
        try:
            message = await child.first_message(self._model_path, self._settings.timeout_s)
        except GeneratorUnavailable:
            await self.aclose()
            raise
        return ModelInfo(
            self._model_path.stem, message["context_tokens"], parameters=message["parameters"]
        )

    def _sampling(self) -> dict[str, Any]:
        """How words are chosen, under llama-cpp-python's names; greedily unless it thinks."""
        settings = self._settings
        usual = {} if settings.temperature is None else {"temp": settings.temperature}
        if settings.temperature is None and settings.effort == "off":
            usual = {"temp": 0.0}
        if settings.top_p is not None:
            usual["top_p"] = settings.top_p
        extra = settings.extra_body
        return usual | {name: extra[name] for name in _SAMPLING if name in extra}

    def _request(self, messages: Sequence[Message]) -> dict[str, Any]:
        self._last_request += 1
        turns = [{"role": message.role, "content": message.content} for message in messages]
        return {"id": self._last_request, "messages": turns}

    async def _exchange(
        self, child: ChildProcess, request: dict[str, Any], already_sent: bool = False
    ) -> dict[str, Any]:
        """The child's next message for this request.

        A child that says nothing for ``timeout_s`` is killed: it is not listening any more.
        """
        limit = self._settings.timeout_s
        try:
            async with asyncio.timeout(limit):
                if not already_sent:
                    await child.send(request)
                message = await child.receive()
                while message is not None and message["id"] != request["id"]:
                    message = await child.receive()
        except TimeoutError:
            child.kill()
            raise GeneratorFailed(
                f"model {self._model_path.stem} was silent for {limit:g} s; "
                "raise PINAKES_GENERATOR__TIMEOUT_S if it is only slow"
            ) from None
        if message is None:
            raise GeneratorFailed(f"the model's process {await child.last_words()}")
        if "error" in message:
            raise GeneratorFailed(f"model {self._model_path.stem}: {message['error']}")
        return message
