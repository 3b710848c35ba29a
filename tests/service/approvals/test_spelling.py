"""Shown words: printable ASCII, told apart, and what a shell takes them for."""

import subprocess

import pytest

from pinakes.service.approvals.spelling import command_line, spelled

AWKWARD = [
    "plain",
    "",
    "two words",
    "it's",
    "a\\b",
    "$HOME `id` $(id); rm -rf / # &",
    "\u202etxt.fdp",
    "\u200b",
    "\x1b[31mred\x1b[0m",
    "line\nend\r\t",
    "\x7f\x9b",
    "\u05d0/\u05d1",
    "p\u0430yp\u0430l",
    "e\u0301",
    "\u00e9",
    "\U0001f600",
    "\U000e0041",
]


@pytest.mark.parametrize("word", AWKWARD)
def test_what_is_read_is_what_runs(word: str) -> None:
    shown = spelled(word)
    assert shown.isascii()
    assert shown.isprintable()
    done = subprocess.run(
        ["bash", "-c", f"printf %s {shown}"],
        capture_output=True, check=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.decode() == word


def test_no_two_commands_look_alike() -> None:
    shown = {command_line(words) for words in ([word] for word in AWKWARD)}
    assert len(shown) == len(AWKWARD)
    assert command_line(["a b"]) != command_line(["a", "b"])
