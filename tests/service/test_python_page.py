"""What docs/python.md shows can be run as it stands there."""

import re
from pathlib import Path

import pytest

from tests.index.toys import ROOT


def test_the_example_runs(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.setenv("PINAKES_DATA", str(sample.parent))
    monkeypatch.setenv("PINAKES_GENERATOR__BACKEND", "none")
    exec(example.replace("enwiki", sample.name), {})
    printed = capsys.readouterr().out
    assert "Ventris" in printed
    assert f"{sample.name}/" in printed  # a citation
    assert printed.endswith("['Linear B']\n")
