"""An answer while it comes: on a terminal its stage and its text, elsewhere nothing.

What is shown makes room for the finished answer; of one that breaks off it stays.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pinakes.service.asking.events import AnswerEvent, Checked, Done, Status, Token, Withdrawn
from pinakes.service.errors import ServiceError
from pinakes.service.terminal.answer_report import doubt
from pinakes.service.terminal.console import err
from pinakes.service.types import Answer

__all__ = ["shown_answer"]

_REFRESH = 12  # a second: as words come


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
