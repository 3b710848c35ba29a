"""Make what lets others install the tools: a bundle (.mcpb), and its entry (server.json).

The bundle starts the Pinakes that is installed on the machine: collections are far larger than what
is worth packing. The entry is what a registry of servers lists; whoever publishes it names it after
a domain or account of their own, and says where the bundle can be had.

    python deploy/mcp_bundle.py OUT --name io.github.somebody/pinakes --address https://…/pinakes.mcpb

Formats: manifest 0.4 (https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md) and
server.json 2025-12-11 (https://github.com/modelcontextprotocol/registry).
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from pinakes.service.tools.descriptions import TOOLS

__all__ = ["main"]

_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
_NAME = re.compile(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+")
_TITLE = "Pinakes"
_SAID = "Search, read and ask a Wikipedia dump kept on this machine. Reads only; nothing leaves."
_STARTER = "server/main.py"
# Files in archives have dates; without one the same bundle would have another checksum every day.
_DATE = (1980, 1, 1, 0, 0, 0)


def main(arguments: list[str] | None = None) -> None:
    """Write ``pinakes.mcpb`` and ``server.json`` into a directory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", required=True, help="of the entry: reverse domain/name")
    parser.add_argument("--address", required=True, help="https address of the bundle")
    options = parser.parse_args(arguments)
    if not _NAME.fullmatch(options.name):
        sys.exit(
            f"mcp_bundle: {options.name!r} is no name for a registry: io.github.you/pinakes is"
        )
    if not options.address.startswith("https://"):
        sys.exit(f"mcp_bundle: {options.address!r} is no https address")
    options.out.mkdir(parents=True, exist_ok=True)
    bundle = options.out / "pinakes.mcpb"
    _pack(bundle)
    entry = _entry(options.name, options.address, hashlib.sha256(bundle.read_bytes()).hexdigest())
    (options.out / "server.json").write_text(_json(entry), encoding="utf-8")


def _pack(bundle: Path) -> None:
    starter = Path(__file__).with_name("mcp_starter.py").read_text(encoding="utf-8")
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("manifest.json", _json(_manifest())), (_STARTER, starter)):
            archive.writestr(zipfile.ZipInfo(name, _DATE), text)


def _manifest() -> dict[str, Any]:
    about = metadata("pinakes")
    return {
        "manifest_version": "0.4",
        "name": "pinakes",
        "display_name": _TITLE,
        "version": about["Version"],
        "description": _SAID,
        "author": {"name": "Pinakes developers"},
        "license": about["License-Expression"],
        "keywords": ["wikipedia", "offline", "search", "question answering"],
        "server": {
            "type": "python",
            "entry_point": _STARTER,
            "mcp_config": {
                "command": "python3",
                "args": [f"${{__dirname}}/{_STARTER}"],
                "env": {
                    "PINAKES_PROGRAM": "${user_config.program}",
                    "PINAKES_DATA": "${user_config.data}",
                    "PINAKES_COLLECTION": "${user_config.collection}",
                },
            },
        },
        "tools": [{"name": tool.name, "description": tool.description} for tool in TOOLS],
        "compatibility": {"platforms": ["linux"], "runtimes": {"python": ">=3.11"}},
        "user_config": {
            "program": {
                "type": "file",
                "title": "The program pinakes",
                "description": "Where it is installed, if it is not on the path.",
                "required": False,
            },
            "data": {
                "type": "directory",
                "title": "Collections",
                "description": "The data directory, if it is not the usual one.",
                "required": False,
            },
            "collection": {
                "type": "string",
                "title": "Collection",
                "description": "The one that is meant where none is named.",
                "required": False,
            },
        },
    }


def _entry(name: str, address: str, digest: str) -> dict[str, Any]:
    version = metadata("pinakes")["Version"]
    return {
        "$schema": _SCHEMA,
        "name": name,
        "title": _TITLE,
        "description": _SAID,
        "version": version,
        "packages": [
            {
                "registryType": "mcpb",
                "identifier": address,
                "version": version,
                "fileSha256": digest,
                "transport": {"type": "stdio"},
            }
        ],
    }


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
