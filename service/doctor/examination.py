"""Look at everything that Pinakes needs, one thing after the other.

Each examination says what is wrong and the way out, and none keeps the others from being made.
"""

from collections.abc import Callable, Iterator

from pinakes.index.errors import CollectionError
from pinakes.index.generations import collection_names
from pinakes.index.retrieval.search import Index
from pinakes.service.doctor.findings import Finding, note, ok, wrong
from pinakes.service.doctor.installation import (
    examine_chat_model,
    examine_encoder,
    examine_generator,
    examine_installation,
    examine_settings,
)
from pinakes.service.doctor.privacy import (
    examine_generator_address,
    examine_leftovers,
    examine_proof,
    examine_switches,
)
from pinakes.service.doctor.surroundings import (
    examine_access,
    examine_data,
    examine_disk,
    examine_port,
)
from pinakes.service.problems import KNOWN_ERRORS
from pinakes.service.settings import Settings
from pinakes.service.terminal.console import damages_text, fetch_again_text

__all__ = ["examine"]


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings as they come, some seconds in all: a model that is ours is started once."""
    examinations: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("installation", examine_installation),
        ("settings", lambda: examine_settings(settings)),
        ("telemetry", examine_switches),
        ("leftovers", examine_leftovers),
        ("encoder", lambda: examine_encoder(settings)),
        ("chat model", lambda: examine_chat_model(settings)),
        ("generator", lambda: examine_generator(settings)),
        ("generator", lambda: examine_generator_address(settings.generator)),
        ("data", lambda: examine_data(settings.data)),
        ("disk", lambda: examine_disk(settings.data)),
        ("port", lambda: examine_port(settings.serve)),
        ("access", lambda: examine_access(settings)),
        ("collections", lambda: _collections(settings)),
        ("proof", examine_proof),
    ]
    for name, examination in examinations:
        try:
            yield from examination()
        except (*KNOWN_ERRORS, OSError) as error:
            yield _told(name, error)


def _told(name: str, error: Exception) -> Finding:
    """An error as a finding: the house's messages end with the way out."""
    text, _, way_out = str(error).rpartition("; ")
    return wrong(name, text, way_out) if text else wrong(name, way_out, "")


def _collections(settings: Settings) -> Iterator[Finding]:
    names = [settings.collection] if settings.collection else collection_names(settings.data)
    if not names:
        yield note("collections", f"nothing built in {settings.data} yet", "pinakes build DUMP")
    for name in names:
        try:
            with Index.open(settings.data / name) as index:
                about = index.manifest
        except CollectionError as error:
            yield _told(f"collection {name}", error)
            continue
        text = (
            f"{about.generation}: {about.pages.articles:,} articles, {about.passages:,} passages, "
            f"vectors for {about.coverage:.0%}"
        )
        if damages := about.pages.damages:
            yield wrong(
                f"collection {name}",
                f"{text}; {damages_text(damages)}",
                fetch_again_text(about.dump.files),
            )
        else:
            yield ok(f"collection {name}", text)
