"""Prove that nothing leaves the machine: use Pinakes as people do, watched or cut off.

A home of its own, empty caches, the defaults: what is seen is the program itself and what it came
with, not what a user's settings ask for. With strace every attempt is seen; without it nothing can
be reached, which shows only that everything works so.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pinakes.service.doctor.attempts import Attempt, attempts_in
from pinakes.service.doctor.isolation import can_trace, cut_off, cut_tool, traced
from pinakes.service.doctor.system_calls import read_calls
from pinakes.service.errors import BadInput, ServiceError

__all__ = ["Proof", "Step", "clean_environment", "prove_offline"]

_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "USER", "LOGNAME", "TERM")
_JOURNEY = "pinakes.service.doctor.journey"
_SAMPLE = "samplewiki-*-multistream.xml.bz2"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done, whether it worked, and what came of it."""

    name: str
    worked: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was done, by which tool, and what was tried meanwhile.

    ``attempts`` counts equal ones; None where they could not be seen, only kept from arriving.
    """

    tool: str
    steps: tuple[Step, ...]
    attempts: Mapping[Attempt, int] | None
    calls: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether everything worked, and nothing was seen to leave."""
        return all(step.worked for step in self.steps) and not self.attempts


def clean_environment(directory: Path) -> dict[str, str]:
    """An environment with a home, data and temporary files under ``directory``, all empty.

    Nothing of the user's own but the search paths and the language is kept: no setting, no cache,
    and no variable by which libraries find out that they run under test.
    """
    home, temporary = directory / "home", directory / "tmp"
    for place in (home, temporary):
        place.mkdir(exist_ok=True)
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PINAKES_DATA": str(directory / "data"),
        # Packages may lie in the home that is left out.
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def prove_offline(directory: Path, tell: Callable[[Step], None]) -> Proof:
    """Build the sample, search, ask and serve a page in ``directory``, an empty one.

    ``tell`` hears of each step when it is done. Raises BadInput where the machine has neither
    strace nor a way to cut a program off, ServiceError where nothing could be started.
    """
    began = time.monotonic()
    words = [sys.executable, "-m", _JOURNEY, str(_sample())]
    environment = clean_environment(directory)
    traces = directory / "traces"
    traces.mkdir()
    if can_trace():
        tool, words = "strace", traced(words, traces)
    elif (cut := cut_off(words)) is not None:
        tool, words = cut_tool() or "", cut
    else:
        raise BadInput(
            "nothing here can watch a program or cut it off: apt install strace, or bubblewrap"
        )
    steps = []
    with subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            steps.append(Step(**json.loads(line)))
            tell(steps[-1])
    if not steps:
        raise ServiceError(f"{words[0]} ended with status {process.returncode} and did nothing")
    attempts, calls = None, 0
    if tool == "strace":
        writable = [directory / "data", directory / "tmp"]
        seen = list(read_calls(traces, Path.cwd()))
        attempts, calls = Counter(attempts_in(seen, writable)), len(seen)
    return Proof(tool, tuple(steps), attempts, calls, time.monotonic() - began)


def _sample() -> Path:
    """The sample dump: beside this file where Pinakes is installed, else in its checkout."""
    here = Path(__file__).resolve().parent
    for directory in (here, here.parents[1] / "data" / "sample"):
        if found := sorted(directory.glob(_SAMPLE)):
            return found[0]
    raise BadInput(f"the sample dump is not in {here}; install Pinakes again")
