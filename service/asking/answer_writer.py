"""The model's words put into an answer as they come, sentence by sentence, each one checked.

What has been shown stays: a sentence is shown while it comes, and its markers with its end; in
strict mode only when it has been checked, and of models not to be trusted only where a source was
found to say it; rows of tables are checked in strict mode alone, code and formulas never. The
markers of what supports a sentence come first; the model's own stay behind them, unverified where
they were not found to say it.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Protocol

from pinakes.service.asking.citations import with_markers
from pinakes.service.asking.declining import is_decline
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent, Checked, Token, Withdrawn
from pinakes.service.asking.markdown import with_marks
from pinakes.service.asking.stream import FinishedSentence, SentenceStream
from pinakes.service.asking.table_rows import TableRows
from pinakes.service.reading.entailment import Premises, Support
from pinakes.service.types import Sentence, WithheldSentence

__all__ = ["AnswerWriter"]


class Answers(Protocol):
    """Whether a sentence is what was asked: of a source with this title, agreed on by a reader."""

    def __call__(self, sentence: str, title: str, *, is_agreed: bool) -> bool: ...


# A model that goes on and on says nothing more; and each sentence costs time.
_MOST_SENTENCES = 100
# So many sentences in a row that were said before are no list in which one comes twice.
_LOOP = 3

# A question, and what leads up to something: "In short:".
_CLAIMS_NOTHING = ("?", "？", ":", "：")


class AnswerWriter:
    """Writes into ``draft`` what the model says, as far as it may be shown."""

    def __init__(
        self,
        draft: Draft,
        premises: Premises,
        answers: Answers,
        *,
        strict: bool,
        trusted: bool = True,
        language: str = "",
    ) -> None:
        """``strict``: what a source refutes is withheld; unless ``trusted``, what none says, too.

        ``language``: by whose rules sentences end.
        """
        self._language = language
        self._draft = draft
        self._premises = premises
        self._answers = answers
        self._strict = strict
        self._trusted = trusted
        self._titles = {citation.number: citation.title for citation in draft.citations}
        self._stream = self._new_stream()
        self._rows = TableRows()
        self._sent = ""  # of the sentence that has begun
        self._gap = ""  # before a sentence that was withheld
        self._said: set[str] = set()
        self._repeated = 0  # sentences in a row that were said before
        self.is_done = False
        self.declined = False  # the model has said that the sources do not say
        self.has_said = False  # it has said something else, and that is shown
        self.has_proven = False  # a sentence of that is supported, and answers

    async def write(self, piece: str) -> AsyncGenerator[AnswerEvent, None]:
        """What ``piece`` adds."""
        for finished in self._stream.feed(piece):
            async for event in self._finish(finished):
                yield event
            if self.is_done:
                return
        gap, begun = self._stream.begun()
        new = begun[len(self._sent) :]
        is_one_too_many = len(self._said) == _MOST_SENTENCES
        if new and not (self._strict or is_one_too_many) and (self._sent or self._is_new(begun)):
            yield Token(new if self._sent else self._joint(gap) + new)
            self._sent = begun

    async def end(self) -> AsyncGenerator[AnswerEvent, None]:
        """What is left when the model has ended."""
        if self.is_done:
            return
        for finished in self._stream.end():
            async for event in self._finish(finished):
                yield event

    def withdraw(self) -> Iterator[AnswerEvent]:
        """Begin anew: what was written so far is none of the answer."""
        if self._draft.text or self._sent:
            yield Withdrawn()
        self._draft.text = ""
        self._draft.withheld_sentences.clear()
        self._draft.sentences.clear()
        self._said.clear()
        self._repeated = 0
        self._stream = self._new_stream()
        self._rows.end()
        self._sent = self._gap = ""
        self.is_done = self.declined = self.has_said = self.has_proven = False

    def _new_stream(self) -> SentenceStream:
        return SentenceStream(self._language)

    async def _finish(self, finished: FinishedSentence) -> AsyncGenerator[AnswerEvent, None]:
        if finished.kind != "table":
            self._rows.end()
        if not finished.is_claim:
            unfit = await self._unfit_claim(finished)
            if unfit is None:
                yield self._passed(finished)
            else:
                self._withhold(finished.words, unfit)
            return
        said = finished.words.casefold()
        if said in self._said:
            self._repeated += 1
            self.is_done = self._repeated == _LOOP  # small models get caught in some
        elif len(self._said) == _MOST_SENTENCES:
            self.is_done = True
        else:
            self._repeated = 0
        if self.is_done:
            self._draft.truncated = "repetition" if self._repeated else "length"
        is_line = "\n" in finished.gap and not self._strict
        if self.is_done or (self._repeated and not (is_line and self._repeated == 1)):
            return
        begins_anew = self._is_new(finished.words)
        self._said.add(said)
        draft = self._draft
        declines = is_decline(finished.words)
        self.declined = self.declined or declines
        found = await asyncio.to_thread(self._premises.check, finished.words, finished.numbers)
        if finished.words.endswith(_CLAIMS_NOTHING) and found.verdict != "supported":
            found = Support((), "none", 0.0)
        says_nothing = finished.words.endswith("?") or not finished.complete
        if self._strict and (says_nothing or self._is_unfit(found)):
            if not declines:
                self._withhold(finished.words, Support((), "none", 0.0) if says_nothing else found)
            self._gap = finished.gap if "\n" in finished.gap else self._gap
            return
        if not finished.complete and not begins_anew:
            return  # the beginning of a sentence that was said before
        own = [number for number in finished.numbers if number in self._titles]
        marks = tuple(dict.fromkeys([*found.citations, *own]))
        joint = self._joint(finished.gap)
        text = with_markers(finished.words, marks)
        start = len(draft.text) + len(joint)
        draft.text += joint + text
        title = "" if found.source is None else self._titles[found.source.number]
        sentence = Sentence(
            start,
            start + len(text),
            marks,
            found.verdict,
            found.score,
            found.missing,
            found.source,
            answers=not declines and self._answers(finished.words, title, is_agreed=found.agrees),
            unverified=tuple(number for number in marks if number not in found.citations),
        )
        draft.sentences.append(sentence)
        self.has_said = self.has_said or not declines
        self.has_proven = self.has_proven or sentence.is_proven
        if rest := text[len(self._sent) :]:
            yield Token(rest if self._sent else joint + rest)
        yield Checked(sentence, text)
        self._sent = self._gap = ""
        self.is_done = draft.request.mode == "brief"

    def _withhold(self, words: str, found: Support) -> None:
        self._draft.withheld_sentences.append(WithheldSentence(words, found.verdict, found.missing))

    async def _unfit_claim(self, line: FinishedSentence) -> Support | None:
        """Of what is no sentence, a claim that may not be shown: strictly, of rows of tables."""
        if line.kind != "table":
            return None
        claims = self._rows.claims(line.words)
        if self._strict:
            for claim in claims:
                found = await asyncio.to_thread(self._premises.check, claim, line.numbers)
                if self._is_unfit(found):
                    return found
        self.has_said = self.has_said or bool(claims)
        return None

    def _is_unfit(self, found: Support) -> bool:
        """Whether a claim is not to be shown, strictly."""
        return _is_refuted(found) if self._trusted else found.verdict != "supported"

    def _passed(self, line: FinishedSentence) -> Token:
        """What claims nothing, as it stands, but for the markers of sources that there are not."""
        draft = self._draft
        known = {citation.number for citation in draft.citations}.intersection(line.numbers)
        draft.marked |= known
        shown = with_marks(line.words, known.__contains__) if line.numbers else line.words
        added = self._joint(line.gap) + shown
        draft.text += added
        self.has_said = self.has_said or line.kind in ("code", "formula")
        self._gap = ""
        return Token(added)

    def _joint(self, gap: str) -> str:
        """What stands between the text so far and the next sentence."""
        if not self._draft.text:
            return ""
        if "\n" in gap:
            return gap
        return self._gap or (" " if gap else "")

    def _is_new(self, begun: str) -> bool:
        """Whether it cannot be the beginning of a sentence said before."""
        lower = begun.casefold()
        return bool(begun) and not any(said.startswith(lower) for said in self._said)


def _is_refuted(found: Support) -> bool:
    """Whether a source says otherwise, or none holds a name or number of the sentence."""
    return found.verdict == "contradicted" or bool(found.missing)
