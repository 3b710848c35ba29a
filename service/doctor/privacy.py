"""What could leave the machine from here: switches, what telemetry has left, where questions go.

Knows the names of files and variables, and starts nothing.
"""

import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pinakes.index.offline import SWITCHES, contradicted, imported_too_early, open_switches
from pinakes.service.doctor.findings import Finding, note, ok, wrong
from pinakes.service.settings import GeneratorSettings

__all__ = ["examine_generator_address", "examine_leftovers", "examine_proof", "examine_switches"]

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def examine_switches() -> Iterator[Finding]:
    """Whether every library has been told to stay offline, and was told in time."""
    name = "telemetry"
    if early := imported_too_early():
        yield wrong(
            name,
            f"{', '.join(early)} was imported before it could be told to stay offline",
            "find what imports it when Python starts (sitecustomize, .pth files), or set "
            "ORT_DISABLE_TELEMETRY=1 and HF_HUB_OFFLINE=1 before",
        )
    elif changed := open_switches():
        yield wrong(
            name,
            f"turned back on: {', '.join(changed)}",
            f"unset {', '.join(switch.partition('=')[0] for switch in changed)} where it is set",
        )
    elif against := contradicted():
        said = ", ".join(f"{switch}={value}" for switch, value in against.items())
        yield note(name, f"off; the environment says {said}, which Pinakes overrules")
    else:
        yield ok(name, f"off: {len(SWITCHES)} switches set before any library was imported")


def examine_leftovers() -> Iterator[Finding]:
    """What onnxruntime leaves where its telemetry is on: here before, or in other programs."""
    found = [path for path in _leftovers() if path.exists()]
    if found:
        places = shlex.join(map(str, found))
        yield note("leftovers", f"telemetry of onnxruntime: {places}", f"rm -r {places}")
    else:
        yield ok("leftovers", "no device id and no queue of events of onnxruntime")


def _leftovers() -> Iterator[Path]:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    yield Path(cache, "Microsoft", "DeveloperTools", ".onnxruntime")
    yield Path(tempfile.gettempdir(), ".ses")


def examine_generator_address(settings: GeneratorSettings) -> Iterator[Finding]:
    """Whether questions and passages stay on this machine when a model answers."""
    if settings.url is None or settings.backend in ("none", "llama-cpp-python"):
        return
    if settings.url.startswith("unix:"):
        return
    host = urlsplit(settings.url).hostname or ""
    if host not in _LOOPBACK:
        yield note(
            "generator",
            f"runs on {host}, not here: questions and passages are sent there",
            "set PINAKES_GENERATOR__URL to a server on this machine, if that is not meant",
        )


def examine_proof() -> Iterator[Finding]:
    """Whether it could be proven here that nothing leaves."""
    if shutil.which("strace"):
        yield ok("proof", "strace can watch: pinakes doctor --prove-offline")
    elif tool := next(filter(shutil.which, ("bwrap", "unshare")), None):
        yield note(
            "proof",
            f"{tool} can cut the network: pinakes doctor --prove-offline; attempts need strace",
            "apt install strace",
        )
    else:
        yield note("proof", "nothing here can watch or cut the network", "apt install strace")
