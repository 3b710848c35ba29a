"""How many tokens there are for a model's prompt, its thoughts and its answer.

By what its context holds and by how fast it reads. Knows nothing of what is said.
"""

from dataclasses import dataclass

from pinakes.service.generators.generator import ModelInfo
from pinakes.service.settings import GeneratorSettings

__all__ = ["TokenRoom", "room_for"]

# So long somebody may wait for the first word.
_READING_S = 6.0
# More than twelve passages with what stands around them is no help.
_LEAST_PROMPT, _MOST_PROMPT = 500, 8_000
# Before the first prompt has been read: on the CPU, perhaps, and on a server.
_UNKNOWN_EMBEDDED, _UNKNOWN_SERVER = 500, 3_000
_ANSWER, _ANSWER_SMALL = 1_024, 256
# What the settings leave open takes no more of the context.
_SHARE_OF_ANSWER, _SHARE_OF_THOUGHTS = 4, 2


@dataclass(frozen=True, slots=True)
class TokenRoom:
    """Tokens for the prompt, ``longest`` of them where less cannot be said, and for the reply.

    ``reply``: the thoughts and the answer.
    """

    prompt: int
    longest: int
    reply: int


def room_for(info: ModelInfo, settings: GeneratorSettings) -> TokenRoom:
    """The room that a model has by its context and its speed, and by what is set."""
    context = info.context_tokens
    answer = settings.answer_tokens
    if answer is None:
        usual = _ANSWER_SMALL if info.small else _ANSWER
        answer = min(usual, max(_ANSWER_SMALL, context // _SHARE_OF_ANSWER))
    thoughts = settings.thinking_budget
    if settings.thinking_tokens is None:
        thoughts = min(thoughts, context // _SHARE_OF_THOUGHTS)
    longest = context - answer - thoughts
    return TokenRoom(min(_prompt(info, settings), longest), longest, answer + thoughts)


def _prompt(info: ModelInfo, settings: GeneratorSettings) -> int:
    if settings.prompt_tokens is not None:
        return settings.prompt_tokens
    if info.reads_per_s is None:
        return _UNKNOWN_EMBEDDED if settings.url is None else _UNKNOWN_SERVER
    return round(min(_MOST_PROMPT, max(_LEAST_PROMPT, info.reads_per_s * _READING_S)))
