"""Questions of SQuAD 1.1, 2.0 and of sets in their format, such as XQuAD.

Format: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (EMNLP
2016) and "Know What You Don't Know: Unanswerable Questions for SQuAD" (ACL 2018).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pinakes.index.errors import BadQuestions
from pinakes.index.evaluation.questions import Evidence, Gold, Question
from pinakes.ingest.text.sentences import sentence_spans

__all__ = ["squad_questions"]


def squad_questions(path: Path, data: Sequence[Any]) -> Iterator[Question]:
    """The questions of the articles ``data``; those that have no answer without gold.

    A question's gold is its article, by title; the evidence is the sentence of its paragraph in
    which an answer stands, for each answer. Raises BadQuestions naming article and question.
    """
    for number, article in enumerate(data, start=1):
        place = f"{path}, article {number}"
        try:
            title = str(article["title"]).replace("_", " ")
            place += f" ({title})"
            for paragraph in article["paragraphs"]:
                context = str(paragraph["context"])
                spans = sentence_spans(context)
                for entry in paragraph["qas"]:
                    yield _question(place, title, context, spans, entry)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadQuestions(
                f"{place}: needs title and paragraphs with context and qas ({error!r})"
            ) from None


def _question(
    place: str, title: str, context: str, spans: Sequence[tuple[int, int]], entry: dict[str, Any]
) -> Question:
    name = str(entry.get("id"))
    try:
        answers = [] if entry.get("is_impossible") else entry["answers"]
        evidence = [
            _evidence(context, spans, answer["answer_start"], answer["text"]) for answer in answers
        ]
        gold = [Gold(title=title, evidence=tuple(dict.fromkeys(evidence)))] if evidence else []
        words = tuple(dict.fromkeys(str(answer["text"]) for answer in answers))
        return Question(str(entry["id"]), str(entry["question"]), tuple(gold), words)
    except (KeyError, TypeError, ValueError) as error:
        raise BadQuestions(
            f"{place}, question {name}: needs id, question and answers with text and "
            f"answer_start ({error!r})"
        ) from None


def _evidence(context: str, spans: Sequence[tuple[int, int]], start: int, answer: str) -> Evidence:
    """The sentence, or the sentences, that hold the answer at ``start``."""
    end = start + len(answer)
    if not 0 <= start < end <= len(context):
        raise ValueError(f"answer {answer!r} at {start} lies outside its paragraph")
    touched = [span for span in spans if span[0] < end and start < span[1]]
    if not touched:
        raise ValueError(f"answer {answer!r} at {start} holds no word")
    return Evidence(context[touched[0][0] : touched[-1][1]], answer)
