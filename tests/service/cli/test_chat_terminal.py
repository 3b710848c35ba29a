"""A chat at a real terminal: prompt, stages, text as it comes, Ctrl-C, Ctrl-D."""

import asyncio
from pathlib import Path

from tests.service.cli.terminal import terminal
from tests.service.generators.scripted_server import (
    STREAM_HEAD,
    Behaviour,
    as_event,
    as_events,
    as_json,
    chunk,
    serving,
)

BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
TRUE = "The satirist Timon of Phlius compared them to birds fed in a cage, who quarrel without end"
GOOD = as_events(chunk(f"{TRUE} over their books."), chunk("", "stop"), "data: [DONE]")
MODELS = as_json({"data": [{"id": "scripted"}]})


async def goes_on_for_ever(writer: asyncio.StreamWriter) -> None:
    """A sentence and a word, and then nothing new."""
    await asyncio.sleep(0.5)
    writer.write(STREAM_HEAD + as_event(chunk("Horses eat 1999 violet grass. Then ")))
    while True:
        await writer.drain()  # raises when nobody reads any more
        await asyncio.sleep(0.1)
        writer.write(b": still here\n\n")


def test_a_chat_at_a_terminal(data: Path) -> None:
    script: dict[str, list[Behaviour]] = {
        "GET /v1/models": [MODELS],
        "POST /v1/chat/completions": [goes_on_for_ever, GOOD],
    }

    async def scenario() -> None:
        async with serving(script) as scripted:
            await asyncio.to_thread(talk, data, scripted.address)

    asyncio.run(scenario())


def talk(data: Path, address: str) -> None:
    with terminal("chat", "--data", str(data), PINAKES_GENERATOR__URL=address) as shown:
        shown.expect("samplewiki 20261101-1: ask a question, or type /help.")
        shown.expect("> ")
        shown.type(f"{BIRDS}\n")
        # As it comes: the stage, then the text, each sentence with its verdict.
        shown.expect("Reading…")
        shown.expect("Horses eat 1999 violet grass. (unsupported: not in the sources: ")
        shown.expect("Then")
        shown.press_ctrl_c()
        shown.expect("Stopped.")
        shown.expect("> ")
        shown.type("\x1b[A\n")  # the question before
        shown.expect("Sources")
        shown.expect("scripted · generation 20261101-1")
        shown.expect("> ")
        shown.type("/open 1\n")
        opened = shown.expect("> ")
        assert "Foundation › The Mouseion" in opened
        assert "⟦" not in opened  # colours say it
        assert "\x1b[2m" in shown.raw
        shown.press_ctrl_c()  # at the prompt: another line
        shown.expect("> ")
        shown.type("\x04")
        assert shown.wait() == 0
        assert "Traceback" not in shown.raw
