"""The page about offline operation names every package that is pinned, and every switch."""

import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

from pinakes.index.offline import SWITCHES, UNSET
from tests.index.toys import ROOT

PAGE = (ROOT / "docs" / "offline.md").read_text(encoding="utf-8")

NETWORK = ("connect", "getaddrinfo", "sendto", "sendmsg", "sendmmsg")


def _pinned() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if "==" in line and line[0] != "#"]


def test_there_are_packages_to_look_for() -> None:
    assert {"onnxruntime", "tantivy", "anyio"} < set(_pinned())


@pytest.mark.parametrize("package", _pinned())
def test_every_pinned_package_is_on_the_page(package: str) -> None:
    audited = PAGE.split("## Every package")[1].split("## Which tests")[0]
    assert re.search(rf"(?<![\w.-]){re.escape(package)}(?![\w-])", audited)


def _network_functions(package: str) -> dict[str, set[str]]:
    """Which of them each compiled part of a package imports; {} where it is not installed."""
    with suppress(PackageNotFoundError):
        parts = [file for file in files(package) or () if ".so" in file.name]
        contents = {str(file): Path(str(file.locate())).read_bytes() for file in parts}
        return {
            part: {name for name in NETWORK if f"\0{name}\0".encode() in content}
            for part, content in contents.items()
        }
    return {}


def test_compiled_parts_said_to_have_no_network_have_none() -> None:
    said = PAGE.split("### What cannot")[1].split("### Only for development")[0]
    parts = {
        part: found
        for package in _pinned()
        if re.search(rf"(?<![\w.-]){re.escape(package)}(?![\w-])", said)
        for part, found in _network_functions(package).items()
    }
    assert len(parts) > 20
    assert {part: found for part, found in parts.items() if found} == {}
    [found] = _network_functions("duckdb").values()
    assert found >= {"connect", "getaddrinfo"}


@pytest.mark.parametrize("switch", [*SWITCHES, "OTEL_PYTHON_TRACER_PROVIDER", UNSET[0]])
def test_every_switch_is_on_the_page(switch: str) -> None:
    assert f"`{switch}" in PAGE
