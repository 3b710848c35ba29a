"""``pinakes pack`` and ``unpack``: hand a generation on, and take one up."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from pinakes.service.cli.build import calibrate
from pinakes.service.cli.options import (
    CollectionOption,
    DataOption,
    JsonOption,
    collection_directory,
    one_of,
    print_json,
)
from pinakes.service.errors import BadInput
from pinakes.service.settings import load_settings

if TYPE_CHECKING:
    from pinakes.index.types import FileRecord

__all__ = ["pack", "unpack"]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([kmgt]?)b?", re.IGNORECASE)


def pack(
    collection: Annotated[
        str | None, typer.Argument(help="The collection.", show_default="the only one")
    ] = None,
    generation: Annotated[
        str | None, typer.Option(help="Of its generations.", show_default="the current one")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Directory for the pack; made if it is not there.",
            show_default="COLLECTION-GENERATION.pack",
        ),
    ] = None,
    part_size: Annotated[
        str, typer.Option(help="Largest size of a part: 700M, 4G (of 1,000 MB).")
    ] = "1G",
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="vectors: leave out vectors and encoder; encoder: who unpacks it has the encoder.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="A pack or a generation that whoever unpacks it has: only what differs is packed.",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pack a generation into a directory of files, to be copied and unpacked elsewhere."""
    from pinakes.index.generations import current_generation, find_generation
    from pinakes.index.packs.layout import pack_digest
    from pinakes.index.packs.packing import LeftOut, pack_generation
    from pinakes.service.terminal.console import BuildProgress, out

    directory = collection_directory(load_settings(data=data, collection=collection))
    chosen = current_generation(directory)
    if generation is not None:
        chosen = find_generation(directory, generation)
    left_out = [one_of("--without", word, get_args(LeftOut)) for word in without or ()]
    known, name = ([], None) if against is None else _at_hand(directory, against)
    target = to or Path(f"{directory.name}-{chosen.name}.pack")
    size = _bytes_of(part_size)
    with BuildProgress() as progress:
        made = pack_generation(
            chosen, target, size, progress, without=left_out, at_hand=known, against=name
        )
    total = sum(part.size for part in made.parts)
    if as_json:
        print_json(
            {
                "pack": str(target),
                "collection": made.manifest.collection,
                "generation": made.manifest.generation,
                "parts": [part.name for part in made.parts],
                "bytes": total,
                "files": len(made.manifest.files),
                "carried": len(made.carried),
                "against": made.against,
                "sha256": pack_digest(target),
            }
        )
        return
    of = f" of {len(made.manifest.files):,}" if len(made.carried) < len(made.manifest.files) else ""
    out.print(
        f"{made.manifest.collection} {made.manifest.generation}: {len(made.carried):,}{of} files "
        f"in {len(made.parts):,} parts, {total / 1e6:,.1f} MB, in {target}"
    )
    out.print(f"SHA-256 of its record, to compare: {pack_digest(target)}", style="dim")


def unpack(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Directory of the pack.")],
    without: Annotated[
        str | None, typer.Option(help="vectors: go without them.", show_default=False)
    ] = None,
    data: DataOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a pack and make what is in it the current generation, or go on after a stop."""
    from pinakes.index.packs.layout import pack_digest, read_pack
    from pinakes.index.packs.unpacking import unpack as unpack_pack
    from pinakes.service.terminal.console import BuildProgress, coverage_text, out

    if without is not None:
        one_of("--without", without, ("vectors",))
    settings = load_settings(data=data, collection=collection)
    name = settings.collection or read_pack(directory).manifest.collection
    target = settings.data / name
    with BuildProgress() as progress:
        done = unpack_pack(
            directory,
            target,
            progress,
            with_vectors=without is None,
            kept_dumps=settings.build.keep,
        )
        calibrate(target, done.manifest, progress)
    manifest = done.manifest
    if as_json:
        about = {"changed": done.changed, "linked": done.linked, "sha256": pack_digest(directory)}
        print_json(about | manifest.model_dump(mode="json", exclude={"files"}))
        return
    if not done.changed:
        out.print(f"{manifest.collection} {manifest.generation} is what is packed; nothing to do.")
        return
    here = f"; {done.linked:,} of {len(manifest.files):,} files were here" if done.linked else ""
    out.print(
        f"{manifest.collection} {manifest.generation}: {manifest.pages.articles:,} articles, "
        f"{manifest.passages:,} passages, {coverage_text(manifest.coverage)}{here}"
    )
    out.print(f"SHA-256 of the pack's record: {pack_digest(directory)}", style="dim")


def _at_hand(collection: Path, against: str) -> "tuple[list[FileRecord], str]":
    """The files of a pack or of a generation of the collection, and what it is called."""
    from pinakes.index.generations import find_generation, read_manifest
    from pinakes.index.packs.layout import PACK, read_pack

    if (Path(against) / PACK).is_file():
        manifest = read_pack(Path(against)).manifest
    else:
        manifest = read_manifest(find_generation(collection, against))
    return list(manifest.files.values()), f"{manifest.collection} {manifest.generation}"


def _bytes_of(text: str) -> int:
    """A size as people write it. Raises BadInput."""
    from pinakes.index.packs.parts import LEAST_PART

    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if size < LEAST_PART:
        raise BadInput(f"--part-size {text[:40]!r}: a number and M or G, 6M or more")
    return size
