"""``pinakes diff``: what changed from one dump to another, by pages, and of one page by words."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    collection_directory,
    print_json,
)
from pinakes.service.errors import NotFound
from pinakes.service.plain_text import visible_json
from pinakes.service.settings import Settings, load_settings

if TYPE_CHECKING:
    from pinakes.index.changes.changed_pages import ChangeKind, PageChange
    from pinakes.index.changes.version import Version

__all__ = ["diff"]


def diff(
    old: Annotated[
        str | None,
        typer.Argument(
            help="The earlier generation, or a collection.", show_default="the dump before"
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(help="The later one.", show_default="the current generation"),
    ] = None,
    title: Annotated[
        str | None,
        typer.Option("--title", help="Of this page only, and word by word.", show_default=False),
    ] = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what changed from one dump to the next: pages, or the words of one."""
    from pinakes.index.changes.version import check_comparable, earlier_generation, open_version

    settings = load_settings(data=data, collection=collection)
    with ExitStack() as stack:
        meant = collection_directory(settings) if old is None else None
        earlier = earlier_generation(meant) if meant else _generation(settings, str(old))
        before = stack.enter_context(open_version(earlier))
        after = stack.enter_context(open_version(_generation(settings, new)))
        check_comparable(before.manifest, after.manifest)
        if title is not None:
            _show_page(before, after, title, as_json=as_json)
        elif as_json:
            _print_json(before, after)
        else:
            _print_changes(before, after)


def _generation(settings: Settings, name: str | None) -> Path:
    """The generation meant: of the collection chosen, or the current one of a collection."""
    from pinakes.index.generations import current_generation, find_generation, is_collection

    if name is not None and is_collection(settings.data, name):
        return current_generation(settings.data / name)
    collection = collection_directory(settings)
    return current_generation(collection) if name is None else find_generation(collection, name)


def _changes(
    before: "Version", after: "Version", counts: "Counter[ChangeKind]"
) -> "Iterator[PageChange]":
    """All changes; ``counts`` counts them."""
    from pinakes.index.changes.changed_pages import compare_pages

    for _, change in compare_pages(before.store, after.store):
        if change is not None:
            counts[change.kind] += 1
            yield change


def _print_changes(before: "Version", after: "Version") -> None:
    from pinakes.service.terminal.change_report import change_counts_text, print_change
    from pinakes.service.terminal.console import out

    counts: Counter[ChangeKind] = Counter()
    for change in _changes(before, after, counts):
        print_change(change)
    out.print(change_counts_text(counts, before.manifest, after.manifest), style="bold")


def _print_json(before: "Version", after: "Version") -> None:
    """One JSON object, written as it becomes known: there may be millions of changes."""
    from pinakes.service.views.change_views import change_view, state_view

    old, new = before.manifest, after.manifest
    counts: Counter[ChangeKind] = Counter()
    views = (
        change_view(change, old, new).model_dump(mode="json")
        for change in _changes(before, after, counts)
    )
    states = {"old": state_view(old).model_dump(), "new": state_view(new).model_dump()}
    sys.stdout.write(f'{json.dumps(states)[:-1]}, "changes": [')
    sys.stdout.writelines(_rows(views))
    sys.stdout.write(f'\n], "counts": {json.dumps(counts)}}}\n')


def _rows(values: Iterable[object]) -> Iterator[str]:
    for number, value in enumerate(values):
        yield f"{',' if number else ''}\n{json.dumps(visible_json(value))}"


def _show_page(before: "Version", after: "Version", title: str, *, as_json: bool) -> None:
    from pinakes.index.changes.page_difference import page_difference
    from pinakes.service.terminal.change_report import print_page_difference
    from pinakes.service.views.change_views import page_difference_view, state_view

    old, new = before.manifest, after.manifest
    found = page_difference(before.store, after.store, title)
    if found is None:
        raise NotFound(f"no article {title!r} in {old.generation} nor in {new.generation}")
    if as_json:
        states = {"old": state_view(old).model_dump(), "new": state_view(new).model_dump()}
        print_json(states | {"page": page_difference_view(found, old, new).model_dump(mode="json")})
    else:
        print_page_difference(found, old, new)
