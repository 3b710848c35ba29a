"""What a model says, as far as it is for the reader: no thoughts, no controls, and an end.

Pure. Knows nothing of sentences or sources.
"""

from dataclasses import dataclass

from pinakes.service.asking.reasoning import ReasoningFilter
from pinakes.service.generators.generator import Sign
from pinakes.service.plain_text import PlainStream

__all__ = ["Heard", "ModelText"]

# Characters that a token has at most, on the average of an answer: in English four.
_LONGEST_TOKEN = 24


@dataclass(frozen=True, slots=True)
class Heard:
    """What a piece adds for the reader; ``withdraws``: all that came before was thought."""

    text: str
    withdraws: bool = False


class ModelText:
    """Takes the pieces that a model gives."""

    def __init__(self, most_tokens: int, *, thinks: bool = False) -> None:
        """``thinks``: its template may have opened its thoughts, as ``ModelInfo`` says."""
        self._plain = PlainStream()
        self._reasoning = ReasoningFilter(opened=thinks)
        self._room = most_tokens * _LONGEST_TOKEN
        self._cut_off = False
        self._withdrawn = 0
        self._is_kept_apart = False

    @property
    def thinking(self) -> bool:
        """Whether the last piece was thought, or is taken for it."""
        return self._is_kept_apart or self._reasoning.thinking

    @property
    def is_full(self) -> bool:
        """Whether the model has gone far beyond its tokens: its server does not stop it."""
        return self._room <= 0

    def feed(self, piece: str | Sign) -> Heard:
        """What ``piece`` adds."""
        match piece:
            case Sign.THINKING:
                self._is_kept_apart = True
                return Heard(self._reasoning.kept_apart())
            case Sign.CUT_OFF:
                self._cut_off = True
                return Heard("")
        self._is_kept_apart = False
        text = piece[: self._room]
        self._room -= len(piece)
        self._cut_off = self._cut_off or self.is_full
        return self._heard(self._reasoning.feed(self._plain.feed(text)))

    def end(self) -> Heard:
        """What is left when the model has ended."""
        last = self._heard(self._reasoning.feed(self._plain.end()))
        rest = self._heard(self._reasoning.end(cut_off=self._cut_off))
        kept = "" if rest.withdraws else last.text
        return Heard(kept + rest.text, last.withdraws or rest.withdraws)

    def _heard(self, text: str) -> Heard:
        withdraws = self._reasoning.withdrawn > self._withdrawn
        self._withdrawn = self._reasoning.withdrawn
        return Heard(text, withdraws)
