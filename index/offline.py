"""The switches that keep every library on this machine, set before any of them is imported.

Importing ``pinakes`` sets them, so that programs which use Pinakes as a library are
covered, and every child process inherits them. Knows names of environment variables, and imports
none of the libraries it is about. ``docs/offline.md`` says what each library would do.
"""

import os
import sys
import warnings
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["SWITCHES", "UNSET", "contradicted", "go_offline", "imported_too_early", "open_switches"]

SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        # onnxruntime reads it once, while it is imported.
        "ORT_DISABLE_TELEMETRY": "1",
        # huggingface_hub and hf-xet; transformers and sentence-transformers ask through them.
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_XET_TELEMETRY_ENABLED": "false",
        "DISABLE_TELEMETRY": "1",
        # Whoever heeds https://consoledonottrack.com.
        "DO_NOT_TRACK": "1",
        # fastapi and mcp hand spans to OpenTelemetry where its SDK is installed.
        "OTEL_SDK_DISABLED": "true",
        "FASTAPI_OTEL_AUTO_CONFIGURE": "false",
        "OTEL_TRACES_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        # No network: threads of its own would not survive the fork of a process.
        "TOKENIZERS_PARALLELISM": "false",
    }
)
# What would name another place to send to, or other code to load for it.
UNSET = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_PYTHON_TRACER_PROVIDER",
    "OTEL_PYTHON_METER_PROVIDER",
    "OTEL_PYTHON_LOGGER_PROVIDER",
)
# Libraries that read their switches while they are imported, and the switch to tell by.
_READ_AT_IMPORT = {
    "onnxruntime": "ORT_DISABLE_TELEMETRY",
    "huggingface_hub": "HF_HUB_OFFLINE",
}
_contradicted: dict[str, str] = {}
_too_early: set[str] = set()


def go_offline() -> None:
    """Set every switch, whatever the environment says; warn where a library came before.

    The warning names the library: what it began while it was imported cannot be called back.
    """
    early = [
        library
        for library, switch in _READ_AT_IMPORT.items()
        if library in sys.modules and os.environ.get(switch) != SWITCHES[switch]
    ]
    for name, value in SWITCHES.items():
        before = os.environ.get(name)
        if before is not None and before != value:
            _contradicted.setdefault(name, before)
        os.environ[name] = value
    for name in UNSET:
        if (before := os.environ.pop(name, None)) is not None:
            _contradicted.setdefault(name, before)
    for library in early:
        if library not in _too_early:
            _too_early.add(library)
            warnings.warn(
                f"{library} was imported before Pinakes could tell it to stay offline, and may "
                "contact its maker; import pinakes first, or set "
                f"{_READ_AT_IMPORT[library]}={SWITCHES[_READ_AT_IMPORT[library]]}",
                RuntimeWarning,
                stacklevel=2,
            )


def contradicted() -> Mapping[str, str]:
    """What the environment said against the switches before they were set."""
    return MappingProxyType(_contradicted)


def imported_too_early() -> list[str]:
    """Libraries that had read their switches before these were set."""
    return sorted(_too_early)


def open_switches() -> list[str]:
    """Switches that are not as they should be now, as ``NAME=value``."""
    changed = [
        f"{name}={os.environ.get(name, '')}"
        for name, value in SWITCHES.items()
        if os.environ.get(name) != value
    ]
    return changed + [f"{name}={os.environ[name]}" for name in UNSET if name in os.environ]
