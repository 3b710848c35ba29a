"""``pinakes serve``: the HTTP service on this machine."""

import socket
import sys
from contextlib import suppress
from typing import Annotated

import typer

from service.commands.options import (
    BackendOption,
    CollectionOption,
    DataOption,
    collection_directory,
)
from service.settings import load_settings

__all__ = ["serve"]

# How long a search may keep Python from passing on tokens; by default 5 ms, each time it is asked.
_SWITCH_S = 0.0005


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port.", show_default=False)
    ] = None,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionOption = None,
) -> None:
    """Serve search, answers and pages over HTTP on this machine."""
    import uvicorn

    from index.follow import CurrentIndex
    from index.search import Index
    from service.generators.choice import open_generator
    from service.http.app import create_app
    from service.terminal.console import err

    settings = load_settings(
        data=data,
        collection=collection,
        serve__host=host,
        serve__port=port,
        generator__backend=generator,
    )
    directory = collection_directory(settings)
    current = CurrentIndex(lambda: Index.open(directory), directory, scrubbed=True)
    with current.lease() as index:
        name = f"{index.manifest.collection} {index.manifest.generation}"
    model = open_generator(settings.generator)
    listening = _listen(settings.serve.host, settings.serve.port)
    address = listening.getsockname()
    err.print(f"Serving {name} on http://{address[0]}:{address[1]} (Ctrl-C ends it)")
    sys.setswitchinterval(_SWITCH_S)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, current, model),
            log_level="warning",
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadInput when the address cannot be had."""
    from service.errors import BadInput

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BadInput(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from None
    listening.listen(128)
    return listening
