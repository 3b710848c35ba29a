"""Which passage bears out which sentence. Pure functions: no model, no index, no I/O.

A small model cites badly, so its marks are checked and completed here: a mark that leads nowhere
goes, a sentence without one gets the passage that shares its words and numbers, or none.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote as url_quote

from index.keywords.language import QUESTION_WORDS
from index.types import Hit, Manifest
from ingest.passages import sentence_spans
from service.types import Citation, PassageRef, Sentence

__all__ = ["CitedText", "cite", "make_citation", "supporting_passage", "wiki_permalink"]

_MARK = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\](?!\()")
# Other ways models write a mark: "(source 2)", "[Sources 1 and 2]", "[^2]", "【2】".
_LOOSE_MARK = re.compile(
    r"\s*(?:[\[(]\s*(?:sources?:?|passages?:?|\^)|[【［])"
    r"\s*(\d{1,3}(?:\s*(?:[,;–-]|and|&)\s*\d{1,3})*)\s*[\])】］]",
    re.IGNORECASE,
)
_STOP = r"[.!?。！？][\"'”’)」』]*"
# On the same line, or alone on the next.
_MARKS_AFTER_STOP = re.compile(
    rf"({_STOP})((?:[^\S\n]*\[\d[\d\s,;–-]*\])+|\s*\[\d[\d\s,;–-]*\](?=[^\S\n]*$))", re.MULTILINE
)
_AND = re.compile("and|&", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_NUMBER = re.compile(r"\d")
# Share of a sentence's words that its passage must hold; numbers must all be there.
_MIN_OVERLAP = 0.5
_MIN_WORDS = 2


@dataclass(frozen=True, slots=True)
class CitedText:
    """An answer's text with only valid marks in it, and its sentences."""

    text: str
    sentences: tuple[Sentence, ...]


def cite(raw: str, passages: Mapping[int, str]) -> CitedText:
    """Check and complete the marks of ``raw`` against the numbered ``passages``.

    Each sentence keeps the marks that name one of the passages; one that has none left gets the
    best supporting passage, when there is one.
    """
    parts: list[str] = []
    sentences: list[Sentence] = []
    length = 0
    for words, numbers, gap in _marked_sentences(_normalized_marks(raw)):
        valid = tuple(dict.fromkeys(number for number in numbers if number in passages))
        if not valid and (found := supporting_passage(words, passages)) is not None:
            valid = (found,)
        if not _WORD.search(words):
            continue
        marked = _with_marks(words, valid)
        if parts:
            joint = " " if gap and "\n" not in gap else gap
            parts.append(joint)
            length += len(joint)
        parts.append(marked)
        sentences.append(Sentence(length, length + len(marked), valid))
        length += len(marked)
    return CitedText("".join(parts), tuple(sentences))


def _normalized_marks(raw: str) -> str:
    """Marks at the end of a sentence stand before its full stop, so that they stay with it.

    A text that begins with a mark has them all before their sentences.
    """
    text = _LOOSE_MARK.sub(lambda mark: f" [{_AND.sub(',', mark[1])}]", raw).strip()
    if _MARK.match(text):
        return text
    return _MARKS_AFTER_STOP.sub(lambda found: f" {found[2].strip()}{found[1]}", text)


def _marked_sentences(text: str) -> Iterator[tuple[str, list[int], str]]:
    """Each sentence without its marks, their numbers, and the space before it."""
    before = 0
    for start, end in sentence_spans(text):
        piece = text[start:end]
        numbers = [number for mark in _MARK.findall(piece) for number in _numbers(mark)]
        yield _MARK.sub("", piece).strip(), numbers, text[before:start]
        before = end


def _numbers(mark: str) -> Iterator[int]:
    for part in re.split(r"[,;]", mark):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        if len(bounds) == 2 and 0 < bounds[1] - bounds[0] < 10:
            yield from range(bounds[0], bounds[1] + 1)
        else:
            yield from bounds


def _with_marks(words: str, numbers: Sequence[int]) -> str:
    """The marks stand before the closing stop: "… in 1455 [2]."."""
    marks = "".join(f" [{number}]" for number in numbers)
    match = re.search(f"{_STOP}$", words)
    if not match:
        return words + marks
    return words[: match.start()] + marks + words[match.start() :]


def supporting_passage(sentence: str, passages: Mapping[int, str]) -> int | None:
    """The number of the passage that holds every number and most words of ``sentence``.

    None when no passage does, or when the sentence says too little to be told apart.
    """
    words = content_words(sentence)
    if len(words) < _MIN_WORDS and not any(_NUMBER.search(word) for word in words):
        return None
    best: tuple[float, int] | None = None
    for number, text in passages.items():
        share = overlap(words, content_words(text))
        if share >= _MIN_OVERLAP and (best is None or share > best[0]):
            best = (share, number)
    return best[1] if best else None


def overlap(words: frozenset[str], passage: frozenset[str]) -> float:
    """Share of ``words`` that ``passage`` holds, 0 to 1; 0 if a number among them is missing."""
    if not words or any(_NUMBER.search(word) and word not in passage for word in words):
        return 0.0
    return len(words & passage) / len(words)


def content_words(text: str) -> frozenset[str]:
    """Words without case, accents, plural s and stop words; numbers without separators."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return frozenset(_stem(word) for word in _WORD.findall(bare) if word not in QUESTION_WORDS) - {
        ""
    }


def _stem(word: str) -> str:
    if _NUMBER.search(word):
        return re.sub(r"[,.](?=\d{3}(?:\D|$))", "", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def make_citation(number: int, hit: Hit, manifest: Manifest) -> Citation:
    """The citation of ``hit`` under ``number``, with its local address and the wiki's permalink."""
    passage = hit.passage
    ref = PassageRef(
        manifest.collection, passage.page_id, hit.revision_id, passage.start, passage.end
    )
    return Citation(
        number=number,
        ref=ref,
        title=passage.title,
        heading_path=passage.heading_path,
        quote=passage.text,
        url=_page_url(ref),
        permalink=wiki_permalink(manifest.dump.base_url, passage.title, hit.revision_id),
        highlights=hit.highlights,
    )


def _page_url(ref: PassageRef) -> str:
    """The local reader's address; the revision lets it say when the page has changed since."""
    return f"/page/{ref.page_id}?revision={ref.revision_id}&start={ref.start}&end={ref.end}#passage"


def wiki_permalink(base_url: str, title: str, revision_id: int) -> str | None:
    """The revision on the wiki the dump came from, or None for a dump that does not name it.

    ``base_url`` is siteinfo's ``<base>``: the address of the main page under ``/wiki/``.
    """
    site, found, _ = base_url.partition("/wiki/")
    if not found or not site.startswith(("http://", "https://")):
        return None
    site = site.replace("http://", "https://", 1)
    return f"{site}/w/index.php?title={url_quote(title.replace(' ', '_'))}&oldid={revision_id}"
