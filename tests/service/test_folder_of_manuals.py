"""A folder of manuals as its owner uses it: built, searched, asked, opened, updated."""

import json
import re
from pathlib import Path

import pytest

from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from pinakes.ingest.sources.opening import open_source
from tests.ingest.dumps_on_disk import export, page
from tests.ingest.manuals import write_docx, write_epub, write_pdf
from tests.service.conftest import Run, local_client, make_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "manuals"
    (top / "garden").mkdir(parents=True)
    (top / "garden" / "well.md").write_text(
        "# The well\n\nThe pump of the well is described in [its manual](../pump.pdf).\n\n"
        "## Winter\n\nDrain it with `pumpctl drain` before the first frost.\n\n"
        "```sh\npumpctl   drain --all\n```\n"
    )
    write_pdf(
        top / "pump.pdf",
        [["Manual of the pump."], ["The lever of the pump is painted crimson."]],
        "Pump 3000",
        {"Handling": 1},
    )
    write_epub(top / "bees.epub", ["<h1>Swarms</h1><p>Swarms leave the hive in May.</p>"], "Bees")
    write_docx(
        top / "will.docx", [("Title", "My will"), ("", "The accordion is left to the museum.")]
    )
    (top / "locked.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return top


def test_it_is_built_asked_opened_and_updated(run: Run, folder: Path, tmp_path: Path) -> None:
    words = (folder, "-c", "manuals", "--workers", "1", "--data", tmp_path / "data")
    done = run("build", "--vectors", "none", *words)
    assert done.status == 0
    assert "4 articles" in done.out
    assert "Reading the files" in done.err
    assert "dump" not in done.err
    assert "set aside: locked.pdf: no PDF that can be read" in done.err
    asked = ("-c", "manuals", "--data", tmp_path / "data", "--json")
    question = "What colour is the lever of the Pump 3000?"
    answer = json.loads(run("ask", question, *asked).out)
    cited = answer["citations"][0]
    assert (cited["title"], cited["heading_path"]) == ("Pump 3000", ["Handling", "Page 2"])
    assert "crimson" in cited["quote"]

    with local_client(make_app(tmp_path / "data" / "manuals")) as client:
        page = client.get("/c/manuals/page/The_well")
        assert "garden/well.md" in page.text
        assert "Revision" not in page.text
        assert "pumpctl   drain --all" in page.text
        [address] = re.findall(r'<a href="([^"]+)"[^>]*>its manual</a>', page.text)
        assert '<h1 dir="auto">Pump 3000</h1>' in client.get(address).text
        [hit] = client.get("/api/search", params={"q": "accordion"}).json()["hits"]
        found = client.get(f"/api/pages/{hit['page_id']}").json()
        assert (found["title"], found["source_key"]) == ("My will", "will.docx")
        assert "does not say" not in client.get("/").text
    for name in ("garden/well.md", "The well"):
        shown = run("show", name, "-c", "manuals", "--data", tmp_path / "data")
        assert shown.status == 0
        assert "before the first frost" in shown.out

    assert "up to date" in run("update", *words).out
    (folder / "bees.epub").unlink()
    (folder / "cats.txt").write_text("The cat is called Mauzi.")
    done = run("update", *words)
    assert done.status == 0
    assert "3 of 4 articles are as they were" in done.err
    found = json.loads(run("search", "cat called", *asked).out)
    assert found["hits"][0]["title"] == "cats"


def test_what_changed_is_told_without_a_date_that_nobody_knows(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    words = ("-c", "manuals", "--workers", "1", "--data", tmp_path / "data", "--vectors", "none")
    assert run("build", folder, *words).status == 0
    well = folder / "garden" / "well.md"
    well.write_text(f"{well.read_text()}\nIts lid is of oak.\n")
    assert run("update", folder, *words).status == 0
    old, new = sorted(path.name for path in (tmp_path / "data/manuals/generations").iterdir())
    told = run(
        "diff", old, new, "--title", "The well", "-c", "manuals", "--data", tmp_path / "data"
    )
    assert re.search(r"\(revision \d+\) → .*\(revision \d+\)", told.out)
    assert "oak" in told.out


@pytest.mark.parametrize(
    "name", ["pump.pdf", "garden/well.md", "bees.epub", "old.doc", "empty.txt"]
)
def test_one_file_is_told_to_be_built_as_a_folder(
    run: Run, folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / "old.doc").write_text("x")
    (folder / "empty.txt").touch()
    done = run("build", folder / name, "--data", tmp_path / "data")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert f"built as a folder: name {(folder / name).parent}\n" in done.err


def test_a_dump_may_be_called_as_a_manual(tmp_path: Path) -> None:
    (tmp_path / "toywiki.txt").write_text(export([page(1, "Page 1", "words")]).decode())
    assert isinstance(open_source([tmp_path / "toywiki.txt"]), MediaWikiSource)


def test_a_folder_with_nothing_to_read_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("build", tmp_path / "empty", "--data", tmp_path / "data")
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "no text that can be read" in done.err
    assert not (tmp_path / "data" / "empty").exists()
