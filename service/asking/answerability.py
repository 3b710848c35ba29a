"""Whether a collection holds the answer to a question at all, by what was found for it.

A logistic model over evidence that no collection's size or scale changes: how well the best page
fits the question, how far it stands out from the next, how much of the question it covers. Fitted
on real questions, each asked of a wiki with and without the page that answers it
(bench/answerability.py). Knows nothing of models that word answers.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinakes.index.extraction.span_evidence import AskedQuestion
from pinakes.index.types import FIRST_STAGE, AnsweringSentence, Hit
from pinakes.ingest.files import read_text
from pinakes.service.errors import BadInput

__all__ = [
    "CALIBRATION_FILE",
    "EVIDENCE",
    "EVIDENCE_HITS",
    "Calibration",
    "calibration_of",
    "confidence",
    "evidence_of",
]

# So many hits are weighed; answers are written from the first of them.
EVIDENCE_HITS = 20
CALIBRATION_FILE = "answerability.json"
EVIDENCE = (
    "constant", "score", "mean score of three", "ahead of the next page", "cosine",
    "cosine ahead of the next page", "keywords", "keywords ahead of the next page",
    "of the page among ten", "page vector", "title fit", "question in title", "title in question",
    "question in passage", "question in sentence", "answer", "rarity of the question",
    "named",
)  # fmt: skip


class Calibration(BaseModel):
    """From which confidence on a collection's questions are answered, and how that was found.

    ``collection``: whose questions chose it; None: the development set's. ``with_vectors``: whether
    they were searched for with vectors; confidences without them are of another kind.
    ``false_refusals`` and ``refusals``: the shares of answerable and of unanswerable questions that
    were refused with this threshold when it was chosen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float = Field(ge=0, le=1)
    collection: str | None = None
    with_vectors: bool = True
    questions: int = 0
    false_refusals: float | None = None
    refusals: float | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """The best that each search has of a page."""

    cosine: float
    keywords: float


def evidence_of(
    asked: AskedQuestion,
    hits: Sequence[Hit],
    read: Sequence[Hit],
    sentences: Sequence[AnsweringSentence],
    named: float,
) -> dict[str, float]:
    """What speaks for an answer among ``hits``, by name; ``hits`` is not empty.

    ``sentences`` are of the passages ``read``, the likeliest first. ``named``: the largest part of
    the question that a name of one page makes up.
    """
    first = hits[0]
    page_id = first.passage.page_id
    scores = [hit.features[FIRST_STAGE] for hit in hits]
    after = [hit.features[FIRST_STAGE] for hit in hits if hit.passage.page_id != page_id]
    pages = _pages(hits)
    others = [page for other, page in pages.items() if other != page_id] or [_Page(0.0, 0.0)]
    mine = pages[page_id]
    total = asked.total
    words = frozenset(asked.analyze(asked.text))
    title = frozenset(asked.analyze(first.passage.title))
    passage = title | frozenset(
        asked.analyze(" ".join([*first.passage.heading_path, first.passage.text]))
    )
    name = asked.analyze(first.passage.title.partition("(")[0]) or tuple(title)
    best = sentences[0] if sentences else None
    said: frozenset[str] = frozenset()
    if best is not None:
        source = read[best.hit].passage
        said = frozenset(asked.analyze(f"{source.title} {source.text[best.start : best.end]}"))
    return {
        "constant": 1.0,
        "score": scores[0],
        "mean score of three": sum(scores[:3]) / len(scores[:3]),
        "ahead of the next page": scores[0] - (after[0] if after else scores[-1]),
        "cosine": mine.cosine,
        "cosine ahead of the next page": mine.cosine - max(page.cosine for page in others),
        "keywords": mine.keywords / total,
        "keywords ahead of the next page": (mine.keywords - max(page.keywords for page in others))
        / total,
        "of the page among ten": sum(hit.passage.page_id == page_id for hit in hits[:10]) / 10,
        "page vector": first.features["page vector"],
        "title fit": first.features["title fit"],
        "question in title": asked.share(title),
        "title in question": sum(term in words for term in name) / (len(name) or 1),
        "question in passage": asked.share(passage),
        "question in sentence": asked.share(said),
        "answer": best.answer_score if best else 0.0,
        "rarity of the question": total,
        "named": named,
    }


def confidence(evidence: Mapping[str, float], *, with_vectors: bool) -> float:
    """How likely the collection holds the answer, 0 to 1."""
    weights = _fitted()["with vectors" if with_vectors else "without vectors"]
    total = sum(weights.get(name, 0.0) * value for name, value in evidence.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def calibration_of(collection: Path, *, with_vectors: bool) -> Calibration:
    """What was chosen for this collection (``pinakes calibrate``), else for the development set.

    Raises BadInput naming a file that is not such a record.
    """
    kind = "with vectors" if with_vectors else "without vectors"
    usual = Calibration.model_validate(_fitted()["calibrations"][kind])
    usual = usual.model_copy(update={"with_vectors": with_vectors})
    path = collection / CALIBRATION_FILE
    try:
        chosen = Calibration.model_validate_json(read_text(path))
    except FileNotFoundError:
        return usual
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error}); remove it") from None
    except ValidationError as error:
        raise BadInput(
            f"{path}: {error.errors()[0]['msg']}; make it again with pinakes calibrate, "
            "or remove it"
        ) from None
    return chosen if chosen.with_vectors is with_vectors else usual


def _pages(hits: Sequence[Hit]) -> dict[int, _Page]:
    pages: dict[int, _Page] = {}
    for hit in hits:
        cosine, keywords = (
            hit.ranks[name].score if name in hit.ranks else 0.0 for name in ("vector", "keyword")
        )
        known = pages.get(hit.passage.page_id, _Page(0.0, 0.0))
        pages[hit.passage.page_id] = _Page(max(cosine, known.cosine), max(keywords, known.keywords))
    return pages


@cache
def _fitted() -> dict[str, dict[str, float]]:
    text = (
        files("pinakes.service.asking").joinpath("answerability.json").read_text(encoding="utf-8")
    )
    fitted: dict[str, dict[str, float]] = json.loads(text)
    return fitted
