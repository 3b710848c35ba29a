"""A question that leans on the conversation, made to stand alone; and one about the present.

By rules: "it" and "its" become what was talked about, "and Bi Sheng?" the question before it with
another name. Where a good model is there it rewrites, and the rules check what it wrote. Pure
functions; what a text is about is asked of the caller.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

from pinakes.ingest.characters import cut_place
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import LanguageWords
from pinakes.service.types import Message

__all__ = [
    "as_of_note",
    "asks_about_now",
    "checked_rewriting",
    "leans_on_history",
    "rewriting_prompt",
    "standalone",
]

# The name a text is about, or None.
Topic = Callable[[str], str | None]

_LONGEST = 400
# A query has at most 2,000 characters; a few are for what joins its parts.
_MOST_SEARCHED = 1_990
_FEW_WORDS = 3
_WORD = re.compile(rf"{WORD}(?:['’-]{WORD})*")
_PLAIN_WORD = re.compile(WORD)
_CITATION_MARKERS = re.compile(r"\s*\[\d{1,3}\]")
_IS = frozenset(["is", "are", "es", "son", "ist", "sind", "est", "sont", "是"])


def leans_on_history(question: str, words: LanguageWords, topic: Topic) -> bool:
    """Whether the question says too little by itself: it refers back, goes on, or names nothing."""
    lower = question.casefold().strip()
    said = _WORD.findall(lower)
    if any(word in words.pronouns or word in words.possessives for word in said):
        return True
    if _led_in(lower, words) is not None:
        return True
    few = len([word for word in said if word not in words.asking]) < _FEW_WORDS
    return few and topic(question) is None


def standalone(
    question: str,
    history: Sequence[Message],
    words: LanguageWords,
    topic: Topic,
) -> str:
    """``question`` with what it leans on put in; unchanged where it leans on nothing.

    No longer than can be searched for, where the question itself is not: what does not fit is left
    out.
    """
    earlier: str | None = None
    answer = ""
    for message in history:
        if message.role == "user":
            if earlier is None:
                earlier = message.content
            else:
                earlier = _joined(message.content, earlier, answer, words, topic)
        elif message.role == "assistant":
            answer = _CITATION_MARKERS.sub("", message.content)
    if earlier is None:
        return question
    joined = _joined(question, earlier, answer, words, topic)
    return joined if len(joined) <= _MOST_SEARCHED else question


def _beginning(text: str, most: int) -> str:
    """As many whole words of ``text`` as fit."""
    if len(text) <= most:
        return text
    words = text[: max(0, most) + 1].split()
    return " ".join(words[:-1]) if len(words) > 1 else text[: cut_place(text, max(0, most))]


def rewriting_prompt(question: str, history: Sequence[Message]) -> list[Message]:
    """What a model is asked, to rewrite the question by itself."""
    said = "\n".join(
        f"{message.role}: {_beginning(_CITATION_MARKERS.sub('', message.content), _LONGEST)}"
        for message in history[-6:]
    )
    return [
        Message(
            "system",
            "Rewrite the last question so that it can be understood without the conversation: put "
            "in the names it refers to. Change nothing else. Give the question alone, on one line.",
        ),
        Message("user", f"Conversation:\n{said}\n\nLast question: {question}"),
    ]


def checked_rewriting(written: str, question: str, history: Sequence[Message]) -> str | None:
    """What a model wrote, if it is one question of words that have been said; else None."""
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > _LONGEST:
        return None
    rewritten = lines[0].strip('"“” ')
    known = " ".join([question, *(message.content for message in history)]).casefold()
    names = [word for word in _WORD.findall(rewritten)[1:] if word[0].isupper() or word.isdigit()]
    if not rewritten or any(name.casefold() not in known for name in names):
        return None
    return rewritten


def asks_about_now(question: str, words: LanguageWords) -> bool:
    """Whether the answer may have changed since the dump: "the current …", "who is president …"."""
    lower = question.casefold()
    said = _PLAIN_WORD.findall(lower)
    if not words.spaced:
        return any(word in lower for word in words.now | words.offices)
    if any(word in words.now for word in said):
        return True
    return any(word in _IS for word in said[:3]) and any(word in words.offices for word in said)


def as_of_note(dump_date: str) -> str:
    """A line that says when the answer held; ``dump_date`` is YYYY-MM-DD."""
    day = date.fromisoformat(dump_date)
    return f"As of {day.day} {day:%B %Y}, the date of the dump."


def _joined(question: str, earlier: str, answer: str, words: LanguageWords, topic: Topic) -> str:
    if not leans_on_history(question, words, topic):
        return question
    about = _about(earlier, answer, words, topic)
    earlier = _beginning(earlier.strip(), min(_LONGEST, _MOST_SEARCHED - len(question)))
    rest = _led_in(question.strip(), words)
    if rest is not None and about is not None and _is_name_only(rest, words):
        # "And Bi Sheng?" asks the same of somebody else.
        return _replaced(earlier, about, rest.rstrip(" ?.!"))
    if about is None:
        return f"{question} ({earlier})" if earlier else question
    if about.casefold() in question.casefold():
        return question
    return _with_name(question, about, words)


def _about(earlier: str, answer: str, words: LanguageWords, topic: Topic) -> str | None:
    """What was talked about: who or what was asked for, where the answer names it."""
    asked = topic(earlier)
    kind = next((words.asking[word] for word in _WORD.findall(earlier.casefold())
                 if word in words.asking), "none")  # fmt: skip
    if kind == "person" and asked is not None:
        rest = re.sub(re.escape(asked), " ", answer, flags=re.IGNORECASE)
        return topic(rest) or asked
    return asked or topic(answer)


def _led_in(question: str, words: LanguageWords) -> str | None:
    """What follows "and", "what about" …; None where the question does not begin so."""
    lower = question.casefold()
    for lead_in in sorted(words.lead_ins, key=len, reverse=True):
        edge = " " if words.spaced else ""
        if lower.startswith(lead_in + edge):
            return question[len(lead_in) :].strip(" ,")
    return None


def _is_name_only(text: str, words: LanguageWords) -> bool:
    said = [word.casefold() for word in _WORD.findall(text)]
    asks = any(word in words.asking or word in words.pronouns for word in said)
    return bool(said) and not asks and not any(word in words.possessives for word in said)


def _replaced(earlier: str, about: str, name: str) -> str:
    found = re.search(re.escape(about), earlier, re.IGNORECASE)
    if found is None:
        return f"{earlier.rstrip(' ?')} {name}?"
    return earlier[: found.start()] + name + earlier[found.end() :]


def _with_name(question: str, name: str, words: LanguageWords) -> str:
    """The first word that refers back becomes the name; without one the name is added."""
    for match in _WORD.finditer(question):
        word = match[0].casefold()
        if word in words.possessives and _owns(question, match):
            owner = f"{name}'s" if "its" in words.possessives else name
            return question[: match.start()] + owner + question[match.end() :]
        if word in words.pronouns:
            return question[: match.start()] + name + question[match.end() :]
    return f"{question.rstrip(' ?')} ({name})?"


def _owns(question: str, match: re.Match[str]) -> bool:
    """Whether a word follows that it could own: "her house", not "saw her"."""
    return _WORD.match(question[match.end() :].lstrip()) is not None
