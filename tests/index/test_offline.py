"""The switches are set before any library reads them, in every process, whatever was set before."""

import json
import os
import subprocess
import sys

import pytest

from pinakes.index.offline import SWITCHES, UNSET, open_switches

AGAINST = dict.fromkeys(SWITCHES, "0") | dict.fromkeys(UNSET, "http://192.0.2.1")


def python(script: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "package", ["pinakes", "pinakes.index", "pinakes.service.generators.child_process"]
)
def test_a_package_used_as_a_library_sets_every_switch(package: str) -> None:
    script = f"import json, os, {package}; print(json.dumps(dict(os.environ)))"
    found = json.loads(python(script, **AGAINST))
    assert {name: found.get(name) for name in SWITCHES} == SWITCHES
    assert not set(UNSET) & set(found)


def test_they_are_set_before_any_library_is_imported() -> None:
    script = (
        "import sys; before = set(sys.modules); import pinakes\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*(new - set(sys.stdlib_module_names)))"
    )
    assert python(script).split() == ["pinakes"]


def test_every_process_of_a_build_inherits_them() -> None:
    script = (
        "import os, pinakes; from pinakes.ingest.workers import worker_processes\n"
        "with worker_processes(1) as executor:\n"
        "    print(executor.submit(os.getenv, 'ORT_DISABLE_TELEMETRY').result())\n"
        "    print(executor.submit(os.getenv, 'OTEL_EXPORTER_OTLP_ENDPOINT').result())"
    )
    assert python(script, **AGAINST).split() == ["1", "None"]


def test_a_library_that_came_first_is_named() -> None:
    script = (
        "import sys, types, warnings\n"
        "sys.modules['onnxruntime'] = types.ModuleType('onnxruntime')\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    import pinakes\n"
        "from pinakes.index.offline import imported_too_early\n"
        "print(*(str(one.message) for one in caught), imported_too_early(), sep='|')"
    )
    warning, early = python(script, ORT_DISABLE_TELEMETRY="0").split("|")
    assert "onnxruntime" in warning
    assert "ORT_DISABLE_TELEMETRY=1" in warning
    assert early.strip() == "['onnxruntime']"
    assert python(script, ORT_DISABLE_TELEMETRY="1").split("|")[-1].strip() == "[]"


def test_a_switch_turned_back_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_switches() == []
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://192.0.2.1")
    assert open_switches() == [
        "ORT_DISABLE_TELEMETRY=0",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://192.0.2.1",
    ]
