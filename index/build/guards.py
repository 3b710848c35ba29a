"""What a new generation must pass before it goes live, beside the one that answers now.

That it opens is never let pass. What else speaks against it may be accepted: by an option, or by
the person at the terminal, and then stands in its manifest. Knows no terminal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.errors import Withheld
from pinakes.index.evaluation.own_questions import DEPTH, own_questions, rank_of
from pinakes.index.generations import read_manifest
from pinakes.index.locks import GenerationLock
from pinakes.index.retrieval.search import Index
from pinakes.index.store.vanished import vanished_pages
from pinakes.index.types import Manifest, QuestionEncoder
from pinakes.ingest.sources.base import Source

__all__ = ["Guards", "Objection", "accepted", "objections"]

# Of the pages before, so many must be there again, unless their owner may remove more.
_LEAST_PAGES = 0.95
# Of the collection's own questions that found their page before.
_MOST_LOST = 0.05
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Guards:
    """What is let pass, and who is asked: ``ask`` a person a yes-or-no question, if there is one.

    ``force``: everything; ``accept_vanished``: pages that the dump no longer leads to;
    ``accept_encoder``: all vectors made again, by another encoder.
    """

    accept_vanished: bool = False
    accept_encoder: bool = False
    force: bool = False
    ask: Callable[[str], bool] = lambda _question: False
    open_encoder: Callable[[Path], QuestionEncoder] = open_question_encoder


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a generation, in a line that names what it found."""

    kind: Literal["vanished", "pages", "questions"]
    text: str


def accepted(
    collection: Path,
    before: Path | None,
    stage: Path,
    manifest: Manifest,
    guards: Guards,
    *,
    most_vanished: float,
) -> list[str]:
    """What was found against the sealed generation at ``stage`` and accepted.

    ``before``: the generation that answers now, None where there is none to compare with.
    ``most_vanished``: the share of pages that may, as its source says. Raises Withheld for what
    nobody accepts, and what ``Index.open`` does where it does not open.
    """
    found = objections(
        collection, before, stage, manifest, guards.open_encoder, most_vanished=most_vanished
    )
    if not found or guards.force:
        return [objection.text for objection in found]
    left = [one for one in found if one.kind != "vanished" or not guards.accept_vanished]
    reasons = "; ".join(one.text for one in left)
    only_vanished = all(one.kind == "vanished" for one in left)
    if left and not (only_vanished and guards.ask(f"{reasons}. Publish it all the same?")):
        option = "--accept-vanished" if only_vanished else "--force"
        keep = (
            "; to keep these pages as they were: with --keep-vanished, which writes the index again"
        )
        vanished = any(one.kind == "vanished" for one in left)
        raise Withheld(
            f"{manifest.collection} {manifest.generation} is whole and not published: {reasons}. "
            f"To publish it all the same, without building it again: the same command with {option}"
            f"{keep if vanished else ''}"
        )
    return [objection.text for objection in found]


def objections(
    collection: Path,
    before: Path | None,
    stage: Path,
    manifest: Manifest,
    open_encoder: Callable[[Path], QuestionEncoder] = open_question_encoder,
    *,
    most_vanished: float = Source.most_vanished,
) -> list[Objection]:
    """All that speaks against the generation at ``stage``. Raises what ``Index.open`` does."""
    with Index.open_generation(stage, GenerationLock(stage), open_encoder) as after:
        if before is None:
            return []
        found = _missing_pages(before, stage, read_manifest(before), manifest, most_vanished)
        questions = own_questions(collection)
        if questions:
            with Index.open_generation(before, GenerationLock(before), open_encoder) as index:
                had = [question for question in questions if rank_of(question, index) is not None]
            lost = [question.text for question in had if rank_of(question, after) is None]
            if len(lost) > _MOST_LOST * len(had):
                found.append(
                    Objection(
                        "questions",
                        f"{len(lost)} of the {len(had)} questions of this collection no longer "
                        f"find their page among the first {DEPTH} passages: {_few(lost)}",
                    )
                )
        return found


def _missing_pages(
    before: Path, stage: Path, old: Manifest, new: Manifest, most_vanished: float
) -> list[Objection]:
    found = []
    pages = old.pages.articles
    gone = list(vanished_pages(before / "pages.db", stage / "pages.db"))
    vanished = [title for title, _ in gone]
    kept = [title for title, kept_as_of in gone if kept_as_of is not None]
    if len(vanished) > most_vanished * pages:
        found.append(
            Objection(
                "vanished",
                f"{len(vanished):,} of {pages:,} pages ({len(vanished) / pages:.1%}) of "
                f"{old.generation} are missing from this dump, or lead nowhere in it, which need "
                f"not mean that they were deleted: {_few(vanished)}",
            )
        )
    elif kept:  # by somebody's wish
        found.append(
            Objection(
                "vanished",
                f"{len(kept):,} of the pages that {old.generation} keeps from earlier dumps are "
                f"missing from this one, or lead nowhere in it, too: {_few(kept)}",
            )
        )
    if new.pages.articles < min(_LEAST_PAGES, 1 - most_vanished) * pages:
        found.append(
            Objection(
                "pages",
                f"it has {new.pages.articles:,} articles where {old.generation} has {pages:,}",
            )
        )
    return found


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(repr(name) for name in names[:_MOST_NAMED]) + more
