"""Questions made of a wiki's own sentences: a name, a number or a time is left out and asked for.

Rough as they are, they teach where an answer stands and of what kind it is, in any number.
"""

import random
import re
from collections.abc import Iterable, Iterator

from bench.reading.alterations import falsified, names_in
from bench.reading.examples import Example, cut, window_around
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Passage

__all__ = ["from_passages"]

_TIME = re.compile(
    r"\b(?:(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December)(?: \d{1,2},)? )?(?:1\d{3}|20[01]\d)\b"
)
_COUNT = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?: (?:million|billion|percent|%))?(?= [a-z])")
_CALLED = re.compile(r"(?:(?<= called )|(?<= named )|(?<=known as ))(?:the |a )?[a-z]+(?: [a-z]+)?")
_FEW = frozenset(
    "the a an of in on at by to and or was is were are that which who with for".split()  # noqa: SIM905
)
_MOST_WORDS = 14


def from_passages(passages: Iterable[Passage], chance: random.Random) -> Iterator[Example]:
    """A question for each passage that gives one; a quarter of them without an answer there."""
    for passage in passages:
        spans = [
            (a, b)
            for a, b in sentence_spans(passage.text, language="en")
            if 8 <= len(passage.text[a:b].split()) <= 45
        ]
        if len(spans) < 2:
            continue
        a, b = chance.choice(spans)
        sentence = passage.text[a:b]
        asked = _asked(sentence, passage.title, chance)
        if asked is None:
            continue
        question, start, end = asked
        window = window_around(passage.text, a, b, chance)
        if window is None:
            continue
        fate = chance.random()
        if fate < 0.75:
            at = a - window.start
            yield Example("cloze", question, passage.title, window.text, (at + start, at + end))
        elif fate < 0.88:
            names = [passage.text[x:y] for x, y in names_in(passage.text)]
            wrong = falsified(question, [n for n in names if n not in window.text] or names, chance)
            if wrong:
                yield Example("cloze", wrong, passage.title, window.text, (0, 0))
        else:
            rest = [w for w in cut(passage.text, 60) if w.end <= a or w.start >= b]
            answer = sentence[start:end]
            rest = [w for w in rest if answer not in w.text]
            if rest:
                yield Example("cloze", question, passage.title, chance.choice(rest).text, (0, 0))


def _asked(sentence: str, title: str, chance: random.Random) -> tuple[str, int, int] | None:
    """A question, and where in the sentence its answer stands."""
    places: list[tuple[str, int, int]] = []
    for match in _TIME.finditer(sentence):
        places.append((chance.choice(("when", "in what year", "what year")), *match.span()))
    for match in _COUNT.finditer(sentence):
        if not _TIME.fullmatch(match[0]):
            places.append(("how many", *match.span()))
    for start, end in names_in(sentence):
        if sentence[start:end] in title or end - start < 3:
            continue
        before = sentence[:start].rstrip().rpartition(" ")[2].lower()
        several = " " in sentence[start:end]
        word = chance.choice(("who", "which", "what") if several else ("what", "which", "who"))
        if before in ("in", "at", "from", "near", "to"):
            word = chance.choice(("where", "where", "what place", "which"))
        elif before in ("by", "with"):
            word = chance.choice(("who", "by whom", "what"))
        places.append((word, start, end))
    for match in _CALLED.finditer(sentence):
        places.append(("what", *match.span()))
    if not places:
        return None
    word, start, end = chance.choice(places)
    left, right = sentence[:start].split(), sentence[end:].rstrip(" .").split()
    if (
        word in ("when", "where", "in what year")
        and left
        and left[-1].lower() in ("in", "on", "at")
    ):
        left.pop()
    keep_left = min(len(left), chance.randint(3, _MOST_WORDS))
    keep_right = min(len(right), max(2, _MOST_WORDS - keep_left))
    left = [w for w in left[len(left) - keep_left :] if _kept(w, chance)]
    right = [w for w in right[:keep_right] if _kept(w, chance)]
    if len(left) + len(right) < 3:
        return None
    words = [*left, word, *right] if chance.random() < 0.35 else [word, *left, *right]
    if chance.random() < 0.3:
        chance.shuffle(words)
    if chance.random() < 0.5 and title not in " ".join(words):
        words.append(f"{title.partition(' (')[0]}")
    question = " ".join(words).strip(" ,;")
    if chance.random() < 0.5:
        question = question.lower()
    else:
        question = question[0].upper() + question[1:] + "?"
    return question, start, end


def _kept(word: str, chance: random.Random) -> bool:
    return chance.random() > (0.4 if word.lower() in _FEW else 0.15)
