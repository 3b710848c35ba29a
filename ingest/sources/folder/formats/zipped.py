"""Files in a ZIP archive, read as far as its owner would expect: for EPUB and DOCX.

What they would unpack to is added up before anything is unpacked.
"""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pinakes.ingest.sources.folder.outline import UnreadableFile

__all__ = ["MOST_UNPACKED", "member", "opened_archive"]

MOST_UNPACKED = 256 << 20
_MOST_FILES = 20_000
_OLE = b"\xd0\xcf\x11\xe0"


def opened_archive(path: Path) -> ZipFile:
    """The archive, to be closed. Raises UnreadableFile where it is none, or would unpack to much.

    Of a file no more is ever unpacked than the archive says of it.
    """
    try:
        archive = ZipFile(path)
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        with path.open("rb") as file:
            is_old = file.read(4) == _OLE
        if is_old:
            raise UnreadableFile(
                "it is encrypted, or in Word's older format: save it anew"
            ) from None
        raise UnreadableFile(f"no archive that can be read ({error})") from None
    files = archive.infolist()
    unpacked = sum(file.file_size for file in files)
    if len(files) > _MOST_FILES or unpacked > MOST_UNPACKED:
        archive.close()
        raise UnreadableFile(
            f"it would unpack to {unpacked >> 20:,} MiB in {len(files):,} files; at most "
            f"{MOST_UNPACKED >> 20} MiB in {_MOST_FILES:,} are read"
        )
    return archive


def member(archive: ZipFile, name: str) -> bytes:
    """A file of the archive. Raises UnreadableFile where it is not there, encrypted or damaged."""
    try:
        return archive.read(name)
    except KeyError:
        raise UnreadableFile(f"{name} is not in it") from None
    except RuntimeError:  # a password is required
        raise UnreadableFile("it is encrypted: save it without its password") from None
    except Exception as error:  # zlib's, lzma's and zipfile's own
        raise UnreadableFile(f"{name} in it is damaged ({error})") from None
