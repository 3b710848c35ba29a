"""The archives that collections were built from, as long as they are there, for their pictures.

A picture is shown only out of the very file that was read: its state is that of then, or, where it
was copied or touched, its digest is, for which all of it is read once, in the background. What is
wrong is told once. Knows no pages.
"""

import logging
import threading
from collections import OrderedDict
from pathlib import Path

from pinakes.index.build.source_identity import remembered_file
from pinakes.index.retrieval.search import Index
from pinakes.ingest.errors import IngestError
from pinakes.ingest.sources.file_state import FileState, digest_file, state_of
from pinakes.ingest.sources.zim.archive import UNREADABLE, StoredPicture, ZimArchive

__all__ = ["PictureArchives"]

_log = logging.getLogger(__name__)
_ZIM = "zim"
# Handles that are held; each may keep a few megabytes that it has unpacked last.
_MOST_OPEN = 8
_LARGEST = 16 << 20
_WAY_OUT = "where it was moved to, pinakes build FILE finds it again"
# A file in a state: what was found out of it holds as long as nobody writes to it.
_Key = tuple[Path, FileState, str]


class PictureArchives:
    """Those of all collections of a service. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[_Key, ZimArchive] = OrderedDict()
        self._same: dict[_Key, bool | None] = {}  # None: is being read
        self._told: dict[str, str] = {}

    def version(self, index: Index) -> str:
        """What stands for the archive's content in addresses; "" where it is not to be had now."""
        return "" if self._archive(index) is None else index.manifest.dump.fingerprint[:12]

    def picture(self, index: Index, path: str) -> StoredPicture | None:
        """The picture that the archive calls so; None where there is none that may be shown."""
        archive = self._archive(index)
        if archive is None:
            return None
        try:
            return archive.picture(path, _LARGEST)
        except UNREADABLE as error:
            self._tell(index, f"{archive.path}: a picture cannot be read ({error})")
            return None

    def _archive(self, index: Index) -> ZimArchive | None:
        """The archive, open; None where it is gone, or another, or not known yet to be the same."""
        dump = index.manifest.dump
        if dump.kind != _ZIM or not dump.digests:
            return None
        remembered = remembered_file(index.generation.parent.parent, dump)
        if remembered is None:
            return None
        path, built_from = remembered
        try:
            state = state_of(path)
        except OSError as error:
            self._tell(index, f"{path}: {error.strerror or error}; {_WAY_OUT}")
            return None
        key = path, state, dump.digests[0]
        with self._lock:
            if archive := self._open.get(key):
                self._open.move_to_end(key)
                return archive
        if state != built_from and not self._is_same(index, key, built_from):
            return None
        try:
            archive = ZimArchive(path)
        except (IngestError, OSError) as error:
            self._tell(index, str(error))
            return None
        with self._lock:
            archive = self._open.setdefault(key, archive)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        return archive

    def _is_same(self, index: Index, key: _Key, built_from: FileState) -> bool:
        """Whether a file in another state holds what it did; not before all of it has been read."""
        path, state, _ = key
        with self._lock:
            is_known = key in self._same
            same = self._same.get(key)
            if not is_known:
                old = [one for one in self._same if one[0] == path]
                for one in old:
                    del self._same[one]
                same = self._same[key] = False if state.size != built_from.size else None
        if not is_known and same is None:
            threading.Thread(target=self._compare, args=(key,), daemon=True).start()
        if same is False:
            self._tell(index, f"{path}: is not the file it was built from; build it anew")
        return bool(same)

    def _compare(self, key: _Key) -> None:
        path, state, digest = key
        try:
            same = digest_file(path, lambda _bytes: None) == digest and state_of(path) == state
        except OSError:
            same = False
        with self._lock:
            if key in self._same:
                self._same[key] = same

    def _tell(self, index: Index, what: str) -> None:
        """Say once why pictures of a collection are not shown."""
        name = index.manifest.collection
        with self._lock:
            is_told = self._told.get(name) == what
            self._told[name] = what
        if not is_told:
            _log.warning("%s is shown without its pictures: %s", name, what)
