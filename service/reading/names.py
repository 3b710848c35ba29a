"""Names of several words in a question: words that must stand together to mean what they name.

In capitals where the question has them, else as the passages found write them: "alan turing" is a
name because they say "Alan Turing". Words that ask nothing may be written like a heading, whose
capitals say nothing. Knows nothing of pages or aliases.
"""

import re
from collections.abc import Sequence

from pinakes.index.types import Hit
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.question import Question

__all__ = ["names_in"]

_WORD = re.compile(WORD)
_JOINTS = (" ", "-")


def names_in(question: Question, hits: Sequence[Hit]) -> list[frozenset[str]]:
    """The search terms of each name of two words and more, in their order; ``hits``: read ones."""
    texts = [f"{hit.passage.title}\n{hit.passage.text}" for hit in hits]
    folded = [text.casefold() for text in texts]
    capitals = not question.asks_nothing
    runs: list[list[str]] = [[]]
    end = 0
    for match in _WORD.finditer(question.text):
        word = match[0]
        if question.is_stop_word(word.casefold()):
            runs.append([])
            continue
        before = runs[-1][-1:]
        joint = question.text[end : match.start()]
        end = match.end()
        if before:
            named = capitals and before[0][0].isupper() and word[0].isupper()
            if joint not in _JOINTS or not (named or _named(before[0], word, texts, folded)):
                runs.append([])
        runs[-1].append(word)
    return [frozenset(question.analyze(" ".join(run))) for run in runs if len(run) > 1]


def _named(first: str, second: str, texts: Sequence[str], folded: Sequence[str]) -> bool:
    """Whether any of the texts writes the two words side by side with capitals."""
    for joint in _JOINTS:
        pair = f"{first}{joint}{second}".casefold()
        for text, small in zip(texts, folded, strict=True):
            at = small.find(pair)
            # Folding can change lengths (ß): then capitals are looked for a little beside, in vain.
            while at >= 0:
                if text[at].isupper() and text[at + len(first) + 1 :][:1].isupper():
                    return True
                at = small.find(pair, at + 1)
    return False
