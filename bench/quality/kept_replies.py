"""What a model said to each prompt, kept in a file: the same prompt is answered from there.

An hour of a real model's words is needed once; what is done with them is measured again in
minutes. A prompt that differs in a letter is asked anew. Knows nothing of questions.
"""

import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pinakes.service.generators.generator import Generator, ModelInfo, Sign
from pinakes.service.types import Message

__all__ = ["KeptReplies"]


class KeptReplies:
    """A generator that asks another only what it has not been asked before.

    The model is still started, for its tokenizer. One file belongs to one model: another one's
    prompts, counted by its own tokenizer, may be the same.
    """

    is_loading = False

    def __init__(self, generator: Generator, path: Path) -> None:
        """``path``: JSON lines, each a prompt's digest and the pieces of the reply; grows."""
        self._generator = generator
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._kept: dict[str, list[str | Sign]] = {
            row["prompt"]: [_piece(kept) for kept in row["pieces"]]
            for row in map(json.loads, lines)
        }

    async def describe(self) -> ModelInfo:
        """The model's."""
        return await self._generator.describe()

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """By the model's tokenizer."""
        return await self._generator.count_tokens(messages)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncGenerator[str | Sign, None]:
        """The pieces of the reply; one that is not heard to its end is not kept."""
        said = [[message.role, message.content] for message in messages]
        asked = hashlib.sha256(json.dumps([said, max_tokens]).encode()).hexdigest()
        if asked in self._kept:
            for piece in self._kept[asked]:
                yield piece
            return
        pieces: list[str | Sign] = []
        async for piece in self._generator.stream(messages, max_tokens):
            pieces.append(piece)
            yield piece
        self._kept[asked] = pieces
        with self._path.open("a", encoding="utf-8") as file:
            kept = [{"sign": one.value} if isinstance(one, Sign) else one for one in pieces]
            file.write(json.dumps({"prompt": asked, "pieces": kept}) + "\n")

    async def aclose(self) -> None:
        """Let go of the model."""
        await self._generator.aclose()


def _piece(kept: str | dict[str, str]) -> str | Sign:
    return kept if isinstance(kept, str) else Sign(kept["sign"])
