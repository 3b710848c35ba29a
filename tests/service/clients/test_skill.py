"""The skill: what it says, that it is one, and that nobody's file is lost to it."""

import json
import re
from pathlib import Path

import pytest

from pinakes.service.clients.address import curl_address
from pinakes.service.clients.skill import is_our_own, paragraph, skill_text
from pinakes.service.settings import ServeSettings, Settings, ToolSettings
from tests.service.conftest import Run

ADDRESS = "http://127.0.0.1:8707"


def _front(text: str) -> dict[str, str]:
    _, front, body = text.split("---\n", 2)
    assert body.strip()
    return dict(re.findall(r"(?m)^([a-z]+): (.+)$", front))


def test_it_is_a_skill() -> None:
    """By agentskills.io: the folder's name, and a description of at most 1,024 characters."""
    front = _front(skill_text(ADDRESS))
    assert front["name"] == "pinakes"
    assert 0 < len(front["description"]) <= 1024
    assert ": " not in front["description"]  # what YAML takes for a key


def test_a_small_model_can_read_it() -> None:
    assert len(skill_text(ADDRESS)) < 3_000
    assert len(paragraph(ADDRESS)) < 1_000


@pytest.mark.parametrize("address", ["http://[::1]:80", "--unix-socket '/a b' http://localhost"])
def test_addresses_are_those_of_the_service(address: str) -> None:
    for text in (skill_text(address), paragraph(address)):
        assert f"{address}/api/search -d format=text" in text
        assert ADDRESS not in text
    assert is_our_own(skill_text(address))


def test_the_address_that_curl_is_given() -> None:
    def said(**serve: object) -> str:
        return curl_address(Settings(serve=ServeSettings.model_validate(serve)))

    assert said() == ADDRESS
    assert said(host="::1", port=1) == "http://[::1]:1"
    assert said(host="0.0.0.0") == ADDRESS
    assert said(tls_certificate="c.pem") == "https://127.0.0.1:8707"
    assert said(uds="/run/a b") == "--unix-socket '/run/a b' http://localhost"
    assert curl_address(Settings(tools=ToolSettings(base_url="https://w.example/"))) == (
        "https://w.example"
    )


def test_installed_renewed_unchanged(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("skill", "install", tmp_path, "--json")
    path = tmp_path / "pinakes" / "SKILL.md"
    assert json.loads(done.out) == {"path": str(path), "state": "installed"}
    assert path.read_text() == run("skill", "show").out == skill_text(ADDRESS)
    assert "unchanged" in run("skill", "install", tmp_path).out
    monkeypatch.setenv("PINAKES_SERVE__PORT", "99")
    assert "renewed" in run("skill", "install", tmp_path).out
    assert "http://127.0.0.1:99/api" in path.read_text()


def test_what_somebody_has_written_stays(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pinakes" / "SKILL.md"
    run("skill", "install", tmp_path)
    for content in (b"mine", b"\xff", path.read_bytes() + b"- My own line\n"):
        path.write_bytes(content)
        done = run("skill", "install", tmp_path)
        assert (done.status, done.err.count("\n")) == (2, 1)
        assert "--yes" in done.err
        assert path.read_bytes() == content
    assert "renewed" in run("skill", "install", tmp_path, "--yes").out
    assert path.read_text() == skill_text(ADDRESS)


def test_by_default_it_goes_where_agents_look(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    run("skill", "install")
    assert (tmp_path / ".agents" / "skills" / "pinakes" / "SKILL.md").is_file()


def test_manuals_are_told_of() -> None:
    """What stands in somebody's own files may well be in here."""
    for text in (
        _front(skill_text(ADDRESS))["description"],
        skill_text(ADDRESS),
        paragraph(ADDRESS),
    ):
        assert "folders of manuals" in text
        assert "your own files" not in text


def test_the_paragraph(run: Run) -> None:
    assert run("skill", "paragraph").out == paragraph(ADDRESS)
    assert json.loads(run("skill", "paragraph", "--json").out) == {"text": paragraph(ADDRESS)}
    assert "/c/NAME/api/search" in paragraph(ADDRESS)
    assert "Authorization: Bearer TOKEN" in paragraph(ADDRESS)
