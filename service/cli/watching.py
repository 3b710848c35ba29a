"""Wait until something in a folder changes.

The only file that imports watchfiles, of the extra ``folder``. Knows nothing of what is in files.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from stat import S_ISDIR

__all__ = ["changes_of"]

# Changes that come together are one: what a program saves in several steps, or a copy of many.
_TOGETHER_MS, _LOOK_MS = 1600, 500


def changes_of(folder: Path, tell: Callable[[str], None]) -> Iterator[bool]:
    """Whether anything has changed since the last time: at first True, then asked twice a second.

    It is watched from before the first one. Hidden files count for nothing. A folder that is gone
    is waited for, and one that has taken its place is watched; ``tell`` is told of both. Ctrl-C
    raises KeyboardInterrupt.
    """
    while True:
        watched, root = _identity(folder), folder.resolve()
        is_first = True
        for found in _changes_below(root) if watched is not None else ():
            here = _identity(folder)
            if here != watched or root in found:
                break
            yield bool(found) or is_first
            is_first = False
        if _identity(folder) is not None:
            tell(f"{folder} has been replaced: the new one is watched")
            continue
        tell(f"{folder} is gone: waiting until it is there again")
        while _identity(folder) is None:
            yield False
            time.sleep(_LOOK_MS / 1000)


def _changes_below(folder: Path) -> Iterator[set[Path]]:
    """What has changed, nothing at times; the folder itself where it was removed or not found.

    Its inode may be that of the one that takes its place.
    """
    from watchfiles import Change, watch

    def is_seen(change: Change, path: str) -> bool:
        parts = Path(path).relative_to(folder).parts
        is_folder = not parts and change != Change.deleted
        return not is_folder and not any(part.startswith(".") for part in parts)

    try:
        for found in watch(
            folder,
            watch_filter=is_seen,
            debounce=_TOGETHER_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
        ):
            yield {Path(path) for _, path in found}
    except FileNotFoundError:
        yield {folder}


def _identity(folder: Path) -> tuple[int, int] | None:
    """By which a directory is known, whatever it is called; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if S_ISDIR(status.st_mode) else None
