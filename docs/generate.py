"""Write the parts of docs/ that follow from the code; --check tells whether they are up to date.

What is generated stands between two comments, the rest of a page is written by hand.
Command: python docs/generate.py [--check]
"""

import argparse
import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tables import benchmarks, reference

ROOT = Path(__file__).resolve().parents[1]
_ROOMS = ("ingest", "index", "service")


def tree() -> str:
    """Every module with the first line of what it says of itself."""
    return "\n".join(["```", *(line for room in _ROOMS for line in _room(ROOT / room, 0)), "```"])


def _room(directory: Path, depth: int) -> Iterator[str]:
    yield _line(f"{directory.name}/", directory / "__init__.py", depth)
    for path in sorted(directory.glob("*.py")):
        if path.name != "__init__.py":
            yield _line(path.name, path, depth + 1)
    for path in sorted(directory.iterdir()):
        if (path / "__init__.py").is_file():
            yield from _room(path, depth + 1)


def _line(name: str, module: Path, depth: int) -> str:
    return f"{'  ' * depth + name:<34} {_first_line(module)}"


def _first_line(module: Path) -> str:
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].removesuffix(".")


def decisions() -> str:
    """The decisions by number, with the status of each."""
    rows = []
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        lines = path.read_text(encoding="utf-8").split("\n")
        status = next(line.removeprefix("- Status: ") for line in lines if "Status: " in line)
        rows.append(
            f"| [{path.name[:4]}]({path.name}) | {lines[0].partition('. ')[2]} | {status} |"
        )
    return "\n".join(["| | decision | status |", "|---|---|---|", *rows])


GENERATED: dict[str, dict[str, Callable[[], str]]] = {
    "docs/architecture.md": {"tree": tree},
    "docs/cli.md": {"commands": reference.command_pages},
    "docs/settings.md": {"settings": reference.settings_table},
    "docs/benchmarks.md": {"benchmarks": benchmarks.all_tables},
    "docs/decisions/README.md": {"decisions": decisions},
}

# Files that are generated whole.
FILES: dict[str, Callable[[], str]] = {"docs/cli.schema.json": reference.output_schemas_text}


def renewed(page: str, text: str) -> str:
    """The page with its generated parts as they should be."""
    if page in FILES:
        return FILES[page]()
    for name, generate in GENERATED[page].items():
        begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{generate()}\n{end}{after}"
    return text


def main() -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description="Write the parts of docs/ that follow from code.")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for page in (*GENERATED, *FILES):
        path = ROOT / page
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        after = renewed(page, before)
        if after != before:
            stale += 1
            if check:
                print(f"{page} is out of date; run python docs/generate.py")
            else:
                path.write_text(after, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
