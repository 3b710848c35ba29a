"""A llama-server of our own: started when first needed, started again when it has died.

The parent's half: it knows the child process and the address, not the protocol spoken there.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from pinakes.service.errors import GeneratorUnavailable
from pinakes.service.generators.child_process import ChildProcess, spare_cores
from pinakes.service.generators.models import verify_weights
from pinakes.service.settings import GeneratorSettings

__all__ = ["EmbeddedLlamaServer"]

# Two people are answered side by side; each keeps the whole context_tokens.
_SLOTS = 2


class EmbeddedLlamaServer:
    """llama-server in a child process, on a UNIX socket that only this user can reach."""

    def __init__(self, settings: GeneratorSettings, model_path: Path) -> None:
        """Start nothing yet; ``model_path`` is a GGUF file."""
        self._settings = settings
        self._model_path = model_path.absolute()
        self._lock = asyncio.Lock()
        self._child: ChildProcess | None = None
        self._directory: Path | None = None
        self._ready = False

    @property
    def pid(self) -> int | None:
        """The child's process number, while there is one."""
        return self._child.pid if self._child is not None else None

    async def address(self) -> str:
        """Where the server listens (``unix:/path``), once its model is loaded.

        Starts it where it is not running. Raises GeneratorUnavailable when the model does not
        load, and BadInput when the weights are not what their name says.
        """
        async with self._lock:
            if self._child is None or not self._child.alive:
                await self._end()
                await asyncio.to_thread(verify_weights, self._model_path)
                self._start()
            if not self._ready:
                await self._wait_until_ready()
            return f"unix:{self._socket}"

    async def last_words(self) -> str | None:
        """How the child ended; None while it is well."""
        child = self._child
        # The connection to a dying process breaks a little before it counts as ended.
        if child is None or not await child.ended(within_s=0.2):
            return None
        return await child.last_words()

    def kill(self) -> None:
        """End a child that does not answer any more; the next address() starts another."""
        if self._child is not None:
            self._child.kill()

    async def aclose(self) -> None:
        """End the child and remove its socket."""
        await self._end()

    @property
    def _socket(self) -> Path:
        return (self._directory or Path()) / "llama.sock"

    def _start(self) -> None:
        # The directory is made for its owner alone: no key is needed on the socket inside.
        self._directory = Path(tempfile.mkdtemp(prefix="pinakes-"))
        self._child = ChildProcess(
            "pinakes.service.generators.llama_server_child",
            {
                "model_path": str(self._model_path),
                "socket": str(self._socket),
                "context_tokens": self._settings.context_tokens,
                "slots": _SLOTS,
                "gpu_layers": self._settings.gpu_layers,
                "threads": self._settings.threads or spare_cores(),
            },
        )

    async def _wait_until_ready(self) -> None:
        child = self._child
        if child is None:
            raise GeneratorUnavailable("the model's process was closed while it started")
        try:
            await child.first_message(self._model_path, self._settings.timeout_s)
        except GeneratorUnavailable:
            await self._end()
            raise
        self._ready = True

    async def _end(self) -> None:
        child, self._child = self._child, None
        directory, self._directory = self._directory, None
        self._ready = False
        if child is not None:
            await child.aclose()
        if directory is not None:
            shutil.rmtree(directory, ignore_errors=True)
