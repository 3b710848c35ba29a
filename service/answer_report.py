"""How an answer looks: its text, the sources below it, and what made it."""

from rich.text import Text

from service.console import coverage_text, err, out, print_coverage
from service.hit_report import print_sources
from service.types import Answer

__all__ = ["answer_text", "print_answer"]


def answer_text(answer: Answer) -> Text:
    """The answer's text, with a mark after each sentence that nothing bears out."""
    text = Text()
    position = 0
    for sentence in answer.sentences:
        text.append(answer.text[position : sentence.end])
        if not sentence.citations:
            text.append(" (uncited)", style="dim yellow")
        position = sentence.end
    text.append(answer.text[position:])
    return text


def print_answer(answer: Answer, *, with_text: bool = True) -> None:
    """The answer, its sources, and what made it."""
    if with_text:
        if answer.model is None and answer.grounded:
            out.print(Text("Quotations from the best passages:\n", style="dim"))
        out.print(answer_text(answer))
    if answer.citations:
        out.print(Text("\nSources", style="bold"))
        print_sources(answer.citations)
    parts = [answer.model or "no model", f"generation {answer.generation}"]
    if answer.coverage == 1:
        parts.append(coverage_text(1))
    parts += [
        f"{label} {answer.timings[key]:.1f} s"
        for key, label in (("first_token_s", "first token"), ("total_s", "total"))
        if key in answer.timings
    ]
    err.print(Text(" · ".join(parts), style="dim"))
    print_coverage(answer.coverage)
