"""Examples with questions: SQuAD's, and open ones with passages that hold an answer's words."""

import random
import re
from collections.abc import Iterator, Sequence

from bench.reading.examples import Example, cut, window_around
from bench.reading.split import Part, open_questions, squad
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

__all__ = ["answer_places", "from_open_questions", "from_squad"]

_FOUND = 24
_POSITIVES, _NEGATIVES = 3, 2
_OF_NO_POSITIVE = 0.4
# Answers that stand in every second passage by chance teach nothing.
_LEAST_LETTERS = 3


def from_squad(part: Part, chance: random.Random) -> Iterator[Example]:
    """Each question with a window of its paragraph, and some with one of a neighbouring one."""
    paragraphs = list(squad(part))
    for place, paragraph in enumerate(paragraphs):
        near = [
            other
            for other in paragraphs[max(0, place - 2) : place + 3]
            if other.title == paragraph.title and other.number != paragraph.number
        ]
        for question in paragraph.questions:
            if not question.answers:
                windows = cut(paragraph.text)
                if len(windows) > 1:  # the one that shares most words is what misleads
                    words = set(question.text.lower().split())
                    windows.sort(key=lambda w: -len(words & set(w.text.lower().split())))
                yield Example("squad", question.text, paragraph.title, windows[0].text, (0, 0))
                continue
            start, answer = question.answers[0]
            window = window_around(paragraph.text, start, start + len(answer), chance)
            if window is None:
                continue
            at = start - window.start
            span = (at, at + len(answer))
            yield Example("squad", question.text, paragraph.title, window.text, span, True)
            if near and chance.random() < 0.35:
                other = chance.choice(near)
                text = chance.choice(cut(other.text)).text
                if answer.lower() not in text.lower():
                    yield Example(
                        "squad neighbour", question.text, paragraph.title, text, (0, 0), False
                    )


def from_open_questions(
    index: Index, left_out: frozenset[int], chance: random.Random
) -> Iterator[Example]:
    """Questions with passages found by their words: some hold the words of an answer, some do not.

    ``left_out``: pages whose text is not used. An answer counts where words of the question are
    near; of the passages without one, the first found mislead most.
    """
    for row in open_questions("train"):
        answers = [
            answer for answer in row["answers"] if len(re.sub(r"\W", "", answer)) >= _LEAST_LETTERS
        ]
        if not answers:
            continue
        terms = set(index.keywords.terms(row["question"]))
        if not terms:
            continue
        found = index.keywords.search(row["question"], _FOUND)
        passages = [
            passage
            for passage, _ in index.store.passages([hit.passage_id for hit in found])
            if passage.page_id not in left_out
        ]
        yield from _of_passages(index, row["question"], answers, terms, passages, chance)


def _of_passages(
    index: Index,
    question: str,
    answers: Sequence[str],
    terms: set[str],
    passages: Sequence[Passage],
    chance: random.Random,
) -> Iterator[Example]:
    holding: list[tuple[float, Example]] = []
    without: list[Example] = []
    asked = _spelled(question)
    for rank, passage in enumerate(passages):
        title = " – ".join([passage.title, *passage.heading_path])
        places = answer_places(passage.text, answers)
        if not places:
            windows = cut(passage.text)
            windows.sort(key=lambda window: -_share(index, window.text, terms))
            if windows:
                without.append(
                    Example("open, no answer", question, title, windows[0].text, (0, 0), False)
                )
            continue
        about = set(index.keywords.analyze(title))
        best: tuple[float, Example] | None = None
        for start, end in places[:6]:
            if f" {_spelled(passage.text[start:end])} " in f" {asked} ":
                continue  # the question itself says it
            window = window_around(passage.text, start, end, chance)
            if window is None:
                continue
            near = passage.text[max(0, start - 160) : end + 160]
            worth = _share(index, near, terms, about) - 0.01 * rank
            span = (start - window.start, end - window.start)
            example = Example("open", question, title, window.text, span, True)
            if best is None or worth > best[0]:
                best = (worth, example)
        if best:
            holding.append(best)
    holding.sort(key=lambda pair: -pair[0])
    good = [example for worth, example in holding if worth >= 0.4][:_POSITIVES]
    yield from good
    if good:
        yield from without[:_NEGATIVES]
    elif chance.random() < _OF_NO_POSITIVE:
        yield from without[:1]


def answer_places(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Where any of the answers stands in a text as whole words, whatever its case and spaces."""
    places: set[tuple[int, int]] = set()
    for answer in answers:
        words = re.findall(r"\w+", answer)
        if words:
            pattern = r"(?<!\w)" + r"\W{1,3}".join(map(re.escape, words)) + r"(?!\w)"
            places |= {match.span() for match in re.finditer(pattern, text, re.IGNORECASE)}
    return sorted(
        place
        for place in places
        if not any(a <= place[0] and place[1] <= b and (a, b) != place for a, b in places)
    )


def _share(index: Index, text: str, terms: set[str], known: set[str] | None = None) -> float:
    held = (set(index.keywords.analyze(text)) | (known or set())) & terms
    total = sum(index.keywords.idf(term) for term in terms) or 1.0
    return sum(index.keywords.idf(term) for term in held) / total


def _spelled(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
