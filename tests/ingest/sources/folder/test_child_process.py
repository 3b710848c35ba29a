"""Files that harm their reader: each is named, and the next one is read."""

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pinakes.ingest.sources.folder.child_process import FileReader, Limits, file_reader
from pinakes.ingest.sources.folder.outline import UnreadableFile
from tests.ingest.manuals import gzip_bomb, write_docx, write_epub, write_pdf, zip_bomb

LIMITS = Limits(seconds=20)
LOCKED = "/Encrypt << /Filter /Standard /V 1 /R 2 /O <{0}> /U <{0}> /P -4 >> /ID [<00> <00>]"


@pytest.fixture
def reader() -> Iterator[FileReader]:
    with file_reader(LIMITS) as one:
        yield one


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


HOSTILE: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "zip bomb": ("epub", lambda path: zip_bomb(path, 512), "unpack to 512 MiB in 32 files"),
    "gzip bomb": ("man", lambda path: gzip_bomb(path.with_suffix(".1.gz"), 64), "8 MiB of text"),
    "cut gzip": (
        "man",
        lambda path: _written(path.with_suffix(".gz"), gzip.compress(b".TH A 1\n.SH NAME")[:-12]),
        "ends in the middle",
    ),
    "encrypted PDF": (
        "pdf", lambda path: write_pdf(path, [["x"]], trailer=LOCKED.format("00" * 32)), "encrypted"
    ),
    "no PDF": ("pdf", lambda path: _written(path, b"%PDF-1.7\nno"), "no PDF"),
    "pictures only": ("pdf", lambda path: write_pdf(path, [[], []]), "pictures without text"),
    "old Word": ("docx", lambda path: _written(path, b"\xd0\xcf\x11\xe0" * 99), "encrypted, or"),
    "no archive": ("docx", lambda path: _written(path, b"PK\x03\x04 and no more"), "no archive"),
    "no book": (
        "epub",
        lambda path: write_epub(path, ["<p>x</p>"], "A", {"META-INF/container.xml": b"<x>"}),
        "is no XML",
    ),
    "deep HTML": ("html", lambda path: _written(path, b"<div>" * 300_000 + b"x"), "2,000 deep"),
    "deep text": (
        "rst", lambda path: _written(path, b"\n\n".join(b" " * n + b"x" for n in range(1000))),
        "nested too deeply",
    ),
    "deep Word": (
        "docx", lambda path: write_docx(path, [("", _deep_runs(2_000))]), "nested too deeply"
    ),
    "deep Markdown": (
        "markdown",
        lambda path: _written(path, b"# A\n\n" + b"> " * 1500 + b"x"),
        "nested too deeply",
    ),
    "headings only": (
        "markdown", lambda path: _written(path, b"# Pump\n\n## Valves\n"), "no text below them"
    ),
    "bytes": ("text", lambda path: _written(path, b"\x7fELF\0\0"), "zero bytes"),
    "nothing": ("markdown", lambda path: _written(path, b"---\n\n***\n"), "no text in it"),
    "not there": ("text", lambda path: path, "No such file"),
    "a link": ("text", lambda path: _linked(path), "has become a link"),
}  # fmt: skip


def _deep_runs(depth: int) -> str:
    """For the inside of a text of a run."""
    return f"</w:t>{'<w:ins>' * depth}<w:r><w:t>x</w:t></w:r>{'</w:ins>' * depth}<w:t>"


def _linked(path: Path) -> Path:
    path.symlink_to("/etc/passwd")
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_named_and_the_next_is_read(tmp_path: Path, reader: FileReader, name: str) -> None:
    kind, write, reason = HOSTILE[name]
    with pytest.raises(UnreadableFile, match=reason):
        reader.outline(write(tmp_path / "hostile.x"), kind)
    good = _written(tmp_path / "good.md", b"# Good\n\nwords")
    assert reader.outline(good, "markdown").title == "Good"


def test_a_pdf_whose_pages_hold_each_other_is_read(tmp_path: Path, reader: FileReader) -> None:
    path = write_pdf(tmp_path / "loop.pdf", [["x"]], kids="2 0 R 5 0 R", trailer="/Prev 9")
    assert [path for path, _ in reader.outline(path, "pdf").blocks] == [(), ("Page 1",)]


def test_who_takes_too_long_is_ended(tmp_path: Path) -> None:
    """By the system, by its processor time: brackets that nothing closes take minutes."""
    slow = _written(tmp_path / "slow.md", b"[" * 600_000 + b"x")
    with file_reader(Limits(seconds=1)) as reader:
        with pytest.raises(UnreadableFile, match="more than 1 seconds of processor time"):
            reader.outline(slow, "markdown")
        good = _written(tmp_path / "good.md", b"# Good\n\nwords")
        assert reader.title(good, "markdown") == "Good"


def test_who_takes_too_much_memory_is_named(tmp_path: Path) -> None:
    large = _written(tmp_path / "large.md", b"a **b** c `d`\n\n" * 400_000)
    with file_reader(Limits(memory=256 << 20)) as reader:
        with pytest.raises(UnreadableFile, match=r"memory|failed"):
            reader.outline(large, "markdown")
        good = _written(tmp_path / "good.md", b"# Good\n\nwords")
        assert reader.title(good, "markdown") == "Good"


def test_a_word_document_that_takes_too_much_memory_is_named(tmp_path: Path) -> None:
    large = write_docx(tmp_path / "large.docx", [("", "words")] * 200_000)
    with (
        file_reader(Limits(memory=192 << 20)) as reader,
        pytest.raises(UnreadableFile, match="takes too much memory"),
    ):
        reader.outline(large, "docx")


def test_ctrl_c_is_left_to_who_has_it_read(tmp_path: Path, reader: FileReader) -> None:
    """A terminal sends it to all of its session: the file that is being read is not to blame."""
    good = _written(tmp_path / "good.md", b"# Good\n\nwords")
    before = _children()
    assert reader.title(good, "markdown") == "Good"
    [child] = _children() - before
    assert os.getsid(child) != os.getsid(0)


def _children() -> set[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return {int(number) for one in lists for number in one.read_text().split()}


def test_what_says_too_much_is_named(tmp_path: Path) -> None:
    large = _written(tmp_path / "large.txt", b"words and words\n" * 100_000)
    with (
        file_reader(Limits(output=1 << 20)) as reader,
        pytest.raises(UnreadableFile, match="more than 1 MiB of text"),
    ):
        reader.outline(large, "text")


def test_the_process_writes_no_file(tmp_path: Path, reader: FileReader) -> None:
    """Nor does a file that is read lead to another one."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    source = _written(
        tmp_path / "a.rst",
        f"Words\n\n.. include:: {secret}\n\n.. raw:: html\n   :file: {secret}\n\n"
        f".. csv-table::\n   :file: {secret}\n".encode(),
    )
    outline = reader.outline(source, "rst")
    text = " ".join(line.text for _, lines in outline.blocks for line in lines)
    assert "Words" in text
    assert "secret words" not in text
