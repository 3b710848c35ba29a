"""Run ``pinakes serve`` with no network at all, and no more of the machine than it needs.

    …/venv/bin/python service.py --data /srv/pinakes --sockets /run/user/1000/pinakes [-- WORDS …]

It listens on the socket reading.sock in the folder of sockets. It reads the collections and changes
nothing of them; what it keeps itself (proposals, usage) it may write. A model server is reached
through its socket; the bundled model needs nothing. WORDS are further options of ``pinakes serve``.

--watch writes down every system call that could reach out, and at the end says what was tried: in
vain here, but tried. Needs bubblewrap, for --watch strace, and the Python that has Pinakes.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_config_path
from surroundings import alone, bubblewrap, descriptors, system

import pinakes

_MODEL = "/run/model.sock"
_HOME = Path("/home/pinakes")
# In the data directory: what a service keeps of its own.
_KEPT = (".approvals", ".usage")


def main() -> None:
    """Read the words, run the service in its sandbox until it ends, and tell what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="the data directory")
    add("--sockets", type=Path, required=True, help="where reading.sock is to be")
    add("--door", type=Path, help="where door.sock is to be, for people to decide; with it "
        "the data directory can be written, for what is approved runs in the service")  # fmt: skip
    add("--model", type=Path, help="the socket of a model server")
    add("--read-only", type=Path, action="append", default=[], metavar="PATH",
        help="what else it may read, such as a model's files; once or more")  # fmt: skip
    add("--watch", action="store_true", help="tell at the end what was tried; needs strace")
    add("words", nargs="*", help="after --: options of pinakes serve")
    options = parser.parse_args()
    data, sockets = _folder(options.data), _folder(options.sockets)
    door = None if options.door is None else _folder(options.door)
    words = ["--data", str(data), "--uds", str(sockets / "reading.sock"), *options.words]
    if door is not None:
        words += ["--human-door", str(door / "door.sock")]
    serve = [sys.executable, "-m", "pinakes", "serve", *words]
    places = [*_data(data, door is not None), *_bound(sockets), *(_bound(door) if door else ())]
    with tempfile.TemporaryDirectory(prefix="pinakes-watch-") as traces:
        if options.watch:
            serve = _watched(serve, Path(traces))
            places += _bound(Path(traces))
        for path in options.read_only:
            places += _bound(_there(path), "--ro-bind")
        inside = [*alone(), "--as-pid-1", *system(), *_program(), *places,
                  *_settings(options.model), "--", *serve]  # fmt: skip
        status = _run(inside, options.watch)
        if options.watch:
            status = _tell(Path(traces), [data, sockets, Path("/tmp")]) or status  # noqa: S108
    sys.exit(status)


def _run(inside: list[str], watching: bool) -> int:
    """The exit status. Signals to end are passed on to the service, which ends what it answers."""
    asked: list[bool] = []
    reading, writing = os.pipe()
    with subprocess.Popen(
        [bubblewrap(), "--info-fd", str(writing), *inside],
        stdin=subprocess.DEVNULL, pass_fds=[*descriptors, writing],
        process_group=0,  # Ctrl-C is for this process to pass on
    ) as process:  # fmt: skip
        os.close(writing)
        with open(reading) as told:
            text = told.read()
        if text:
            first = json.loads(text)["child-pid"]

            def end(_number: int, _frame: object) -> None:
                asked.append(True)
                with suppress(OSError):
                    os.kill(_watched_by(first) if watching else first, signal.SIGTERM)

            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, end)
        status = process.wait()
    # Unwatched it is the first process of its namespace, which no signal ends by itself.
    return 0 if asked and status == 128 + signal.SIGTERM else status


def _watched_by(tracer: int) -> int:
    """strace passes no signal on to what it watches: its only child."""
    return int(Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split()[0])


def _folder(path: Path) -> Path:
    path = _there(path)
    if not path.is_dir():
        sys.exit(f"{path} is no folder")
    return path


def _there(path: Path) -> Path:
    try:
        return path.expanduser().resolve(strict=True)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")


def _bound(path: Path, how: str = "--bind") -> list[str]:
    return [how, str(path), str(path)]


def _data(data: Path, writable: bool) -> list[str]:
    if writable:
        return _bound(data)
    kept = [data / name for name in _KEPT]
    for path in kept:
        path.mkdir(mode=0o700, exist_ok=True)
    return [*_bound(data, "--ro-bind"), *(word for path in kept for word in _bound(path))]


def _program() -> Iterator[str]:
    """The environment that this Python has, the Python it was made with, and a checkout's code."""
    code = Path(next(iter(pinakes.__path__))).resolve().parent
    for path in dict.fromkeys((Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), code)):
        if path != Path("/usr") and not path.is_relative_to("/nix/store"):
            yield from _bound(path, "--ro-bind")


def _settings(socket: Path | None) -> Iterator[str]:
    """All settings that there are outside, and where the model is."""
    given = {name: value for name, value in os.environ.items() if name.startswith("PINAKES_")}
    given |= {
        "HOME": str(_HOME),
        "PATH": "/usr/bin:/bin",
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }
    if socket is not None:
        yield from ("--ro-bind", str(_there(socket)), _MODEL)
        given["PINAKES_GENERATOR__URL"] = f"unix:{_MODEL}"
    yield from ("--dir", str(_HOME))
    file = user_config_path("pinakes") / "pinakes.toml"
    if file.is_file():
        yield from ("--ro-bind", str(file), str(_HOME / ".config/pinakes/pinakes.toml"))
    for name, value in given.items():
        yield from ("--setenv", name, value)


def _watched(command: list[str], traces: Path) -> list[str]:
    from pinakes.service.doctor.isolation import can_trace, traced

    if not can_trace():
        sys.exit("--watch needs strace, and leave to use it: apt install strace")
    return traced(command, traces)


def _tell(traces: Path, writable: list[Path]) -> int:
    """1 where anything was tried, each thing once on a line; else 0."""
    from pinakes.service.doctor.attempts import attempts_in
    from pinakes.service.doctor.system_calls import read_calls

    seen = dict.fromkeys(attempts_in(read_calls(traces, Path.cwd()), writable))
    for attempt in seen:
        print(
            f"tried: {attempt.kind} {attempt.target} ({attempt.error or 'reached'})",
            file=sys.stderr,
        )
    print(f"{len(seen) or 'nothing'} tried that leaves the sandbox", file=sys.stderr)
    return min(len(seen), 1)


if __name__ == "__main__":
    main()
