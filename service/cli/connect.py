"""``pinakes connect``: what other programs are given to use this installation."""

from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.options import CollectionOption, DataOption, JsonOption, print_json
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.service.clients.connections import Installed
    from pinakes.service.settings import Settings

__all__ = ["connect"]


def connect(
    client: Annotated[
        str | None,
        typer.Argument(
            metavar="[CLIENT]", help="The other program; without it, list them.", show_default=False
        ),
    ] = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what another program is given to use this installation: Claude Code, Open WebUI, …"""
    from pinakes.service.clients.connections import CLIENTS
    from pinakes.service.errors import NotFound
    from pinakes.service.terminal.console import err
    from pinakes.service.tools.arguments import closest

    if client is None:
        if as_json:
            print_json([{"client": name, "title": one.title} for name, one in CLIENTS.items()])
        else:
            width = max(map(len, CLIENTS))
            print("\n".join(f"{name:{width}}  {one.title}" for name, one in CLIENTS.items()))
        return
    if client not in CLIENTS:
        near = closest(client, [*CLIENTS, *(one.title for one in CLIENTS.values())])
        meant = next((name for name, one in CLIENTS.items() if near in (name, one.title)), None)
        way_out = f"did you mean {meant}?" if meant else f"there are {', '.join(CLIENTS)}"
        raise NotFound(f"no client {client[:80]!r}; {way_out}")
    said = CLIENTS[client].connect(_installed(load_settings(data=data, collection=collection)))
    if as_json:
        print_json(
            {
                "client": client,
                "where": said.where,
                "form": said.form,
                "text": said.text,
                "notes": list(said.notes),
            }
        )
        return
    print(said.text)
    err.print(f"Goes into {said.where}.", *said.notes, sep="\n", markup=False, style="dim")


def _installed(settings: "Settings") -> "Installed":
    """Raises NoCollection and UnknownCollection."""
    from pinakes.index.library import Library
    from pinakes.service.clients.address import service_address
    from pinakes.service.clients.connections import Installed, program
    from pinakes.service.http.security.tokens import Tokens

    library = Library(settings.data, default=settings.collection)
    names = library.names()
    meant = library.meant() if settings.collection is not None or len(names) < 2 else None
    return Installed(
        program(),
        settings.data.absolute(),
        meant,
        tuple(names) if meant is None else (meant,),
        service_address(settings),
        bool(Tokens(settings.data).all()),
    )
