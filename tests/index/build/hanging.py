"""A source and an encoder that hang once, in one process, so that it can be killed at its work."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pinakes.index.types import Encoder, EncoderCheck, EncoderRecord, PassageEncoder, Vectors
from pinakes.ingest.sources.base import Source
from pinakes.ingest.sources.mediawiki.files.dumps import WorkUnit
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.types import Entry
from tests.index.toys import UNIT_BYTES


def in_units(source: Source) -> MediaWikiSource:
    """The source in several work units."""
    assert isinstance(source, MediaWikiSource)
    return replace(source, unit_bytes=UNIT_BYTES)


def hang_once(place: Path, what: str) -> None:
    """Tell of this process in ``place``; hang there, unless another has hung before."""
    with (place / "trace").open("a") as trace:
        trace.write(f"{what} {os.getpid()}\n")
    own = place / f"{os.getpid()}"
    own.write_text(f"{os.getpid()}")
    try:
        os.link(own, place / "hung")
    except FileExistsError:
        return
    threading.Event().wait()


def traced(place: Path) -> list[tuple[str, int]]:
    """What was begun, and by which process."""
    lines = (place / "trace").read_text().splitlines()
    return [(line.rpartition(" ")[0], int(line.rpartition(" ")[2])) for line in lines]


@dataclass(frozen=True, slots=True)
class HangingSource(MediaWikiSource):
    """Hangs at the second unit, when that is read first."""

    place: Path = Path()

    def read(self, unit: WorkUnit) -> Iterator[Entry]:
        if unit.number == 1:
            hang_once(self.place, "unit 1")
        else:
            with (self.place / "trace").open("a") as trace:
                trace.write(f"unit {unit.number} {os.getpid()}\n")
        return MediaWikiSource.read(self, unit)


@dataclass(frozen=True, slots=True)
class _HangingPassages:
    encoder: PassageEncoder
    place: Path

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if any(text.startswith("Papyrus\n") for text in texts):
            hang_once(self.place, "Papyrus")
        return self.encoder.encode_passages(texts)


class HangingEncoder:
    """Another one, that hangs at the lead of Papyrus, when that is encoded elsewhere first."""

    def __init__(self, encoder: Encoder, place: Path) -> None:
        self._encoder, self._place = encoder, place

    @property
    def record(self) -> EncoderRecord:
        return self._encoder.record

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("what a cluster is to encode is not encoded here")

    def write_question_encoder(self, directory: Path) -> EncoderCheck:
        return self._encoder.write_question_encoder(directory)

    def share_passage_encoder(self, directory: Path) -> PassageEncoder:
        shared = self._encoder.share_passage_encoder(directory)
        assert shared is not None
        return _HangingPassages(shared, self._place)
