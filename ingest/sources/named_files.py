"""A file that somebody names, as one that can be read from any place, and written down.

Knows nothing of what is in it.
"""

from pathlib import Path

from pinakes.ingest.errors import DumpNotFound, NotADump
from pinakes.ingest.files import kind_of_file

__all__ = ["checked_file"]


def checked_file(path: Path) -> Path:
    """The file itself, links followed.

    Raises DumpNotFound: of a FIFO, a socket or /dev/zero nobody knows where it ends; NotADump where
    it is empty.
    """
    try:
        kind = kind_of_file(path)
        part = path.resolve() if kind == "file" else path
    except FileNotFoundError:
        what = "a link to a file that is not there" if path.is_symlink() else "no such file"
        raise DumpNotFound(f"{path}: {what}") from None
    except OSError as error:
        raise DumpNotFound(f"{path}: cannot be read ({error.strerror})") from None
    if kind != "file":
        raise DumpNotFound(f"{path}: a {kind}, and a dump is a file; write it to one first")
    if not part.stat().st_size:
        raise NotADump(f"{path}: the file is empty; take a dump such as …-pages-articles.xml.bz2")
    try:
        part.name.encode()
    except UnicodeEncodeError:
        raise DumpNotFound(
            f"{path}: its name is not UTF-8, or the locale (LC_ALL) is not; rename it"
        ) from None
    return part
