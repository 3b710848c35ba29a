"""Options of ``pinakes build`` and ``update``, and what they come to."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinakes.service.cli.options import (
    one_of,
)
from pinakes.service.errors import BadInput

if TYPE_CHECKING:
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.index.vectors.pageviews import Pageviews
    from pinakes.service.settings import Settings

__all__ = [
    "AcceptEncoderOption",
    "AcceptVanishedOption",
    "ExecutorOption",
    "ForceOption",
    "KeepVanishedOption",
    "PageviewsOption",
    "PublishOption",
    "StrictOption",
    "VectorsOption",
    "WorkersOption",
    "build_options",
    "opened_pageviews",
]


def _not_too_many(workers: int | None) -> int | None:
    most = max(16, 4 * (os.cpu_count() or 1))
    if workers is not None and workers > most:
        raise typer.BadParameter(
            f"{workers} are more than this machine's cores can use; at most {most}"
        )
    return workers


WorkersOption = Annotated[
    int | None,
    typer.Option(
        min=1, callback=_not_too_many, help="Processes that read the dump.", show_default="cores"
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="What reads the dump and encodes passages: processes, or the workers of a cluster of "
        "dask (dask:tcp://HOST:PORT).",
        show_default="processes",
    ),
]
VectorsOption = Annotated[str, typer.Option(help="Which passages get vectors: all, leads or none.")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="Give up at the first page that cannot be read.")
]
ForceOption = Annotated[
    bool,
    typer.Option(
        "--force", help="Build anew what is built, and publish whatever speaks against it."
    ),
]
AcceptVanishedOption = Annotated[
    bool,
    typer.Option(
        "--accept-vanished", help="Publish though pages are missing that were there before."
    ),
]
AcceptEncoderOption = Annotated[
    bool,
    typer.Option(
        "--accept-encoder", help="Embed again what another encoder has embedded, whatever it takes."
    ),
]
KeepVanishedOption = Annotated[
    bool,
    typer.Option(
        "--keep-vanished",
        help="Keep pages that are missing from the dump as they were, marked as of when.",
    ),
]
PageviewsOption = Annotated[
    Path | None,
    typer.Option(
        "--pageviews",
        help="A monthly file of Wikimedia's pageviews: pages that are viewed most are embedded "
        "first.",
        show_default=False,
    ),
]
PublishOption = Annotated[
    str,
    typer.Option(
        help="ready: when as large a share of the passages has a vector as now; early: at once."
    ),
]


def build_options(
    settings: "Settings",
    workers: int | None,
    publish: str,
    *,
    strict: bool,
    force: bool,
    keep_vanished: bool,
) -> "BuildOptions":
    """What the options of a build come to. Raises BadInput."""
    from pinakes.index.build.pipeline import BuildOptions
    from pinakes.ingest.workers import default_workers

    if workers is not None and settings.build.cluster:
        raise BadInput(
            f"--workers counts processes of this machine, and {settings.build.executor} is to "
            "build; start more workers there, or add --executor processes"
        )
    return BuildOptions(
        workers=workers or default_workers(),
        force=force,
        strict=strict,
        kept_dumps=settings.build.keep,
        publishes_early=one_of("--publish", publish, ("ready", "early")) == "early",
        keeps_vanished=keep_vanished,
    )


def opened_pageviews(file: Path | None, database: str) -> "Pageviews | None":
    """The views in ``file`` of the wiki with this database. Raises BadInput, UnusablePageviews."""
    if file is None:
        return None
    from pinakes.index.vectors.pageviews import Pageviews
    from pinakes.ingest.sources.wiki_names import domain_of_wiki

    if not file.is_file():
        raise BadInput(f"--pageviews {str(file)!r}: no such file")
    domain = domain_of_wiki(database)
    if not domain:
        raise BadInput(
            f"--pageviews: only wikis of Wikimedia are in such files, and {database or 'this'!r} "
            "is none; leave it out"
        )
    found = Pageviews(file, domain)
    found.check()
    return found
