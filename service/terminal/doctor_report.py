"""How pinakes doctor tells of what it found, and of the proof that nothing leaves."""

from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from pinakes.service.doctor.findings import Finding, State
from pinakes.service.doctor.proof import Proof, Step
from pinakes.service.terminal.console import out

__all__ = [
    "finding_json",
    "print_finding",
    "print_proof",
    "print_step",
    "print_summary",
    "proof_json",
]

_MARKS: dict[State, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "note": ("note", "yellow"),
    "wrong": ("WRONG", "bold red"),
}
_MOST_ATTEMPTS = 40
_NAME_WIDTH = 22


def print_finding(finding: Finding) -> None:
    """A line of a mark, a name and what was found; a second with the way out."""
    mark, style = _MARKS[finding.state]
    _print_line(mark, style, finding.name, finding.text, finding.way_out)


def print_summary(findings: list[Finding]) -> None:
    """How many things are wrong."""
    count = sum(finding.state == "wrong" for finding in findings)
    if count:
        things = "thing is" if count == 1 else "things are"
        out.print(Text(f"{count} {things} wrong.", style="bold red"))
    else:
        out.print(Text("All is well.", style="bold green"))


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON; ``way_out`` is null where nothing needs to be done."""
    return asdict(finding) | {"way_out": finding.way_out or None}


def print_step(step: Step) -> None:
    """What was done, and what came of it."""
    mark, style = ("ok", "green") if step.worked else ("FAILED", "bold red")
    _print_line(mark, style, step.name, step.detail)


def print_proof(proof: Proof) -> None:
    """What was tried, what was reached, and what follows from it."""
    if proof.attempts is None:
        out.print(
            f"With the network cut by {proof.tool} nothing could be reached, in "
            f"{proof.seconds:,.0f} s. What was tried cannot be seen so: apt install strace",
            markup=False,
        )
    else:
        out.print(
            f"strace watched {proof.calls:,} system calls that open, connect, send or change, in "
            f"{proof.seconds:,.0f} s.",
            markup=False,
        )
        for attempt, count in list(proof.attempts.items())[:_MOST_ATTEMPTS]:
            arrived = "reached" if attempt.reached else f"in vain ({attempt.error})"
            times = "" if count == 1 else f", {count} times"
            _print_line(
                "TRIED", "bold red", attempt.kind, f"{attempt.target}, {arrived}{times}",
                f"by {attempt.command}",
            )  # fmt: skip
        tried, reached = _network(proof)
        out.print(
            f"Beyond loopback: {tried} tried, {reached} reached. Files outside data and temporary "
            f"directories: {_files(proof)}.",
            markup=False,
        )
    if not all(step.worked for step in proof.steps):
        out.print(Text("Not proven: a step failed.", style="bold red"))
    elif not proof.holds:
        out.print(Text("Something leaves this machine, or is left on it.", style="bold red"))
    elif proof.attempts is None:
        out.print(Text("Everything works without a network.", style="bold green"))
    else:
        out.print(Text("Nothing left this machine.", style="bold green"))


def proof_json(proof: Proof) -> dict[str, Any]:
    """A proof as JSON; ``attempts`` is null where they could not be seen."""
    attempts = None if proof.attempts is None else [
        asdict(attempt) | {"reached": attempt.reached, "count": count}
        for attempt, count in proof.attempts.items()
    ]  # fmt: skip
    return {
        "holds": proof.holds,
        "shows": "nothing can be reached" if proof.attempts is None else "nothing is tried",
        "tool": proof.tool,
        "steps": [asdict(step) for step in proof.steps],
        "system_calls": proof.calls,
        "attempts": attempts,
        "seconds": round(proof.seconds, 1),
    }


def _network(proof: Proof) -> tuple[int, int]:
    counted = [
        (attempt.reached, count)
        for attempt, count in (proof.attempts or {}).items()
        if attempt.kind != "file"
    ]
    return sum(count for _, count in counted), sum(count for there, count in counted if there)


def _files(proof: Proof) -> int:
    attempts = proof.attempts or {}
    return sum(count for attempt, count in attempts.items() if attempt.kind == "file")


def _print_line(mark: str, style: str, name: str, text: str, below: str = "") -> None:
    """Folded within its column on a terminal; whole lines in a file or a pipe."""
    if not out.is_terminal:
        out.print(f"{mark:6} {name:{_NAME_WIDTH}} {text}", markup=False)
        if below:
            out.print(f"{'':{_NAME_WIDTH + 7}} → {below}", markup=False)
        return
    line = Table.grid(padding=(0, 1))
    line.add_column(width=6)
    line.add_column(width=_NAME_WIDTH, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(Text(mark, style=style), Text(name), Text(text))
    if below:
        line.add_row("", "", Text(f"→ {below}", style="dim"))
    out.print(line)
