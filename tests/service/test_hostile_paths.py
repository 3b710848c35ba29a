"""Every command with every kind of path that is not what it should be: one line, never a traceback.

In this process, about a hundredth of a second each; what would wait for ever fails by an alarm.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.main

from pinakes.service.cli.app import app
from tests.service.conftest import Run

_PATIENCE_S = 60
DEEP = "[" * 200_000


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


# How the thing is made; None: it is there already, or nowhere.
THINGS: dict[str, Callable[[Path], object] | None] = {
    "gone": None,
    "directory": Path.mkdir,
    "empty": Path.touch,
    "FIFO": os.mkfifo,
    "socket": _socket,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "kernel's": lambda path: path.symlink_to("/proc/kmsg"),
    "endless": lambda path: path.symlink_to("/proc/kcore"),
    "circle": lambda path: path.symlink_to(path.name),
    "dangling": lambda path: path.symlink_to("nothing"),
    "deep": lambda path: path.write_text(DEEP),
    "deep rows": lambda path: path.write_text('{"qid": ' + DEEP + "\n"),
    "deep objects": lambda path: path.write_text('{"data":' * 100_000),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 10),
    "zeros": lambda path: path.write_bytes(bytes(100_000)),
    "null": lambda path: path.write_text("null"),
    "number": lambda path: path.write_text("1e400"),
    "list": lambda path: path.write_text("[1, {}]"),
    "forbidden": lambda path: path.touch(0),
}
NAMES = ["x", "*", "?", "[a]", "a\nb", "\udcff", "é" * 130, "-x", "[/red]", "%s{}", "~nobody"]
# What each command is given; {} stands for the path.
COMMANDS = [
    "build {} --data DATA",
    "build DUMP --data {}",
    "plan {} --vectors none",
    "extract {}",
    "extract {} --report",
    "search papyrus --data {}",
    "ask papyrus --mode quote --data {}",
    "show Papyrus --data {}",
    "chat --data {}",
    "status --data {}",
    "verify --data {}",
    "serve --data {}",
    "mcp --data {}",
    "threshold {} --data DATA",
    "threshold Q --qrels {} --data DATA",
    "eval retrieval {} --data DATA",
    "eval retrieval Q --qrels {} --data DATA",
    "eval retrieval Q --compare {} --data DATA",
    "eval retrieval Q --plot {} --data DATA",
    "eval answers {} --mode quote --data DATA",
    "eval answers Q --mode quote --compare {} --data DATA",
    "eval answers Q --mode quote --plot {} --data DATA",
    "eval compare {} {}",
    "eval compare Q {}",
    "doctor --data {} --generator none",
    "update {} --data DATA --without-checksums",
    "update --if-newer {} --data DATA",
    "rollback --data {}",
    "diff {} {} --data DATA",
    "diff --data {}",
    "pack toywiki --data {} --to {}",
    "unpack {} --data DATA",
    "generations list --data {}",
    "generations use 20261101-1 --data {}",
    "generations verify --data {}",
    "generations remove 20261101-1 --data {}",
    "collections list --data {}",
    "collections rename toywiki other --data {}",
    "collections remove toywiki --yes --data {}",
    "questions add Papyrus? --page Papyrus --data {}",
    "questions list --data {}",
    "questions remove 1 --data {}",
    "tokens create phone --data {}",
    "tokens set phone --rate 5/s --data {}",
    "tokens usage --data {}",
    "tokens list --data {}",
    "tokens revoke phone --data {}",
    "approvals list --data {}",
    "approvals show abcdefghjkmn --data {}",
    "approvals approve abcdefghjkmn --yes --data {}",
    "approvals deny --all --data {}",
    "approvals verify --data {}",
    "connect cursor --data {}",
    "connect {} --data DATA",
    "skill install {}",
    "skill show {}",
    "skill paragraph {}",
]
# A directory without a collection, or with nothing in it, is an ordinary thing to have.
_FINE = {
    f"{name} --data {{}}"
    for name in ("approvals", "collections", "skill", "status", "tokens", "update")
}


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise AssertionError("waits for ever")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_PATIENCE_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights need not be read to see that there is no dump."""
    monkeypatch.setattr("pinakes.index.encoders.choice.find_encoder", lambda name: None)


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.ingest.dumps_on_disk import export

    path = tmp_path_factory.mktemp("dump") / "toywiki-20261101-pages.xml"
    path.write_bytes(export())
    return path


def _assert_one_line(run: Run, words: list[str]) -> None:
    outcome = run(*words)
    assert "Traceback" not in outcome.err
    if words[0] == "doctor":  # whose lines say what is wrong
        assert outcome.status in (0, 1, 2)
        return
    if outcome.status == 0:
        assert f"{words[0]} --data {{}}" in _FINE
        return
    assert outcome.status in (1, 2), outcome
    last = outcome.err.splitlines()[-1]
    assert last.startswith("pinakes: ")
    assert "an error in Pinakes itself" not in last
    assert last.isprintable()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("thing", THINGS)
