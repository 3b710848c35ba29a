"""What can be wrong with a dump, as one tree.

IngestError
├── DumpNotFound      no such file, or nothing in it that is a dump
├── NotADump          the file is readable, but holds no MediaWiki export
├── EmptyDump         an export without a single page
├── TruncatedDump     the file ends, or is damaged, in the middle
├── ReaderMissing     what reads such files is not installed
├── DumpChanged       the file was written to, or replaced, while it was being read
├── ChecksumMismatch  the file is not the one that was published
├── UnreadablePage    a page or place that cannot be read, where that was asked to be an error
└── WorkerDied        a process that was reading the dump was killed
"""

__all__ = [
    "ChecksumMismatch",
    "DumpChanged",
    "DumpNotFound",
    "EmptyDump",
    "IngestError",
    "NotADump",
    "ReaderMissing",
    "TruncatedDump",
    "UnreadablePage",
    "WorkerDied",
]


class IngestError(Exception):
    """Base of every error raised by the ingest package; always names the file."""


class DumpNotFound(IngestError):
    """The path does not exist, cannot be read, or holds no dump file."""


class NotADump(IngestError):
    """The file can be read, but is not a MediaWiki XML export."""


class EmptyDump(IngestError):
    """The export holds no page."""


class TruncatedDump(IngestError):
    """The file ends or is damaged in the middle: fetch it again and check its checksum."""


class ReaderMissing(IngestError):
    """The package that reads such files is not installed: the message says how to get it."""


class DumpChanged(IngestError):
    """The file is no longer the one that reading began with: the same command begins anew."""


class ChecksumMismatch(IngestError):
    """The file's checksum is not the published one: fetch it again."""


class UnreadablePage(IngestError):
    """A page or a place in the dump cannot be read, and ``strict`` was asked for."""


class WorkerDied(IngestError):
    """A process that was reading the dump was killed; the build goes on when run again."""
