"""The terminal: progress bars, articles, plans, coverage, typed lines.

Plain lines when it is none.
"""

import io
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pinakes.index.types import StoredPage
from pinakes.ingest.types import PageCounts
from pinakes.service.plain_text import one_line, visible
from pinakes.service.problems import told_of
from pinakes.service.terminal.progress_lines import ProgressLines, amounts, duration

if TYPE_CHECKING:
    from pinakes.index.build.plan import BuildPlan

__all__ = [
    "BuildProgress",
    "PlainConsole",
    "coverage_text",
    "kept_text",
    "pages_text",
    "print_coverage",
    "print_left_out",
    "print_page",
    "print_plan",
    "print_searched",
    "typed_lines",
]

_PROMPT = "> "
_ANY_WIDTH = 500


class PlainConsole(Console):
    """A console for texts of others: nothing in them is markup, an emoji's name or a control."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As Console does; every text that is shown comes by here."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


def _written_to(stream: TextIO | None, **options: Any) -> PlainConsole:
    """Lines are folded and tables cut for a reader; a file or a pipe gets them whole.

    Whatever COLUMNS says: programs inherit it from the terminal that they were started in.
    """
    if stream and stream.isatty():
        return PlainConsole(**options)
    return PlainConsole(soft_wrap=True, width=_ANY_WIDTH, **options)


out = _written_to(sys.stdout)
err = _written_to(sys.stderr, stderr=True)


class _Rate(ProgressColumn):
    """Done, total and rate in the step's own unit."""

    def render(self, task: Task) -> Text:
        return Text(amounts(task.completed, task.total or 0, task.fields["unit"], task.speed))


def pages_text(counts: PageCounts) -> str:
    """What became of every page read, as a sum."""
    return (
        f"{counts.read:,} pages read = {counts.documents:,} articles + "
        f"{counts.redirects:,} redirects + {counts.other_namespaces:,} of other namespaces + "
        f"{counts.quarantined:,} quarantined"
        + (f"; {counts.kept:,} kept from earlier dumps" if counts.kept else "")
    )


def kept_text(as_of: str | None) -> str:
    """What is said of a page that its dump no longer has; "" of every other page."""
    return f"kept as of {as_of}" if as_of else ""


def damages_text(count: int) -> str:
    """What a dump that is damaged in ``count`` places has cost."""
    places = "1 place" if count == 1 else f"{count:,} places"
    return f"the dump is damaged in {places}, and the pages there are missing"


def fetch_again_text(files: Iterable[str]) -> str:
    """The way out for a collection of a damaged dump of these ``files``."""
    return f"fetch the file again, then: {shlex.join(['pinakes', 'build', *files])}"


