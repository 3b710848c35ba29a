"""``pinakes tokens``: make, list and revoke what opens the service to its callers."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from pinakes.service.cli.options import DataOption, JsonOption
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.service.http.security.tokens import Tokens

__all__ = ["create", "list_tokens", "revoke"]

_NONE_LEFT = (
    "There are no tokens: the service is open to whoever is on this machine, and to nobody else. "
    "pinakes tokens create NAME changes that."
)
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, as in phone or agent.")]


def create(
    name: _Name,
    scope: Annotated[
        str,
        typer.Option(
            help="read: search and pages; ask: answers too; admin: also decides on proposals."
        ),
    ] = "ask",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Make a token and show it, this once; from the first one on everybody needs one."""
    from pinakes.service.errors import BadInput
    from pinakes.service.http.security.caller import Scope
    from pinakes.service.terminal.console import err

    chosen: Scope | None = next((known for known in get_args(Scope) if known == scope), None)
    if chosen is None:
        raise BadInput(f"no scope {scope[:40]!r}; there are {', '.join(get_args(Scope))}")
    tokens = _tokens(data)
    secret = tokens.create(name, chosen)
    shown = json.dumps({"name": name, "scope": chosen, "token": secret}) if as_json else secret
    try:
        print(shown, flush=True)
    except OSError:
        tokens.revoke(name)  # nobody has seen it
        raise
    if as_json:
        return
    err.print("Shown this once. Send it as Authorization: Bearer …, or give it to the page.")
    if len(tokens.all()) == 1:
        err.print("From now on every caller needs a token, on this machine too.")


def list_tokens(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the tokens there are; what they are themselves is kept nowhere."""
    from pinakes.service.terminal.console import err

    tokens = [
        {"name": token.name, "scope": token.scope, "created": token.created}
        for token in _tokens(data).all()
    ]
    if as_json:
        print(json.dumps(tokens))
        return
    width = max((len(token["name"]) for token in tokens), default=0)
    for token in tokens:
        print(f"{token['name']:{width}}  {token['scope']:5}  {token['created']}")
    if not tokens:
        err.print(_NONE_LEFT)


def revoke(name: _Name, data: DataOption = None) -> None:
    """Make a token useless, at once, also for a service that runs."""
    from pinakes.service.terminal.console import err

    tokens = _tokens(data)
    tokens.revoke(name)
    print(f"{name} opens nothing any more.")
    if not tokens.all():
        err.print(_NONE_LEFT)


def _tokens(data: Path | None) -> "Tokens":
    from pinakes.service.http.security.tokens import Tokens

    return Tokens(load_settings(data=data).data)
