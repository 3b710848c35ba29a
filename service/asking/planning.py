"""What a capable model would search for to answer a question: its parts, checked by rules.

A plan may only say what the question says: what else a model knows is not looked for.
"""

import json
import re
from collections.abc import Iterator

from pinakes.index.retrieval.search import Index
from pinakes.service.asking.conversation import adds_names
from pinakes.service.asking.decompose import Comparison, TwoSteps
from pinakes.service.reading.words import LanguageWords
from pinakes.service.types import Message

__all__ = ["checked_plan", "may_take_several", "planning_prompt"]

_MOST = 3  # and the question itself
_LONGEST = 200
# What asks for two things, or for one by another, has more words.
_LEAST_WORDS = 6
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)]|(?:search|query|step)\s*\d*\s*:)\s*", re.IGNORECASE)
_FOUND = re.compile(r"\{(?:1|first|answer)?\}|\[(?:answer|first)\]|<answer>", re.IGNORECASE)
_RULES = (
    "You plan searches in an encyclopedia. If the question compares things or asks for several, "
    "write one short question for each, one a line, three at most. If the answer of one question "
    "is needed to ask the next, write both, with {1} in the second where the answer of the first "
    "belongs. If one search is enough, write only: one. Use only names that the question has, and "
    "answer nothing."
)
_EXAMPLES = (
    ("Is the Rhine longer than the Danube?", "How long is the Rhine?\nHow long is the Danube?"),
    ("When did the man who wrote Hamlet die?", "Who wrote Hamlet?\nWhen did {1} die?"),
    ("What is a solar eclipse?", "one"),
)


def may_take_several(question: str) -> bool:
    """Whether it is long enough to ask for more than one thing."""
    return len(question.split()) >= _LEAST_WORDS


def planning_prompt(question: str) -> list[Message]:
    """What a model is asked, to take the question apart."""
    messages = [Message("system", _RULES)]
    for asked, plan in _EXAMPLES:
        messages += [Message("user", asked), Message("assistant", plan)]
    return [*messages, Message("user", question)]


def checked_plan(
    written: str, question: str, index: Index, words: LanguageWords
) -> Comparison | TwoSteps | None:
    """The parts that a model wrote, a line each; None where one search is enough, or they are none.

    Each must be about something that the question says, and name nothing else.
    """
    lines = list(dict.fromkeys(line for line in _lines(written) if line))
    if not 2 <= len(lines) <= _MOST or any(len(line) > _LONGEST for line in lines):
        return None
    asked = set(index.keywords.content_terms(question))
    for line in lines:
        said = _FOUND.sub(" ", line)
        if adds_names(f"so {_small_beginning(said, words)}", question):
            return None
        if asked.isdisjoint(index.keywords.content_terms(said)):
            return None
    if not any(_FOUND.search(line) for line in lines):
        return Comparison(tuple(lines))
    first, second = lines[0], lines[-1]
    if len(lines) > 2 or _FOUND.search(first):
        return None
    outer = _FOUND.sub("\0", second).replace("{", "").replace("}", "").replace("\0", "{}")
    asks_for_person = words.asking.get(first.split()[0].casefold()) == "person"
    return TwoSteps(first, outer, "", "person" if asks_for_person else "thing")


def _lines(written: str) -> Iterator[str]:
    """What was asked for a line each, or as JSON: a list, or an object with one."""
    text = written.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if text.startswith(("[", "{")) and text.endswith(("]", "}")):
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            said = next((value for value in said.values() if isinstance(value, list)), None)
        if isinstance(said, list):
            yield from (" ".join(str(one).split()) for one in said if isinstance(one, str))
            return
    for line in text.splitlines():
        yield _BULLET.sub("", line).strip("\"'“”` ,")


def _small_beginning(text: str, words: LanguageWords) -> str:
    """``text`` with its first word in small letters, where it is one that questions begin with."""
    first, space, rest = text.strip().partition(" ")
    small = first.casefold()
    begins = small in words.referring.auxiliaries or any(
        small == phrase.partition(" ")[0] for phrase in words.asking
    )
    return (small if begins else first) + space + rest
