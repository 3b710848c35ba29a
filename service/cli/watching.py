"""Wait until something in a folder changes.

The only file that imports watchfiles, of the extra ``folder``. Knows nothing of what is in files.
"""

from collections.abc import Iterator
from pathlib import Path

__all__ = ["changes_of"]

# Changes that come together are one: what a program saves in several steps, or a copy of many.
_TOGETHER_MS, _LOOK_MS = 1600, 500


def changes_of(folder: Path) -> Iterator[bool]:
    """Whether anything has changed since the last time: at first True, then asked twice a second.

    It is watched from before the first one. Hidden files count for nothing. Ctrl-C raises
    KeyboardInterrupt.
    """
    from watchfiles import Change, watch

    def is_seen(_change: Change, path: str) -> bool:
        return not any(part.startswith(".") for part in Path(path).relative_to(folder).parts)

    is_first = True
    for found in watch(
        folder,
        watch_filter=is_seen,
        debounce=_TOGETHER_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    ):
        yield bool(found) or is_first
        is_first = False
