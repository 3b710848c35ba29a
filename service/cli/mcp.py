"""``pinakes mcp``: the tools for a model that runs elsewhere, over standard input and output."""

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from pinakes.service.cli.options import (
    BackendOption,
    CollectionsOption,
    DataOption,
    open_library,
)
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.index.library import Library
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.settings import Settings

__all__ = ["mcp"]


def mcp(
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionsOption = None,
) -> None:
    """Offer search, fetch and ask to an MCP client on standard input and output."""
    from pinakes.service.asking.answer import Answerer
    from pinakes.service.generators.choice import open_generator
    from pinakes.service.privacy import keep_nothing_asked

    keep_nothing_asked()
    settings = load_settings(data=data, serve__collections=collection, generator__backend=generator)
    library = open_library(settings)  # whatever is wrong with it is told at once
    answerer = Answerer(open_generator(settings.generator), settings)
    asyncio.run(_serve(library, answerer, settings))


async def _serve(library: "Library", answerer: "Answerer", settings: "Settings") -> None:
    """Serve until standard input ends, or a signal says so."""
    from pinakes.service.tools.mcp_server import serve_stdio
    from pinakes.service.tools.toolbox import Toolbox

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    serving = asyncio.create_task(serve_stdio(Toolbox(library, answerer, settings)))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await answerer.aclose()
    library.close()
    if not serving.done():
        os._exit(0)  # the thread that waits for a line of standard input cannot be woken
    await serving