class BuildProgress:
    """A bar for each step of a build on a terminal; elsewhere lines, as for a log."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        if err.is_terminal:
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:26}", markup=False),
                BarColumn(bar_width=28),
                _Rate(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=err,
            )
        self._task: TaskID | None = None
        self._lines = ProgressLines(self.note)

    def __enter__(self) -> "BuildProgress":
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._bars:
            self._bars.stop()
        elif kind is None:
            self._lines.end()

    def step(self, name: str, total: int, unit: str) -> None:
        """Begin a step of ``total`` units."""
        if self._bars:
            self._task = self._bars.add_task(name, total=total, unit=unit)
        else:
            self._lines.step(name, total, unit)

    def advance(self, amount: int) -> None:
        """So much more is done."""
        if self._bars and self._task is not None:
            self._bars.advance(self._task, amount)
        else:
            self._lines.advance(amount)

    def note(self, text: str) -> None:
        """A line of its own, above the bars."""
        err.print(text, markup=False)

    def ask(self, question: str) -> bool:
        """A question to whoever sits at the terminal; no, where nobody does."""
        if not (self._bars and sys.stdin.isatty()):
            return False
        self._bars.stop()
        try:
            err.print(f"{question} [y/N]", end=" ")
            return input().strip().lower() in ("y", "yes")
        except EOFError:
            return False
        finally:
            self._bars.start()


def coverage_text(coverage: float) -> str:
    """How much of a generation has vectors; "all" and "no" are said only where they are true."""
    if coverage in (0, 1):
        return "vectors for all passages" if coverage else "no vectors"
    percent = "less than 1" if coverage < 0.01 else f"{min(coverage, 0.99):.0%}"[:-1]
    return f"vectors for {percent} % of the passages"


def print_coverage(
    coverage: float, lacking: Sequence[str] = (), *, is_building: bool = False
) -> None:
    """A word on standard error where some passages have no vector.

    ``lacking``: collections that are to have more; ``is_building``: whether a build is at work on
    one of them.
    """
    if coverage == 1:
        return
    said = coverage_text(coverage)
    if is_building:
        said += "; a build is at work here; pinakes status tells of it"
    elif lacking:
        said += "".join(f"; for more: pinakes build --vectors all DUMP -c {one}" for one in lacking)
    elif not coverage:
        said = "no vectors; found by words alone"
    err.print(Text(said, style="dim", overflow="fold"))


def print_left_out(problems: Mapping[str, Exception]) -> None:
    """Which collections cannot be used, and why, on standard error."""
    for name, problem in problems.items():
        err.print(f"Without {name}: {one_line(told_of(problem))}", markup=False)


def print_searched(names: Sequence[str]) -> None:
    """Which of several collections were searched, on standard error."""
    *others, last = names
    said = f"{', '.join(others)} and {last}" if others else last
    err.print(Text(f"Searched {said}.", style="dim"))


def print_page(page: StoredPage) -> None:
    """An article with its headings."""
    out.print(Text(page.title, style="bold underline"))
    if page.kept_as_of:
        out.print(Text(f"{kept_text(page.kept_as_of)}: later dumps do not have it", style="dim"))
    for section in page.sections:
        if section.heading_path:
            out.print(Text("\n" + " › ".join(section.heading_path), style="bold cyan"))
        out.print(Text(page.text[section.start : section.end]))


def print_plan(plan: "BuildPlan") -> None:
    """A row for each step of a build, and what they come to."""
    pages = plan.pages
    out.print(
        f"{pages.read:,} pages, of them {pages.documents:,} articles and {pages.redirects:,} "
        f"redirects; {plan.passages:,} passages (from {plan.share:.2%} of the dump)"
    )
    table = Table(title=f"with {plan.workers} processes", title_justify="left")
    table.add_column("step")
    for name in ("time", "memory", "temporary disk", "lasting disk"):
        table.add_column(name, justify="right")
    for step in plan.steps:
        table.add_row(
            step.name,
            duration(step.seconds),
            *(_size(amount) for amount in (step.memory, step.temporary, step.lasting)),
        )
    table.add_section()
    table.add_row(
        "in all",
        duration(sum(step.seconds for step in plan.steps)),
        _size(max(step.memory for step in plan.steps)),
        _size(sum(step.temporary for step in plan.steps)),
        _size(plan.lasting),
    )
    out.print(table)
    if plan.passages_per_second:
        rate = f"{plan.passages_per_second:,.1f} passages/s"
        out.print(f"Embedding by {plan.encoder}, as measured here: {rate}.")
    out.print(f"Most on disk at one time: {_size(plan.most_disk)}.")


def _size(amount: int) -> str:
    return f"{amount / 1e9:,.1f} GB" if amount >= 1e9 else f"{amount / 1e6:,.0f} MB"


def typed_lines() -> Iterator[str]:
    """Lines until the end of input. At a prompt they can be edited, and earlier ones fetched back.

    Ctrl-C there empties the line. Nothing typed is written to disk.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for line in sys.stdin:
            yield line.strip()
        return
    with suppress(ImportError):  # Python can be built without it
        import readline

        readline.set_auto_history(True)
    while True:
        try:
            line = input(_PROMPT)
        except EOFError:
            sys.stdout.write("\n")
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            continue
        yield line.strip()
