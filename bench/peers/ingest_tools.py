"""The tools that Pinakes is measured beside, each in a virtual environment of its own.

The environments are made once, under the user's cache directory.
"""

import subprocess
import sys
from pathlib import Path

import platformdirs

__all__ = ["floors", "peers", "pinakes", "python_of", "python_of_search_peer", "versions"]

# What is installed, and into which environment.
_PACKAGES = {
    "wikiextractor": ("wikiextractor==3.1.0",),
    "mwparserfromhell": ("mwparserfromhell==0.7.2", "mwxml==0.3.8"),
    "trafilatura": ("trafilatura==2.3.1", "lxml_html_clean==0.4.6"),
    "beautifulsoup4": ("beautifulsoup4==4.15.0", "lxml==6.1.3"),
    "indexed_bzip2": ("indexed_bzip2==1.7.0",),
    "sentencex": ("sentencex==1.0.32",),
    "bm25s": ("bm25s==0.3.16", "numba==0.68.1", "PyStemmer==3.1.0"),
}
# Xapian's bindings come with the distribution, for its own Python.
_SYSTEM_PYTHON = "/usr/bin/python3"
_READING = Path(__file__).parents[1] / "speed" / "reading.py"


def python_of(peer: str) -> str:
    """The interpreter that can import ``peer``; its environment is made if it is missing."""
    directory = platformdirs.user_cache_path("pinakes-bench") / peer
    python = directory / "bin" / "python"
    done = directory / ".installed"
    wanted = " ".join(_PACKAGES[peer])
    if not done.exists() or done.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(directory)], check=True)
        install = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([str(python), *install, *_PACKAGES[peer]], check=True)
        done.write_text(wanted)
    return str(python)


def python_of_search_peer(peer: str) -> str:
    """The interpreter that can import ``peer``: bm25s, fts5 or xapian.

    Raises FileNotFoundError when the distribution's package of Xapian is missing.
    """
    if peer == "fts5":
        return sys.executable
    if peer == "bm25s":
        return python_of(peer)
    if subprocess.run(
        [_SYSTEM_PYTHON, "-c", "import xapian"], stderr=subprocess.DEVNULL
    ).returncode:
        raise FileNotFoundError("no Xapian: apt-get install python3-xapian")
    return _SYSTEM_PYTHON


def versions() -> dict[str, str]:
    """Which version of each peer is measured."""
    return dict(package.split("==") for packages in _PACKAGES.values() for package in packages)


def pinakes(*arguments: str) -> list[str]:
    """The command ``pinakes`` of this environment."""
    return [str(Path(sys.executable).with_name("pinakes")), *arguments]


def peers(dump: Path) -> dict[str, list[str]]:
    """What reads ``dump`` to text, by name; the two forms of Pinakes first."""
    extractor = ["-m", "wikiextractor.WikiExtractor", "--json", "--processes", "1", "-q", "-o", "-"]
    return {
        "pinakes extract, 1 worker": pinakes("extract", "--workers", "1", str(dump)),
        "pinakes extract, 2 workers": pinakes("extract", "--workers", "2", str(dump)),
        "WikiExtractor": [python_of("wikiextractor"), *extractor, str(dump)],
    }


def floors(xml: Path, multistream: Path, one_stream: Path) -> dict[str, list[str]]:
    """What only takes markup away, only parses XML or only decompresses, by name."""
    here = [sys.executable, "-m", "bench.speed.reading"]
    stripping = [python_of("mwparserfromhell"), str(_READING), "strip-code", str(xml)]
    library = [python_of("indexed_bzip2"), str(_READING), "indexed-bzip2"]
    return {
        "mwparserfromhell strip_code, pages by mwxml": stripping,
        "mwxml alone, plain XML": [*here, "mwxml", str(xml)],
        "bzip2 -dc": ["bzip2", "-dc", str(multistream)],
        "bz2 of Python": [*here, "bz2", str(multistream)],
        "pinakes, blocks alone, 1 worker, one stream": [*here, "blocks", str(one_stream), "1"],
        "pinakes, blocks alone, 2 workers, one stream": [*here, "blocks", str(one_stream), "2"],
        "indexed_bzip2, 2 threads, one stream": [*library, str(one_stream), "2"],
    }
