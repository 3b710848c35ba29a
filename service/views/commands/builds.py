"""What building and updating print, and packs of what was built."""

from typing import Literal

from pinakes.index.build.plan import PlannedStep
from pinakes.index.types import DumpRecord, EncoderCheck, EncoderRecord, VectorIndexRecord
from pinakes.ingest.sources.mediawiki.fidelity.meter import LostNumber
from pinakes.ingest.types import PageCounts
from pinakes.service.views.search_views import View

__all__ = [
    "Built",
    "Fidelity",
    "GenerationRecord",
    "NothingNewer",
    "Packed",
    "Plan",
    "Preview",
    "Unpacked",
]


class GenerationRecord(View):
    """What a generation says of itself, without the list of its files."""

    format_version: int
    collection: str
    generation: str
    created: str
    dump: DumpRecord
    pages: PageCounts
    passages: int
    vectors: int
    vector_index: VectorIndexRecord | None
    encoder: EncoderRecord | None
    versions: dict[str, str]
    encoder_check: EncoderCheck | None
    carried_over: int
    accepted: list[str]
    took: dict[str, float]


class Built(GenerationRecord):
    """The generation that answers now; ``changed``: it is a new one."""

    changed: bool


class NothingNewer(View):
    """No dump is newer than the last that was taken up, and why."""

    changed: Literal[False]
    why: str


class Preview(View):
    """What an update would change; where nothing, ``changes`` is false and all else is missing."""

    changes: bool
    present: str | None = None
    pages: dict[str, int] | None = None
    passages: int | None = None
    passages_added: int | None = None
    passages_removed: int | None = None
    to_embed: int | None = None
    seconds: dict[str, float] | None = None
    measured: bool | None = None
    size: int | None = None


class Plan(View):
    """What a build would take: seconds and bytes; ``share`` of the dump was read to say so.

    ``encoder``: the name of the one that makes the vectors, ``passages_per_second``: its rate;
    both null without vectors.
    """

    share: float
    workers: int
    pages: PageCounts
    passages: int
    steps: list[PlannedStep]
    passages_per_second: float | None
    encoder: str | None
    lasting: int
    most_disk: int


class Fidelity(View):
    """Numbers and words of a dump that the text keeps, by where they stood."""

    pages: int
    skipped: int
    quarantined: int
    expected: dict[str, int]
    kept: dict[str, int]
    words: dict[str, int]
    words_kept: dict[str, int]
    lost_in_unknown: dict[str, int]
    silent: dict[str, int]
    steering: dict[str, int]
    dropped: dict[str, int]
    leftovers: dict[str, int]
    fidelity: float
    words_lost_in_unknown_per_1000: float
    examples: list[LostNumber]


class Packed(View):
    """``carried``: files in the pack of the ``files`` there are; ``against``: what it builds on."""

    pack: str
    collection: str
    generation: str
    parts: list[str]
    bytes: int
    files: int
    carried: int
    against: str | None
    sha256: str


class Unpacked(Built):
    """``linked``: files that were here already."""

    linked: int
    sha256: str
