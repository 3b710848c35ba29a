"""Write a benchmark's figures beside the machine and the versions that gave them."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["record", "recorded"]

_RESULTS = Path(__file__).parent / "results"
_PACKAGES = (
    "pinakes",
    "mwxml",
    "mwparserfromhell",
    "tantivy",
    "faiss-cpu",
    "sentence-transformers",
    "torch",
    "onnxruntime",
)


def record(name: str, corpus: str, figures: Any) -> Path:
    """Write ``bench/results/<name>.json`` and return its path."""
    path = _RESULTS / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    entry = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "versions": {package: version(package) for package in _PACKAGES},
        "corpus": corpus,
        "figures": figures,
    }
    path.write_text(json.dumps(entry, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def recorded(name: str) -> dict[str, Any]:
    """The figures of the last run of a benchmark; none where there was no run."""
    path = _RESULTS / f"{name}.json"
    if not path.exists():
        return {}
    figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return figures


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
