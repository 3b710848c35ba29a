"""Stop words of a language that nobody has listed any of: the most frequent words of its own text.

Kept beside the keyword index they were found for. Knows nothing of searching.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pinakes.index.keywords.spelling import without_accents
from pinakes.ingest.text.scripts import is_unspaced
from pinakes.ingest.text.sentences import STOPS, sentence_spans

__all__ = ["frequent_words", "read_frequent_words", "write_frequent_words"]

# Of all sentences; English has some thirty such words, all of them on the list that it has.
_LEAST_SHARE = 0.05
_MOST_WORDS = 50
# In fewer sentences, what they are about is as frequent as what any text consists of.
_FEWEST_SENTENCES = 1_000
_FILE = "stop_words.txt"


def frequent_words(
    texts: Iterable[str], language: str, words: Callable[[str], Sequence[str]]
) -> list[str]:
    """The words that stand in every twentieth sentence of ``texts`` or more, most frequent first.

    ``words``: of a sentence, in lower case. Lines that are no sentences do not count: the labels of
    infoboxes are as frequent. Of scripts without spaces there are none: their terms are no words.
    """
    counts: Counter[str] = Counter()
    sentences = 0
    for text in texts:
        for line in text.splitlines():
            if line.rstrip()[-1:] not in STOPS:
                continue
            for start, end in sentence_spans(line, language=language):
                sentences += 1
                counts.update(set(words(line[start:end])))
    if sentences < _FEWEST_SENTENCES:
        return []
    return [
        word
        for word, count in counts.most_common(_MOST_WORDS)
        if count >= _LEAST_SHARE * sentences
        and not any(letter.isdigit() or is_unspaced(letter) for letter in word)
    ]


def write_frequent_words(path: Path, words: Sequence[str]) -> None:
    """Put ``words`` beside the keyword index in the directory ``path``."""
    (path / _FILE).write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


def read_frequent_words(path: Path) -> frozenset[str]:
    """The words beside the keyword index in ``path``, also without accents; of most, none."""
    file = path / _FILE
    words = file.read_text(encoding="utf-8").split() if file.is_file() else []
    return frozenset([*words, *map(without_accents, words)])
