"""``pinakes tokens``: make, change, list and revoke what opens the service to its callers."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from pinakes.service.cli.options import DataOption, JsonOption
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.service.http.security.tokens import Token, Tokens

__all__ = ["change", "create", "list_tokens", "revoke", "usage"]

_NONE_LEFT = (
    "There are no tokens: the service is open to whoever is on this machine, and to nobody else. "
    "pinakes tokens create NAME changes that."
)
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, as in phone or agent.")]
_SCOPES = "read: search and pages; ask: answers too; admin: also decides on proposals."
_Collections = Annotated[
    str | None,
    typer.Option(help="The collections that are there for it: a,b or all.", show_default=False),
]
_Rate = Annotated[
    str | None,
    typer.Option(help="Requests it may send: 60/min, 1000/h, or any.", show_default=False),
]
_Places = Annotated[
    str | None,
    typer.Option(
        help="Questions it may have in the line for the model at a time, or any: as many as leave "
        "room for others.",
        show_default=False,
    ),
]
_Expires = Annotated[
    str | None,
    typer.Option(help="Until when: 2027-01-31, 30d from now, or never.", show_default=False),
]


def create(
    name: _Name,
    scope: Annotated[str, typer.Option(help=_SCOPES)] = "ask",
    collections: _Collections = None,
    rate: _Rate = None,
    places: _Places = None,
    expires: _Expires = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Make a token and show it, this once; from the first one on everybody needs one."""
    from pinakes.service.terminal.console import err

    tokens = _tokens(data)
    may = _read(scope, collections, rate, places, expires)
    secret = tokens.create(name, **may)
    made = tokens.named(name)
    shown = secret
    if as_json and made is not None:
        shown = json.dumps({"name": name} | made.may.as_json() | {"token": secret})
    try:
        print(shown, flush=True)
    except OSError:
        tokens.revoke(name)  # nobody has seen it
        raise
    _warn_of_unknown(tokens, may.get("collections"))
    if as_json:
        return
    err.print("Shown this once. Send it as Authorization: Bearer …, or give it to the page.")
    if len(tokens.all()) == 1:
        err.print("From now on every caller needs a token, on this machine too.")


def change(
    name: _Name,
    scope: Annotated[str | None, typer.Option(help=_SCOPES, show_default=False)] = None,
    collections: _Collections = None,
    rate: _Rate = None,
    places: _Places = None,
    expires: _Expires = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Change what a token opens, at once, also for a service that runs; the token stays."""
    from pinakes.service.errors import BadInput

    tokens = _tokens(data)
    may = _read(scope, collections, rate, places, expires)
    if not may:
        raise BadInput(
            "nothing to change: name --scope, --collections, --rate, --places or --expires"
        )
    changed = tokens.change(name, **may)
    _warn_of_unknown(tokens, may.get("collections"))
    if as_json:
        print(json.dumps(_listed(changed)))
    else:
        _print_tokens([changed])


def list_tokens(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the tokens there are; what they are themselves is kept nowhere."""
    from pinakes.service.terminal.console import err

    tokens = _tokens(data).all()
    if as_json:
        print(json.dumps([_listed(token) for token in tokens]))
        return
    _print_tokens(tokens)
    if not tokens:
        err.print(_NONE_LEFT)


def usage(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Of one token; else of all.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=400, help="Days back.")] = 30,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show by day how often each token searched and asked, and what was done for it.

    Numbers alone: what was asked is kept nowhere.
    """
    from pinakes.service.errors import NotFound
    from pinakes.service.http.security.usage import Usage

    tokens = _tokens(data)
    used = Usage(tokens.path.parent).since(days, name)
    if name is not None and not used and tokens.named(name) is None:
        names = ", ".join(token.name for token in tokens.all()) or "none"
        raise NotFound(f"no token {name[:80]!r}; there are: {names}")
    if as_json:
        print(json.dumps([day.as_json() for day in used]))
        return
    columns = (
        "day",
        "token",
        "searches",
        "questions",
        "tokens written",
        "model seconds",
        "embeddings",
    )
    rows = [
        (
            day.day,
            day.name,
            f"{day.searches:,}",
            f"{day.questions:,}",
            f"{day.tokens_written:,}",
            f"{day.model_seconds:,.1f}",
            f"{day.embeddings:,}",
        )
        for day in used
    ]
    _print_columns([columns, *rows] if rows else [], right=2)


def revoke(name: _Name, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Make a token useless, at once, also for a service that runs."""
    from pinakes.service.terminal.console import err

    tokens = _tokens(data)
    tokens.revoke(name)
    left = len(tokens.all())
    if as_json:
        print(json.dumps({"revoked": name, "left": left}))
        return
    print(f"The token {name} is revoked.")
    if not left:
        err.print(_NONE_LEFT)


def _tokens(data: Path | None) -> "Tokens":
    from pinakes.service.http.security.tokens import Tokens

    return Tokens(load_settings(data=data).data)


def _read(scope: str | None, *limits: str | None) -> dict[str, Any]:
    """What was given of an allowance, read. Raises BadInput."""
    from pinakes.service.errors import BadInput
    from pinakes.service.http.security import allowance
    from pinakes.service.http.security.caller import Scope

    may: dict[str, Any] = {}
    if scope is not None:
        if scope not in get_args(Scope):
            raise BadInput(f"no scope {scope[:40]!r}; there are {', '.join(get_args(Scope))}")
        may["scope"] = scope
    readers: Mapping[str, Callable[[str], Any]] = {
        "collections": allowance.read_collections,
        "rate": allowance.read_rate,
        "places": allowance.read_places,
        "expires": allowance.read_expiry,
    }
    for (field, read), given in zip(readers.items(), limits, strict=True):
        if given is not None:
            may[field] = read(given)
    return may


def _warn_of_unknown(tokens: "Tokens", collections: Iterable[str] | None) -> None:
    from pinakes.index.generations import collection_names
    from pinakes.service.terminal.console import err

    there = collection_names(tokens.path.parent)
    if missing := [name for name in collections or () if name not in there]:
        err.print(f"Not here yet: {', '.join(missing)}.")


def _listed(token: "Token") -> dict[str, Any]:
    return {"name": token.name, "created": token.created} | token.may.as_json()


def _print_tokens(tokens: Iterable["Token"]) -> None:
    rows = []
    for token in tokens:
        may = token.may
        limits = (
            "all collections" if may.collections is None else ",".join(may.collections),
            "any rate" if may.rate is None else may.rate.text,
            "any places" if may.places is None else f"places: {may.places}",
            "for ever"
            if may.expires is None
            else f"{'expired' if may.has_expired() else 'until'} {may.expires}",
        )
        rows.append((token.name, token.scope, token.created, *limits))
    _print_columns(rows)


def _print_columns(rows: Sequence[tuple[str, ...]], right: int | None = None) -> None:
    """Rows below each other; from the column ``right`` on numbers, which end below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if right is not None and place >= right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
