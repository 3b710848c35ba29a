"""Examples of claims: of questions and answers, of FEVER, and made of a wiki's own sentences."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.reading.alterations import falsified, names_in, reworded, shortened
from bench.reading.examples import Example, SupportLabel, cut, window_around, window_near
from bench.reading.split import Part, claims, squad
from bench.reading.statements import statement
from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import Passage

__all__ = ["from_fever", "from_passages", "from_questions", "from_squad_answers"]

_ALTERED, _ELSEWHERE, _SAID = 0.5, 0.3, 0.7
_YEAR = re.compile(r"\b(?:1\d{3}|20[012]\d)\b")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?")


def from_squad_answers(part: Part, chance: random.Random) -> Iterator[Example]:
    """Statements of SQuAD's questions: with the answer, with another one there, or elsewhere."""
    paragraphs = list(squad(part))
    for place, paragraph in enumerate(paragraphs):
        near = [p for p in paragraphs[max(0, place - 1) : place + 2] if p.title == paragraph.title]
        known = [q.answers[0][1] for q in paragraph.questions if q.answers]
        for question in paragraph.questions:
            text = question.text
            if not question.answers:
                found = window_near(paragraph.text, set(text.lower().split()), chance)
                if known and found and chance.random() < 0.5:
                    claim = statement(text, chance.choice(known), chance)
                    yield Example("qa", claim, paragraph.title, found.text, support="not said")
                continue
            start, answer = question.answers[0]
            window = window_around(paragraph.text, start, start + len(answer), chance)
            if window is None:
                continue
            told = _Told("qa", question.id, text, answer)
            yield from _twins(told, known, paragraph.title, window.text, chance)
            for other in near:
                if chance.random() < _ELSEWHERE:
                    claim = statement(text, answer, chance)
                    found = window_near(other.text, (), chance)
                    if found and answer.lower() not in found.text.lower():
                        yield Example("qa", claim, other.title, found.text, support="not said")


def from_questions(examples: Iterable[Example], chance: random.Random) -> Iterator[Example]:
    """Statements of open questions: with the answer that a text holds, and with another there."""
    for place, example in enumerate(examples):
        if example.span and example.span[1]:
            start, end = example.span
            answer = example.text[start:end]
            told = _Told("open qa", str(place), example.first, answer)
            yield from _twins(told, (), example.title, example.text, chance)


@dataclass(frozen=True, slots=True)
class _Told:
    """A question with its answer, of which statements are made."""

    kind: str
    name: str
    question: str
    answer: str


def _twins(
    told: _Told, known: Sequence[str], title: str, text: str, chance: random.Random
) -> Iterator[Example]:
    """The right statement and a wrong one, which differs in its answer or in what is asked."""
    question, answer = told.question, told.answer
    right = statement(question, answer, chance)
    wrong = None
    if chance.random() < _ALTERED:
        names = [text[a:b] for a, b in names_in(text)]
        wrong = falsified(right, names if chance.random() < 0.7 else [*known] or names, chance)
    wrong = wrong or _answered_wrongly(told, known, text, chance)
    group = f"{told.kind} {told.name}" if wrong else None
    yield Example(told.kind, right, title, text, support="supported", group=group)
    if wrong:
        yield Example(told.kind, wrong, title, text, support="contradicted", group=group)


def _answered_wrongly(
    told: _Told, known: Sequence[str], text: str, chance: random.Random
) -> str | None:
    """The statement with another answer of like form, from the same text where it has one."""
    question, answer = told.question, told.answer
    others = [o for o in _alike(answer, text) if o.lower() not in answer.lower()]
    others = [
        o for o in others if answer.lower() not in o.lower() and o.lower() not in question.lower()
    ]
    if not others or chance.random() < 0.2:
        others = [o for o in known if o != answer and _form(o) == _form(answer)] or others
    if others:
        return statement(question, chance.choice(others), chance)
    return falsified(statement(question, answer, chance), list(known), chance)


def _form(answer: str) -> str:
    if _YEAR.search(answer):
        return "year"
    if _NUMBER.search(answer):
        return "number"
    return "name" if answer[:1].isupper() else "words"


def _alike(answer: str, text: str) -> list[str]:
    form = _form(answer)
    if form == "year":
        return [match[0] for match in _YEAR.finditer(text)]
    if form == "number":
        return [match[0] for match in _NUMBER.finditer(text) if not _YEAR.fullmatch(match[0])]
    if form == "name":
        return [text[a:b] for a, b in names_in(text)]
    return []


def from_fever(index: Index, part: Part, chance: random.Random) -> Iterator[Example]:
    """FEVER's claims with the window of their page that shares most words, or of a page found."""
    for row in claims(part):
        claim = row["claim"]
        terms = set(index.keywords.terms(claim))
        if not terms:
            continue
        if row["pages"]:
            passages = [
                passage
                for page in row["pages"][:1]
                for passage in index.store.passages_of_page(page["id"])
            ]
            support: SupportLabel = "supported" if row["label"] == "SUPPORTS" else "contradicted"
        else:
            found = index.keywords.search(claim, 6)
            passages = [p for p, _ in index.store.passages([hit.passage_id for hit in found])]
            support = "not said"
        # How an article begins says what most claims are about.
        windows = [(p, w) for p in passages for w in cut(p.text)]
        windows.sort(
            key=lambda pair: -_held(index, pair[1].text, terms) - 0.1 * (pair[0].start == 0)
        )
        for passage, window in windows[:1]:
            yield Example("fever", claim, passage.title, window.text, support=support)


def _held(index: Index, text: str, terms: set[str]) -> float:
    held = set(index.keywords.analyze(text)) & terms
    return sum(index.keywords.idf(term) for term in held) / (
        sum(index.keywords.idf(term) for term in terms) or 1.0
    )


def from_passages(passages: Iterable[Passage], chance: random.Random) -> Iterator[Example]:
    """Claims made of sentences: as they are, shortened, reworded, made wrong, or of other texts."""
    before: list[str] = []
    for passage in passages:
        spans = [
            (a, b)
            for a, b in sentence_spans(passage.text, language="en")
            if 7 <= len(passage.text[a:b].split()) <= 40 and passage.text[b - 1] == "."
        ]
        if len(spans) < 3:
            continue
        a, b = chance.choice(spans)
        window = window_around(passage.text, a, b, chance)
        if window is None:
            continue
        sentence = passage.text[a:b]
        here = [passage.text[x:y] for x, y in names_in(passage.text)]
        told = reworded(shortened(sentence, chance), passage.title, chance)
        title = passage.title
        fate = chance.random()
        if fate < _SAID:
            others = here if chance.random() < 0.6 else before
            wrong = falsified(told, others, chance)
            group = f"sentence {passage.passage_id}" if wrong else None
            text = window.text
            yield Example("sentence", told, title, text, support="supported", group=group)
            if wrong:
                yield Example("sentence", wrong, title, text, support="contradicted", group=group)
        else:
            rest = window_near(max(passage.text[:a], passage.text[b:], key=len), (), chance)
            if rest:
                yield Example("sentence", told, title, rest.text, support="not said")
        before = [*before[-200:], *here[:6]]
