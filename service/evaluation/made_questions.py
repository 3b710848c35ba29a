"""Questions made of a collection's own pages: what a collection can be asked when nobody has yet.

Each names its page and asks for what a passage of it says, in the words that the language asks
with where these are known, else as words to search for. They are easier than those of people, who
have not read the page. Knows nothing of answers.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.language import language_part
from pinakes.ingest.text.scripts import WORD
from pinakes.ingest.text.sentences import sentence_spans
from pinakes.ingest.types import INFOBOX_HEADING, Passage
from pinakes.service.evaluation.targets import Target
from pinakes.service.reading.words import AnswerType, words_of

__all__ = ["made_questions"]

# The same passages are drawn whenever a collection is asked.
_SEED = 14
# So many passages are looked at for each question that is wanted: pages of a name alone have none.
_DRAWN = 8
_WORDS_OF_SENTENCE = (2, 3)
_WORD = re.compile(WORD)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes a question of a passage; ``asking``: a question word for each type, where known."""

    index: Index
    asking: dict[str, str]
    chance: random.Random

    def definition(self, title: str, passage: Passage) -> str | None:
        """What the page is about: "what Rosetta Stone?"."""
        return self._asked("thing", title, ())

    def section(self, title: str, passage: Passage) -> str | None:
        """What a section, or a row of its infobox, is about: "Rosetta Stone discovery"."""
        if not passage.heading_path:
            return None
        if passage.heading_path[-1] == INFOBOX_HEADING:
            labels = [line.partition(": ")[0] for line in passage.text.splitlines() if ": " in line]
            return self._asked("thing", title, [self.chance.choice(labels)]) if labels else None
        return self._asked(None, title, [passage.heading_path[-1]])

    def sentence(self, title: str, passage: Passage) -> str | None:
        """What one of its sentences says: "when Rosetta Stone transported London?"."""
        language = self.index.manifest.dump.language
        spans = list(sentence_spans(passage.text, language=language))
        self.chance.shuffle(spans)
        for start, end in spans:
            text = passage.text[start:end]
            words = self._common_words(title, text)
            count = self.chance.choice(_WORDS_OF_SENTENCE)
            if len(words) > count:
                places = sorted(self.chance.sample(range(len(words)), count))
                return self._asked(_type_of(text), title, [words[place] for place in places])
        return None

    def _asked(self, answer_type: AnswerType | None, title: str, words: Sequence[str]) -> str:
        word = self.asking.get(answer_type) if answer_type else None
        text = " ".join([title, *words])
        return f"{word} {text}?" if word else text

    def _common_words(self, title: str, text: str) -> list[str]:
        """The words of a sentence that say something, and are neither names nor in the title."""
        keywords = self.index.keywords
        stop_words = words_of(self.index.manifest.dump.language).stop_words
        titled = set(keywords.analyze(title))
        words = dict.fromkeys(match[0] for match in _WORD.finditer(text))
        return [
            word
            for word in words
            if word.isalpha()
            and not word[0].isupper()
            and word not in stop_words
            and keywords.content_terms(word)
            and titled.isdisjoint(keywords.analyze(word))
        ]


def made_questions(index: Index, number: int) -> tuple[Target, ...]:
    """At most ``number`` questions, each with the page that it was made of as its gold page.

    Half of them ask for what a sentence says, a quarter each for what the page is about and for a
    section or a row of an infobox; where there are neither, for sentences.
    """
    asking = {
        answer_type: words[0]
        for answer_type, words in language_part(index.manifest.dump.language, "questions")
        .get("expected", {})
        .items()
    }
    maker = _Maker(index, asking, random.Random(_SEED))  # noqa: S311  (draws, no secrets)
    made: list[Target] = []
    for passage in _drawn(index, maker.chance, number * _DRAWN):
        if len(made) == number:
            break
        title = passage.title.partition(" (")[0]
        kinds = (maker.definition, maker.sentence, maker.section, maker.sentence)
        question = kinds[len(made) % len(kinds)](title, passage) or maker.sentence(title, passage)
        if question is not None and index.keywords.content_terms(title):
            pages = frozenset([passage.page_id])
            made.append(Target(f"made-{len(made) + 1}", question, is_answerable=True, pages=pages))
    return tuple(made)


def _drawn(index: Index, chance: random.Random, number: int) -> Iterator[Passage]:
    """Passages in no order, one of a page at most, none of pages that only list others."""
    count = index.manifest.passages
    seen: set[int] = set()
    for passage_id in chance.sample(range(count), min(count, number)):
        [place] = index.store.places([passage_id])
        if place.page_id not in seen and not place.is_disambiguation:
            seen.add(place.page_id)
            [(passage, _)] = index.store.passages([passage_id])
            yield passage


def _type_of(sentence: str) -> AnswerType:
    """What may be asked for of a sentence: the time, a number, or a thing."""
    if _YEAR.search(sentence):
        return "time"
    return "number" if any(letter.isdigit() for letter in sentence) else "thing"
