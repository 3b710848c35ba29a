"""``pinakes extract --report`` over the sample."""

import json
import re
from pathlib import Path

import pytest

from pinakes.service.cli.main import main
from tests.ingest.dumps_on_disk import export, page


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with pytest.raises(SystemExit) as done:
        main(["extract", "--report", *arguments])
    assert done.value.code == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_a_table_and_lines(sample_dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = run(capsys, str(sample_dump))
    assert "Numbers in 40 articles" in out
    assert "Words in 40 articles" in out
    assert re.search(r"Of 1,000 words \d+\.\d are lost in templates that nobody knows", out)
    assert "Markup left in the text 0" in out
    assert "Templates dropped" in out
    assert "40 measured, 0 too broken to measure, 0 quarantined" in out
    assert "Measuring: " in err
    assert "{" not in out


def test_as_json(sample_dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(run(capsys, str(sample_dump), "--json")[0])
    assert report["pages"] == 40
    assert report["fidelity"] > 0.99
    assert sum(report["kept"].values()) <= sum(report["expected"].values())
    assert report["words_lost_in_unknown_per_1000"] < 20
    assert sum(report["words"].values()) > 1000
    assert report["leftovers"] == {}
    assert report["quarantined"] == 0
    lost = sum(report["expected"].values()) - sum(report["kept"].values())
    assert len(report["examples"]) == min(lost, 100)
    assert all(example["number"] for example in report["examples"])


def test_templates_of_the_dump_are_expanded_as_in_a_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [
        page(1, "Riga", "At {{height of|a=1|b=7|c=river}} above the sea."),
        page(2, "Template:Height of", "{{{b}}} m over the {{{c}}}", namespace=10),
    ]
    path = tmp_path / "toywiki-20261101-pages-meta-current.xml"
    path.write_bytes(export(pages))
    report = json.loads(run(capsys, str(path), "--json")[0])
    assert (report["pages"], report["dropped"]) == (1, {})
    assert report["words_kept"]["unrendered"] == 1
