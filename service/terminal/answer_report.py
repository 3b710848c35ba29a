"""How an answer looks: while it comes, whole, and the sources that it opens.

What is shown of an answer that comes makes room for the finished one; of one that breaks off it
stays. What is doubtful is marked, and a cited passage shown where it stands in its article.
"""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, nullcontext

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pinakes.index.types import StoredPage
from pinakes.service.asking.citations import own_brackets
from pinakes.service.asking.events import AnswerEvent, Checked, Done, Status, Token, Withdrawn
from pinakes.service.errors import ServiceError
from pinakes.service.terminal.console import coverage_text, err, out, print_coverage, print_searched
from pinakes.service.terminal.hit_report import print_sources
from pinakes.service.types import Answer, AnswerKind, Citation, Sentence, WithheldSentence
from pinakes.service.views.excerpts import marked_pieces

__all__ = [
    "answer_text",
    "doubt",
    "print_answer",
    "print_answer_sources",
    "print_source",
    "shown_answer",
    "source_text",
]

_REFRESH = 12  # a second: as words come
# What stands above an answer that is none, by kind.
_ABOVE: Mapping[AnswerKind, str] = {
    "unproven": "Unproven: no sentence is both supported and an answer to what was asked",
    "passage": "The passage that most likely answers, word for word",
    "topic": "How the article begins, word for word",
}
# Where there are no colours.
_BRACKETS = ("⟦", "⟧")


def doubt(sentence: Sentence | WithheldSentence) -> Text:
    """What follows a sentence that is not supported, or has marks that were not found to say it."""
    doubts = []
    if sentence.verdict not in ("supported", "none"):
        missing = ", ".join(sentence.missing)
        doubts.append(sentence.verdict + (f": not in the sources: {missing}" if missing else ""))
    # Where nothing supports a sentence, that goes for all its marks.
    unverified = sentence.unverified if isinstance(sentence, Sentence) else ()
    if unverified and sentence.verdict != "unsupported":
        doubts.append("unverified: " + " ".join(f"[{number}]" for number in unverified))
    return Text(f" ({'; '.join(doubts)})" if doubts else "", style="dim yellow")


def answer_text(answer: Answer) -> Text:
    """The answer's text with its doubts; what most likely answers in a passage is underlined.

    The short answer is bold in it, or stands above it.
    """
    text = Text()
    position = 0
    for sentence in answer.sentences:
        start = len(text)
        text.append(answer.text[position : sentence.end])
        if answer.likeliest is not None and sentence.start <= answer.likeliest[0] < sentence.end:
            low, high = (start + place - position for place in answer.likeliest)
            text.stylize("underline", low, high)
        text.append_text(doubt(sentence))
        position = sentence.end
    text.append(answer.text[position:])
    short = answer.short_answer
    said = "" if short is None else own_brackets(short.text)
    if short is not None and not text.highlight_words([said], "bold"):
        above = Text().append(f"{said} [{short.number}]", style="bold")
        return above.append("\n\n").append_text(text)
    return text


def print_answer(
    answer: Answer,
    lacking: Sequence[str] = (),
    *,
    is_building: bool = False,
    show_withheld: bool = False,
) -> None:
    """The answer, its sources, and what made it; ``show_withheld``: and what is no part of it."""
    if answer.kind in _ABOVE:
        out.print(Text(_ABOVE[answer.kind] + "\n", style="dim"))
    out.print(answer_text(answer))
    if answer.kind == "refusal":
        _print_refusal(answer)
    if answer.withheld:
        them = "1 sentence" if answer.withheld == 1 else f"{answer.withheld} sentences"
        it = "it" if answer.withheld == 1 else "them"
        err.print(Text(f"{them} withheld: nothing supports {it}", style="dim yellow"))
    for withheld in answer.withheld_sentences if show_withheld else ():
        err.print(Text(f"  “{withheld.text}”", style="dim").append_text(doubt(withheld)))
    print_answer_sources(answer, out)
    if len(answer.collections) > 1:
        print_searched(answer.collections)
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
    print_coverage(answer.coverage, lacking, is_building=is_building)


