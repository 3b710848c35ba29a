"""The language model as the service sees it: messages in, text out, token by token.

Knows nothing of passages or citations, nor of how a model is run.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pinakes.service.types import Message

__all__ = ["Generator", "ModelInfo", "Sign", "Thought"]


# Parameters. Smaller models also lose the thread in long prompts.
_SMALL = 3_000_000_000
# A model of 135 million parameters was right in 8 of 30 answers, one of 500 million in 15.
_TINY = 400_000_000


class Sign(Enum):
    """What a model gives besides text."""

    CUT_OFF = "cut off"  # it had more to say, and no tokens left


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of what a model thinks, and does not say."""

    text: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that words the answers: its name, and its context in tokens.

    ``slots``: how many it answers side by side. ``parameters``: how many it has, where its server
    says so. ``thinks``: its template may have opened its thoughts already, so that in its text only
    their end is seen. ``reads_per_s``: how many tokens of a prompt it reads in a second, once
    it has read some.
    """

    name: str
    context_tokens: int
    slots: int = 1
    parameters: int | None = None
    thinks: bool = False
    reads_per_s: float | None = None

    @property
    def small(self) -> bool:
        """Whether it words things wrongly too often to show what nothing supports."""
        return self.parameters is not None and self.parameters < _SMALL

    @property
    def tiny(self) -> bool:
        """Whether it words so much wrongly that what nothing supports is not even shown marked."""
        return self.parameters is not None and self.parameters < _TINY


class Generator(Protocol):
    """A chat model on this machine, or on a server the user named.

    Methods raise GeneratorUnavailable when the model cannot be started or reached, BadInput when
    its weights are not what their name says, and GeneratorFailed when it breaks off. One instance
    serves one event loop.
    """

    @property
    def is_loading(self) -> bool:
        """Whether whoever asks waits because its server loads a model, or starts again."""
        ...

    async def describe(self) -> ModelInfo:
        """Start or reach the model, if that has not happened, and say what it is."""
        ...

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens that ``messages`` take in the prompt, by the model's own tokenizer and template.

        An upper estimate where the server has no tokenizer endpoint.
        """
        ...

    def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign | Thought, None]:
        """Pieces of the answer as they come; closing the generator (``aclose``) stops the model.

        They are as the model wrote them: thoughts may be among them.
        """
        ...

    async def aclose(self) -> None:
        """Let go of the connection and end any child process that was started."""
        ...
