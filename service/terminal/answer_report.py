"""How an answer looks: its text with what is doubtful in it, its sources, and what made it."""

from rich.console import Console
from rich.text import Text

from pinakes.service.asking.marks import own_brackets
from pinakes.service.terminal.console import coverage_text, err, out, print_coverage
from pinakes.service.terminal.hit_report import print_sources
from pinakes.service.types import Answer, Sentence

__all__ = ["answer_text", "doubt", "print_answer", "print_answer_sources"]


def doubt(sentence: Sentence) -> Text:
    """What follows a sentence that is not borne out: how far it is, and what no source holds."""
    if sentence.verdict == "supported":
        return Text()
    lacking = f": not in the sources: {', '.join(sentence.missing)}" if sentence.missing else ""
    return Text(f" ({sentence.verdict}{lacking})", style="dim yellow")


def answer_text(answer: Answer) -> Text:
    """The answer's text with its doubts; the short answer in it is bold, or stands above it."""
    text = Text()
    position = 0
    for sentence in answer.sentences:
        text.append(answer.text[position : sentence.end])
        text.append_text(doubt(sentence))
        position = sentence.end
    text.append(answer.text[position:])
    short = answer.short_answer
    said = "" if short is None else own_brackets(short.text)
    if short is not None and not text.highlight_words([said], "bold"):
        above = Text().append(f"{said} [{short.number}]", style="bold")
        return above.append("\n\n").append_text(text)
    return text


def print_answer(answer: Answer) -> None:
    """The answer, its sources, and what made it."""
    if answer.kind == "quotation":
        out.print(Text("Quotations: what the sources say, word for word\n", style="dim"))
    out.print(answer_text(answer))
    if answer.kind == "refusal":
        _print_refusal(answer)
    if answer.withheld:
        them = "1 sentence" if answer.withheld == 1 else f"{answer.withheld} sentences"
        it = "it" if answer.withheld == 1 else "them"
        err.print(Text(f"{them} withheld: nothing bears {it} out", style="dim yellow"))
    print_answer_sources(answer, out)
    parts = [_model_text(answer), f"generation {answer.generation}"]
    if answer.as_of:
        parts.append(f"as of {answer.as_of}")
    if answer.coverage == 1:
        parts.append(coverage_text(1))
    parts += [
        f"{label} {answer.timings[key]:.1f} s"
        for key, label in (("first_token_s", "first token"), ("total_s", "total"))
        if key in answer.timings
    ]
    err.print(Text(" · ".join(parts), style="dim"))
    print_coverage(answer.coverage)


def _model_text(answer: Answer) -> str:
    """Which model was asked, and whether these are its words."""
    if answer.model is None:
        return "no model"
    return f"{answer.model}, its words withheld" if answer.kind == "quotation" else answer.model


def print_answer_sources(answer: Answer, console: Console) -> None:
    """The sources that the answer's sentences cite, the short answer marked in its own."""
    if answer.citations:
        console.print(Text("\nSources", style="bold"))
        print_sources(answer, console)


def _print_refusal(answer: Answer) -> None:
    """What was searched, and where to read on, if the text does not say it."""
    asked = ", ".join(f"“{query}”" for query in answer.searched)
    if asked not in answer.text:
        out.print(Text(f"\nSearched for {asked}.", style="dim"))
    others = [page.title for page in answer.nearest if page.title not in answer.text]
    if others:
        out.print(Text(f"Nearest pages: {', '.join(others)}"))