def test_things(run: Run, data: Path, dump: Path, tmp_path: Path, command: str, thing: str) -> None:
    path = tmp_path / "thing"
    make = THINGS[thing]
    if make is not None:
        make(path)
    if thing in ("directory", "gone") and command == "build DUMP --data {}":
        pytest.skip("that is what it is for")
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"qid": 1, "question": "Papyrus?", "gold_pages": [{"title": "Papyrus"}]}')
    known = {"{}": path, "DATA": data, "DUMP": dump, "Q": questions}
    _assert_one_line(run, [str(known.get(word, word)) for word in command.split()])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_names(run: Run, data: Path, dump: Path, tmp_path: Path, command: str, name: str) -> None:
    """None of them is there; a pattern is none that anything matches."""
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"qid": 1, "question": "Papyrus?", "gold_pages": [{"title": "Papyrus"}]}')
    (tmp_path / "file").touch()
    # Below a file nothing can be made, so that no build begins.
    path = tmp_path / "file" / name
    known = {"{}": path, "DATA": data, "DUMP": dump, "Q": questions}
    _assert_one_line(run, [str(known.get(word, word)) for word in command.split()])


def test_every_command_is_tried() -> None:
    """A new command belongs into the table."""

    def names(group: object, before: str = "") -> Iterator[str]:
        for name, command in getattr(group, "commands", {}).items():
            if getattr(command, "commands", None):
                yield from names(command, f"{before}{name} ")
            else:
                yield f"{before}{name} "

    for name in names(typer.main.get_command(app)):
        assert any(command.startswith(name) for command in COMMANDS), name


SETTINGS = {
    "deep": "a = " + DEEP,
    "deep tables": "[" + "a." * 2_000 + "b]",
    "bytes": b"\xff\xfe".decode("latin-1"),
    "unknown": "unknown = 1",
    "wrong": "[serve]\nport = 'x'",
    "wrong section": "search = 7",
    "null byte": 'data = "a\\u0000b"',
    "collection": 'collection = "_wiki"',
    "half": "[serve",
    "huge": "[serve]\nport = " + "9" * 5000,
    "infinite": "[answer]\nlimit_s = nan",
    "encoder": '[search]\nencoder = "~nobody/x"',
}


@pytest.mark.parametrize("content", SETTINGS)
@pytest.mark.parametrize("command", ["status", "search papyrus", "serve", "build DUMP"])
def test_settings_files(
    run: Run,
    dump: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    command: str,
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PINAKES_DATA", str(tmp_path / "data"))
    if "data" in SETTINGS[content]:
        monkeypatch.delenv("PINAKES_DATA")
    (tmp_path / "pinakes").mkdir()
    (tmp_path / "pinakes" / "pinakes.toml").write_text(SETTINGS[content], encoding="latin-1")
    if command == "build DUMP" and content in ("encoder", "infinite"):
        pytest.skip("would build")
    words = [str(dump) if word == "DUMP" else word for word in command.split()]
    outcome = run(*words)
    assert outcome.status in (0, 1, 2)
    if outcome.status:
        last = outcome.err.splitlines()[-1]
        assert last.startswith("pinakes: ")
        assert "an error in Pinakes itself" not in last


@pytest.mark.parametrize("thing", ["FIFO", "directory", "socket", "device", "circle", "forbidden"])
def test_a_settings_file_that_is_none(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PINAKES_DATA", str(tmp_path))
    (tmp_path / "pinakes").mkdir()
    make = THINGS[thing]
    assert make is not None
    make(tmp_path / "pinakes" / "pinakes.toml")
    assert run("status").status in (0, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PINAKES_DATA", "\udcff"),
        ("PINAKES_DATA", ""),
        ("PINAKES_SEARCH", "{"),
        ("PINAKES_SEARCH", DEEP),
        ("PINAKES_SERVE__PORT", "-1"),
        ("PINAKES_SERVE__ALLOWED_HOSTS", "wiki.lan"),
        ("PINAKES_SERVE__ALLOWED_HOSTS", DEEP),
        ("PINAKES_COLLECTION", "../x"),
        ("PINAKES_ANSWER__LIMIT_S", "nan"),
        ("PINAKES_GENERATOR__URL", "http://[::1"),
    ],
)
@pytest.mark.parametrize("command", ["status", "search papyrus"])
def test_settings_of_the_environment(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINAKES_DATA", str(tmp_path))
    monkeypatch.setenv(name, value)
    outcome = run(*command.split())
    assert outcome.status in (0, 2), outcome
    assert "an error in Pinakes itself" not in outcome.err
    assert sys.stdout is not None
