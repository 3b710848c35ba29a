"""A generator that follows a script: the readable stand-in for a language model."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence

from pinakes.service.generators.generator import ModelInfo, Sign, Thought
from pinakes.service.types import Message

Step = str | float | Exception | Sign | threading.Event


class ScriptedGenerator:
    """Says the words and signs of its script; a number is a pause in seconds, an error is raised.

    An event is waited for: until it is set, nothing more is said.
    ``unavailable`` is raised instead of anything else, as by a model that cannot be started.
    """

    def __init__(
        self,
        *script: Step,
        unavailable: Exception | None = None,
        thinks: bool = False,
        context: int = 4096,
    ):
        self.script = script
        self.unavailable = unavailable
        self.thinks = thinks
        self.context = context
        self.slots = 1
        self.prompts: list[Sequence[Message]] = []
        self.speaking = threading.Event()
        self.closed = threading.Event()
        self.let_go = False
        self.is_loading = False

    async def describe(self) -> ModelInfo:
        if self.unavailable is not None:
            raise self.unavailable
        return ModelInfo("scripted", self.context, self.slots, thinks=self.thinks)

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        self.prompts.append(messages)
        self.closed.clear()
        self.speaking.set()
        try:
            for step in self.script:
                match step:
                    case str() | Sign() | Thought():
                        yield step
                    case Exception():
                        raise step
                    case threading.Event():
                        while not step.is_set():
                            await asyncio.sleep(0.005)
                    case seconds:
                        await asyncio.sleep(seconds)
        finally:
            await asyncio.sleep(0.01)  # closing takes a moment, as that of a connection does
            self.closed.set()

    async def aclose(self) -> None:
        self.let_go = True
