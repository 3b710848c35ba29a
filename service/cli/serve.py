"""``pinakes serve``: the HTTP service on this machine."""

import gc
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.options import (
    BackendOption,
    CollectionsOption,
    DataOption,
    open_library,
)
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.service.settings import Settings

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
    uds: Annotated[
        Path | None,
        typer.Option(help="UNIX socket to listen on instead.", show_default=False),
    ] = None,
    human_door: Annotated[
        str | None,
        typer.Option(
            "--human-door",
            help="Where people decide what agents propose: 127.0.0.1:PORT, or a UNIX socket.",
            show_default=False,
        ),
    ] = None,
    generator: BackendOption = None,
    data: DataOption = None,
    collection: CollectionsOption = None,
) -> None:
    """Serve search, answers and pages over HTTP on this machine."""
    from pinakes.service.approvals.door import opened_door
    from pinakes.service.generators.choice import open_generator
    from pinakes.service.http.app import create_app
    from pinakes.service.http.listening import Listening, as_given, given_socket
    from pinakes.service.http.server import make_server
    from pinakes.service.privacy import keep_nothing_asked
    from pinakes.service.terminal.console import err

    keep_nothing_asked()
    settings = load_settings(
        data=data,
        serve__collections=collection,
        serve__host=host,
        serve__port=port,
        serve__uds=uds,
        approvals__door=human_door,
        generator__backend=generator,
    )
    given = given_socket()
    if given is not None:
        settings = settings.model_copy(update={"serve": as_given(settings.serve, given)})
    _check_tokens(settings)
    library = open_library(settings, scrubbed=True)
    name = ", ".join(library.names())
    app = create_app(settings, library, open_generator(settings.generator))
    listening = Listening(settings.serve, given)

    def ending() -> None:
        listening.close()
        app.state.shutdown.begin()

    doors = ExitStack()
    try:
        server = make_server(app, settings.serve, ending, doors.close)
        door = doors.enter_context(opened_door(settings, app.state.metrics))
        err.print(f"Serving {name} on {listening.name} (Ctrl-C ends it)")
        if door is not None:
            err.print(f"What agents propose is decided on {door}, or with pinakes approvals")
        if settings.serve.exposed and settings.serve.tls_certificate is None:
            err.print("Without TLS tokens, questions and answers can be read on the network.")
        sys.setswitchinterval(_SWITCH_S)
        gc.freeze()  # what is here stays: looked through again, it cost a long page 0.1 s
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
            server.run(sockets=[listening.socket])
    finally:
        doors.close()
        listening.close()


def _check_tokens(settings: "Settings") -> None:
    """Raises BadInput where other machines could reach the service and nothing kept them out."""
    from pinakes.service.errors import BadInput
    from pinakes.service.http.security.tokens import Tokens

    if not Tokens(settings.data).all() and settings.serve.exposed:
        raise BadInput(
            f"others could reach the service at {settings.serve.host}, and there is no token: "
            "make one with pinakes tokens create NAME, or listen on 127.0.0.1 or on --uds PATH"
        )
