"""Imports go service → index → ingest, and each heavy library has one file that knows it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "ingest": {"ingest"},
    "index": {"index", "ingest"},
    "service": {"service", "index", "ingest"},
}
HEAVY = {
    "mwxml": "ingest/sources/mediawiki/xml/pages.py",
    "mwparserfromhell": "ingest/sources/mediawiki/fidelity/markup_tree.py",
    "libzim": "ingest/sources/zim/archive.py",
    "selectolax": "ingest/sources/html/elements.py",
    "markdown_it": "ingest/sources/folder/formats/markdown.py",
    "docutils": "ingest/sources/folder/formats/restructured_text.py",
    "pypdfium2": "ingest/sources/folder/formats/pdf.py",
    "mammoth": "ingest/sources/folder/formats/docx.py",
    "pathspec": "ingest/sources/folder/files.py",
    "watchfiles": "service/cli/watching.py",
    "py7zr": "ingest/sources/mediawiki/files/seven_zip.py",
    "duckdb": "index/store/links.py",
    "tantivy": "index/keywords/bm25.py",
    "faiss": "index/vectors/codes.py",
    "sentence_transformers": "index/encoders/sentence_model.py",
    "onnxruntime": "index/encoders/onnx_model.py",
    "tokenizers": "index/encoders/onnx_model.py",
    "distributed": "index/build/cluster.py",
    "mcp": "service/tools/mcp_server.py",
    "prometheus_client": "service/metrics.py",
}


@cache
def imports(file: Path) -> tuple[str, ...]:
    """Full names of all modules that ``file`` imports, wherever in it."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def importers(library: str) -> list[str]:
    """Files of the project that import ``library``."""
    return sorted(
        file.relative_to(ROOT).as_posix()
        for package in MAY_IMPORT
        for file in (ROOT / package).rglob("*.py")
        if any(name.split(".")[0] == library for name in imports(file))
    )


def _room(module: str) -> str:
    return module.removeprefix("pinakes.").split(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_go_one_way(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {
        file.relative_to(ROOT).as_posix(): name
        for file in files
        for name in imports(file)
        if _room(name) in {*MAY_IMPORT, "tests", "bench"} - MAY_IMPORT[package]
    }
    assert wrong == {}


def test_there_is_one_name_for_each_module() -> None:
    """A second name would be a second module, with classes of its own."""
    wrong = {
        file.relative_to(ROOT).as_posix(): name
        for room in (*MAY_IMPORT, "pinakes", "tests", "bench")
        for file in (ROOT / room).rglob("*.py")
        for name in imports(file)
        if name.split(".")[0] in MAY_IMPORT
    }
    assert wrong == {}


@pytest.mark.parametrize(("library", "file"), HEAVY.items())
def test_a_heavy_library_is_known_to_one_file(library: str, file: str) -> None:
    assert importers(library) == [file]


# Who may know what MediaWiki is: who picks the kind of source, who measures wikitext, who gives
# rendered pages the form that its text has, and who opens the archives that dumps come in.
KNOW_MEDIAWIKI = {
    "ingest/sources/cirrus/page.py",
    "ingest/sources/folder/document.py",
    "ingest/sources/folder/formats/html_text.py",
    "ingest/sources/folder/source.py",
    "ingest/sources/json_lines.py",
    "ingest/sources/html/document.py",
    "ingest/sources/html/flow.py",
    "ingest/sources/html/page_lines.py",
    "ingest/sources/html/page_text.py",
    "ingest/sources/html/tables.py",
    "ingest/sources/opening.py",
    "service/cli/extract.py",
    "service/terminal/fidelity_report.py",
    "service/views/commands/builds.py",
}


def test_sources_are_known_by_what_they_have_in_common() -> None:
    """No units of bytes, sites, wikitext or indexes of dumps outside MediaWiki's own room."""
    room = "ingest/sources/mediawiki/"
    knowing = {
        path
        for package in MAY_IMPORT
        for file in (ROOT / package).rglob("*.py")
        if not (path := file.relative_to(ROOT).as_posix()).startswith(room)
        if any(name.startswith("pinakes.ingest.sources.mediawiki") for name in imports(file))
    }
    assert knowing == KNOW_MEDIAWIKI


@pytest.mark.parametrize("library", ["xllamacpp", "llama_cpp"])
def test_a_model_runtime_is_known_to_one_file(library: str) -> None:
    [file] = importers(library)
    assert file.startswith("service/")


# Tests that read a clock, and why: a duration alone says more of the machine than of the program.
CLOCKS = {
    "tests/yardstick.py": "the measure that others are to use",
    "tests/index/kills.py": "moments are drawn from how long an undisturbed build has taken",
    "tests/index/test_campaigns.py": "what a campaign took is recorded, not judged",
    "tests/ingest/bombs.py": "how long decompressing alone takes",
    "tests/ingest/test_fuzz.py": "held against an ordinary article",
    "tests/service/asking/test_turns.py": "held against an answer of the same words",
    "tests/service/cli/terminal.py": "how long is waited for what should be shown",
    "tests/service/generators/generator_contract.py": "held against tokens of the same model",
    "tests/service/http/test_trouble.py": "held against an answer that nothing disturbs",
}


def test_no_other_test_reads_a_clock() -> None:
    reads = re.compile(
        r"\btime\.(monotonic|perf_counter|process_time|thread_time|time)\(|\.time\(\)"
    )
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "tests").rglob("*.py")
        if reads.search(file.read_text(encoding="utf-8"))
    }
    assert found - {"tests/test_architecture.py"} <= CLOCKS.keys()
