"""The real service in the loop of the test itself, so that the test sees its tasks and its line."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from pinakes.index.library import Library
from pinakes.service.asking.answer import Answerer
from pinakes.service.fair_queue import FairQueue
from pinakes.service.generators.choice import open_generator
from pinakes.service.generators.generator import Generator
from pinakes.service.http.app import create_app
from pinakes.service.http.listening import Listening
from pinakes.service.http.server import make_server
from pinakes.service.settings import AnswerSettings, GeneratorSettings, ServeSettings, Settings
from tests.service.shared_encoder import open_shared_encoder
from tests.yardstick import PATIENCE_S

__all__ = ["PLAIN", "Service", "serving_service"]

# For clients that need no certificates: reading all of them takes longer than an answer.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Service:
    """A running service, a client of it, and what is going on inside."""

    address: str
    client: httpx.AsyncClient
    answerer: Answerer

    @property
    def queue(self) -> FairQueue:
        return self.answerer.queue

    @property
    def generator(self) -> Generator | None:
        return self.answerer.generator

    async def until(self, condition: Callable[[FairQueue], bool]) -> None:
        """Wait until the line is as described."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self.queue):
                await asyncio.sleep(0.005)

    async def until_idle(self) -> None:
        """Wait until nobody has a turn or waits for one."""
        await self.until(lambda queue: (queue.running, queue.waiting) == (0, 0))


@asynccontextmanager
async def serving_service(
    collection: Path, generator: GeneratorSettings, answer: AnswerSettings
) -> AsyncIterator[Service]:
    """The service over a collection, on a port of its own."""
    settings = Settings(data=collection.parent, generator=generator, answer=answer)
    library = Library(collection.parent, [collection.name], open_encoder=open_shared_encoder)
    app = create_app(settings, library, open_generator(settings.generator))
    serve = ServeSettings(port=0)
    listening = Listening(serve)
    server = make_server(app, serve, app.state.shutdown.begin)
    running = asyncio.create_task(server.serve(sockets=[listening.socket]))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    try:
        async with httpx.AsyncClient(
            base_url=listening.name, timeout=PATIENCE_S, verify=PLAIN
        ) as client:
            yield Service(listening.name, client, app.state.answerer)
    finally:
        server.should_exit = True
        await running
        listening.close()