def _model_text(answer: Answer) -> str:
    """Which model was asked, and whether these are its words."""
    if answer.model is None:
        return "no model"
    return f"{answer.model}, its words withheld" if answer.kind == "passage" else answer.model


def print_answer_sources(answer: Answer, console: Console) -> None:
    """The sources that the answer's sentences cite, the short answer marked in its own."""
    if answer.citations:
        console.print(Text("\nSources", style="bold"))
        print_sources(answer, console)


def _print_refusal(answer: Answer) -> None:
    """What was searched, and where to read on, if the text does not say it."""
    asked = ", ".join(f"“{query}”" for query in answer.searched)
    if not all(query in answer.text for query in answer.searched):
        out.print(Text(f"\nSearched for {asked}.", style="dim"))
    others = [page.title for page in answer.nearest if page.title not in answer.text]
    if others:
        out.print(Text(f"Nearest pages: {', '.join(others)}"))
    if answer.outside_question is not None:
        outside = answer.outside_question
        kinds = ", ".join(dict.fromkeys(one.kind for one in outside.removed))
        without = f" Left out, as far as rules recognise it: {kinds}." if kinds else ""
        err.print(
            Text(
                f"To ask elsewhere (not sent): {outside.text}{without} Read it before you send it.",
                style="dim",
            ),
        )


async def shown_answer(
    events: AsyncGenerator[AnswerEvent, None], *, quiet: bool = False, console: Console = err
) -> Answer:
    """The answer that ``events`` lead to, shown as it comes; they are closed in the end.

    Raises what they raise, and ServiceError where they end without an answer.
    """
    text, stage = Text(), ""
    async with aclosing(events):
        if quiet or not console.is_terminal:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
            raise ServiceError("the answer ended without a result")
        with Live(console=console, refresh_per_second=_REFRESH) as live:
            async for event in events:
                match event:
                    case Status():
                        stage = event.text
                    case Token(piece):
                        text.append(piece)
                    case Withdrawn():
                        text = Text()
                    case Checked(sentence):
                        text.append_text(doubt(sentence))
                    case Done(answer):
                        live.transient = True
                        return answer
                live.update(_end_of(text, console) if text else Text(stage, style="dim"))
    raise ServiceError("the answer ended without a result")


def _end_of(text: Text, console: Console) -> Text:
    """As many of the last lines as there is room for."""
    lines = text.wrap(console, console.width)
    return Text("\n").join(lines[-max(1, console.height - 1) :])


def print_source(citation: Citation, page: StoredPage, console: Console = out) -> None:
    """The passage in its section; on a terminal in a pager, where it does not fit the screen."""
    os.environ.setdefault("LESS", "-RFX")  # colours, and no waiting at what fits
    paged = console.is_terminal and not console.stderr
    with console.pager(styles=True) if paged else nullcontext():
        console.print(source_text(citation, page, plain=not console.is_terminal))


def source_text(citation: Citation, page: StoredPage, *, plain: bool = False) -> Text:
    """Title, then each section that the passage reaches into, with its headings.

    What is cited stands out from the rest, and in it the question's words; ``plain`` puts it
    between brackets.
    """
    start, end = citation.ref.start, citation.ref.end
    words = [(start + low, start + high) for low, high in citation.highlights]
    before, after = _BRACKETS if plain else ("", "")
    text = Text().append(page.title, style="bold underline")
    text.append(f"  [{citation.number}]  {citation.ref}", style="dim")
    for section in page.sections:
        if section.end <= start or end <= section.start:
            continue
        if section.heading_path:
            text.append("\n\n" + " › ".join(section.heading_path), style="bold cyan")
        low, high = max(start, section.start), min(end, section.end)
        text.append("\n" + page.text[section.start : low], style="dim")
        text.append(before)
        for piece, is_marked in marked_pieces(page.text, words, low, high):
            text.append(piece, style="bold yellow" if is_marked else "default")
        text.append(after)
        text.append(page.text[high : section.end], style="dim")
    return text
