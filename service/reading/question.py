"""A question as it is compared with what sources say: its terms, its language, its vector.

Made once for a question and passed on. Knows nothing of what was found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pinakes.index.retrieval.search import Index
from pinakes.index.types import EncoderRecord, QueryContext, Vectors
from pinakes.service.reading.answer_types import ExpectedAnswer, expected_answer
from pinakes.service.reading.words import LanguageWords, words_of

__all__ = ["Question", "SentenceVectors", "question_of"]

_TOPIC_WORDS = 3
# Of so many passages, idf and the same weight for every word count half each.
_FEW_PASSAGES = 300
_MARKS = ("?", "？", "؟", "՞", "፧")


class SentenceVectors:
    """Vectors of the sentences of sources, each encoded once, as passages are."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors]) -> None:
        """``encode``: from texts to unit vectors of shape (len(texts), dimension)."""
        self._encode = encode
        self._known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> list[Vectors]:
        """One vector for each text; those not seen before are encoded in one batch."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encode(new), strict=True))
        return [self._known[text] for text in texts]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the means to compare its words with others of its language.

    ``context``: what search knows of it. ``idf``: its search terms, each with its idf, which of a
    few passages says little: there words weigh nearly alike. ``reliance``: how much it says,
    0 to 1. ``idf_of``: the idf of any search term,
    ``greatest_idf``: of a word that a single passage has. ``analyze``: the search terms of
    a text. ``is_stop_word``: whether a word says nothing by itself. ``encoder``: what makes the
    question's vector and the ``sentence_vectors``; without vectors both are None.
    """

    context: QueryContext
    idf: Mapping[str, float]
    reliance: float
    idf_of: Callable[[str], float]
    greatest_idf: float
    expected: ExpectedAnswer
    words: LanguageWords
    analyze: Callable[[str], Sequence[str]]
    is_stop_word: Callable[[str], bool]
    encoder: EncoderRecord | None = None
    sentence_vectors: SentenceVectors | None = None

    @property
    def text(self) -> str:
        """The question as it is searched for."""
        return self.context.text

    @property
    def total_idf(self) -> float:
        """The idf of all its terms together, and never 0."""
        return sum(self.idf.values()) or 1.0

    @property
    def unknown(self) -> frozenset[str]:
        """Its search terms that no passage has."""
        return frozenset(term for term, idf in self.idf.items() if idf > self.greatest_idf)

    @property
    def asks_nothing(self) -> bool:
        """Whether it only names something: no question word, no question mark, few terms."""
        is_short = len(self.idf) <= _TOPIC_WORDS
        return is_short and self.expected.type == "none" and not self.text.endswith(_MARKS)

    def share(self, terms: frozenset[str]) -> float:
        """How much of the question ``terms`` hold, weighted by idf, 0 to 1."""
        return sum(idf for term, idf in self.idf.items() if term in terms) / self.total_idf

    def cosines(self, sentences: Sequence[str]) -> list[float] | None:
        """The cosine of each sentence with the question; None without vectors."""
        vector = self.context.vector
        if vector is None or self.sentence_vectors is None:
            return None
        return [float(vector @ sentence) for sentence in self.sentence_vectors(sentences)]


def question_of(
    index: Index, asked: str | QueryContext, sentence_vectors: SentenceVectors | None = None
) -> Question:
    """What is asked, in the language of ``index``. Raises BadQuery.

    ``sentence_vectors``: of another question on the same passages, to be shared.
    """
    context = index.context(asked) if isinstance(asked, str) else asked
    keywords = index.keywords
    language = index.manifest.dump.language
    words = words_of(language)
    encoder = None if index.encoder is None else index.encoder.record
    reliance = keywords.document_count / (keywords.document_count + _FEW_PASSAGES)
    return Question(
        context=context,
        idf={
            term: reliance * idf + (1 - reliance) * keywords.greatest_idf
            for term, idf in context.terms.items()
        },
        reliance=reliance,
        idf_of=keywords.idf,
        greatest_idf=keywords.greatest_idf,
        expected=expected_answer(context.text, language),
        words=words,
        analyze=keywords.analyze,
        is_stop_word=lambda word: word in words.stop_words or not keywords.content_terms(word),
        encoder=encoder,
        sentence_vectors=(sentence_vectors or SentenceVectors(index.encoded)) if encoder else None,
    )
