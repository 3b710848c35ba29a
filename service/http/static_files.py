"""What pages load: styles and scripts, under an address that names their content.

Scripts load each other from beside them, so that one digest of all of them stands for each.
"""

import hashlib
from pathlib import Path

from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["STATIC", "PageFiles"]

_DIRECTORY = Path(__file__).parent / "web" / "static"
_FOREVER = "public, max-age=31536000, immutable"  # RFC 8246
_ASKED_ANEW = "no-cache"


def _version() -> str:
    """A digest of all files with their names."""
    digest = hashlib.sha256()
    for path in sorted(_DIRECTORY.iterdir()):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_VERSION = _version()
# What stands before the names of the files.
STATIC = f"/static/{_VERSION}"


class PageFiles(StaticFiles):
    """The files, below their digest for good, and without it to be asked for anew."""

    def __init__(self) -> None:
        super().__init__(directory=_DIRECTORY)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; 304 where the client has it."""
        version, _, name = path.partition("/")
        is_named = version == _VERSION
        response = await super().get_response(name if is_named else path, scope)
        response.headers["Cache-Control"] = _FOREVER if is_named else _ASKED_ANEW
        # Weak: it is the same compressed.
        if not response.headers["ETag"].startswith("W/"):
            response.headers["ETag"] = f"W/{response.headers['ETag']}"
        return response
