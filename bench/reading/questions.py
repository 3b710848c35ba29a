"""Examples with questions: SQuAD's, and open ones with passages that hold an answer's words."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.quality.open_questions import OpenQuestion, training_questions
from bench.reading.alterations import falsified, names_in
from bench.reading.examples import Example, window_around, window_near
from bench.reading.split import Part, is_judged_question, squad
from pinakes.index.retrieval.search import Index
from pinakes.ingest.types import Passage

__all__ = ["answer_places", "from_open_questions", "from_squad"]

_FOUND, _FIRST = 24, 12
_GROUPS, _NEGATIVES = 2, 3
_OF_NO_POSITIVE = 0.25
_ALTERED, _NEIGHBOUR = 2, 0.35
# How much of a question's words, by idf, stands near an answer that counts.
_NEAR = 0.4
# Answers that stand in every second passage by chance teach nothing.
_LEAST_LETTERS = 3


def from_squad(part: Part, chance: random.Random) -> Iterator[Example]:
    """Each question with a window of its paragraph, and some with one of a neighbouring one.

    Some are asked again with one thing in them changed, as people did for SQuAD 2.0: what stands
    there is then no answer.
    """
    paragraphs = list(squad(part))
    for place, paragraph in enumerate(paragraphs):
        near = [
            other
            for other in paragraphs[max(0, place - 2) : place + 3]
            if other.title == paragraph.title and other.number != paragraph.number
        ]
        for question in paragraph.questions:
            if not question.answers:
                # What shares most words is what misleads.
                words = set(question.text.lower().split())
                if near_by := window_near(paragraph.text, words, chance):
                    text = near_by.text
                    yield Example("squad, no answer", question.text, paragraph.title, text, (0, 0))
                continue
            start, answer = question.answers[0]
            window = window_around(paragraph.text, start, start + len(answer), chance)
            if window is None:
                continue
            at = start - window.start
            span = (at, at + len(answer))
            yield Example("squad", question.text, paragraph.title, window.text, span, True)
            names = [paragraph.text[a:b] for a, b in names_in(paragraph.text)]
            altered = {falsified(question.text, names, chance) for _ in range(_ALTERED)}
            for text in sorted(filter(None, altered)):
                yield Example("squad altered", text, paragraph.title, window.text, (0, 0))
            if near and chance.random() < _NEIGHBOUR:
                other = window_near(chance.choice(near).text, (), chance)
                text = other.text if other else answer
                if answer.lower() not in text.lower():
                    yield Example(
                        "squad neighbour", question.text, paragraph.title, text, (0, 0), False
                    )


def from_open_questions(
    index: Index, left_out: frozenset[int], chance: random.Random
) -> Iterator[Example]:
    """Questions with passages that search finds: one that holds an answer, beside some that do not.

    ``left_out``: pages whose text is not used. An answer counts where words of the question are
    near; of the passages without one, the first found mislead most. Asked as people ask, in mode
    hybrid, are questions for which words alone find an answer; some of the others have none there.
    """
    for asked in training_questions():
        if is_judged_question(asked.question):
            continue
        answers = [
            answer for answer in asked.answers if len(re.sub(r"\W", "", answer)) >= _LEAST_LETTERS
        ]
        if not answers:
            continue
        terms = set(index.keywords.terms(asked.question))
        if not terms:
            continue
        found = index.keywords.search(asked.question, _FOUND)
        passages = [p for p, _ in index.store.passages([hit.passage_id for hit in found])]
        if any(answer_places(passage.text, answers) for passage in passages):
            hits = [hit.passage for hit in index.search(asked.question, _FOUND)]
            passages = hits[:_FIRST] + [p for p in hits[_FIRST:] if answer_places(p.text, answers)]
        elif chance.random() > _OF_NO_POSITIVE:
            continue
        passages = [passage for passage in passages if passage.page_id not in left_out]
        yield from _of_passages(index, asked, answers, terms, passages, chance)


def _of_passages(
    index: Index,
    open_question: OpenQuestion,
    answers: Sequence[str],
    terms: set[str],
    passages: Sequence[Passage],
    chance: random.Random,
) -> Iterator[Example]:
    question = open_question.question
    holding: list[tuple[float, Example]] = []
    without: list[Example] = []
    asked = _spelled(question)
    for rank, passage in enumerate(passages):
        title = " – ".join([passage.title, *passage.heading_path])
        places = answer_places(passage.text, answers)
        if not places:
            if found := window_near(passage.text, set(question.lower().split()), chance):
                without.append(
                    Example("open, no answer", question, title, found.text, (0, 0), False)
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
    good = [example for worth, example in holding if worth >= _NEAR][:_GROUPS]
    for turn, example in enumerate(good):
        others = without[turn * _NEGATIVES :][:_NEGATIVES]
        group = f"{open_question.question_id} {turn}" if others else None
        yield replace(example, group=group)
        yield from (replace(other, group=group) for other in others)
    if not holding:
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
