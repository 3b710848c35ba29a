"""The closed list: what can be proposed, in which form it comes out, and what cannot."""

import shlex

import pytest
import typer.main

from pinakes.service.approvals.actions import ACTIONS, meant_by, read_action
from pinakes.service.cli.app import app
from pinakes.service.errors import BadInput

FITTING = [
    (
        "pinakes build /srv/dumps/x.xml.bz2 -c wiki --vectors=none",
        "build /srv/dumps/x.xml.bz2 --collection wiki --vectors none",
        "Build the collection wiki from /srv/dumps/x.xml.bz2, without vectors, and let it answer.",
    ),
    (
        "update --accept-vanished '/srv/my dumps//20261101/' /srv/./b --collection=wiki",
        "update '/srv/my dumps/20261101' /srv/b --collection wiki --accept-vanished",
        "Take up '/srv/my dumps/20261101' and /srv/b in the collection wiki, though pages may be "
        "missing from it, and let it answer.",
    ),
    (
        "update -c wiki --if-newer /srv",
        "update --collection wiki --if-newer /srv",
        "Take up the newest dump below /srv, if it is newer, in the collection wiki, and let it "
        "answer.",
    ),
    (
        "unpack //srv/wiki.pack -c wiki --without vectors",
        "unpack /srv/wiki.pack --collection wiki --without vectors",
        "Take up the pack /srv/wiki.pack as the collection wiki, without its vectors, and let it "
        "answer.",
    ),
    (
        "rollback -c wiki",
        "rollback --collection wiki",
        "Let the generation of wiki from before the present one answer again.",
    ),
    (
        "generations use 20261101-1 -c wiki",
        "generations use 20261101-1 --collection wiki",
        "Let the generation 20261101-1 of wiki answer from then on.",
    ),
    (
        "generations remove 20261001-1 20261001-2 20261001-3 -c wiki",
        "generations remove 20261001-1 20261001-2 20261001-3 --collection wiki",
        "Remove 20261001-1, 20261001-2 and 20261001-3 of the generations of wiki, for good.",
    ),
    (
        "collections rename wiki other",
        "collections rename wiki other",
        "Call the collection wiki other; addresses and ids of passages change.",
    ),
    (
        "collections remove wiki",
        "collections remove wiki --yes",
        "Remove the collection wiki with all its generations, for good.",
    ),
    (
        "tokens revoke phone",
        "tokens revoke phone",
        "Revoke the token phone; where it is the last one, whoever is on this machine gets in "
        "without.",
    ),
]
UNFIT = {
    "nothing": ("", "cannot be proposed"),
    "no command": ("rm -rf /", "cannot be proposed"),
    "a command that is not on the list": ("serve --host 0.0.0.0", "cannot be proposed"),
    "a credential": ("tokens create me --scope admin", "cannot be proposed"),
    "its own approval": ("approvals approve abc --yes", "cannot be proposed"),
    "a slip": ("collection remove wiki", "did you mean collections remove?"),
    "no collection": ("rollback", "--collection"),
    "another data directory": ("rollback -c wiki --data /etc", "no option '--data'"),
    "force": ("update /srv -c wiki --force", "no option '--force'"),
    "an option as a value": ("rollback -c --help", "no collection can be called '--help'"),
    "an option after a stop": ("collections remove -- --help", "no option '--'"),
    "an option as a name": ("collections rename wiki -rf", "no option '-rf'"),
    "no value": ("rollback -c", "no collection can be called ''"),
    "twice": ("rollback -c a -c b", "twice"),
    "a value for none": ("update /srv -c a --accept-vanished=no", "takes no value"),
    "a name that climbs": ("collections remove ../etc", "no collection can be called"),
    "a name with a path": ("rollback -c a/b", "no collection can be called"),
    "not a collection": ("collections remove encoders", "no collection can be called"),
    "a relative path": ("unpack srv/x -c wiki", "begins with /"),
    "a home": ("unpack ~/x -c wiki", "begins with /"),
    "a path that climbs": ("unpack /srv/../etc -c wiki", "without .."),
    "another direction": ("unpack /srv/\u202ekcap -c wiki", "none of them hidden"),
    "a hidden letter": ("unpack /srv/a\u200bb -c wiki", "none of them hidden"),
    "tags": ("unpack /srv/\U000e0041 -c wiki", "none of them hidden"),
    "what a terminal obeys": ("unpack '/srv/\x1b[2Kx' -c wiki", "none of them hidden"),
    "two lines": ("unpack '/srv/x\ny' -c wiki", "none of them hidden"),
    "the end of a text in C": ("unpack /srv/x\0/y -c wiki", "none of them hidden"),
    "half a letter": ("unpack /srv/\udcff -c wiki", "none of them hidden"),
    "a long path": (f"unpack /{'x' * 1_001} -c wiki", "at most 1,000"),
    "all too long": ("update " + "/srv " * 1_000 + "-c wiki", "at most 4,000"),
    "too many": ("update " + "/srv " * 33 + "-c wiki", "33 arguments"),
    "an open quote": ("unpack '/srv -c wiki", "cannot be told apart"),
    "two ways": ("update /srv --if-newer /srv -c wiki", "not both"),
    "no way": ("update -c wiki", "name a dump"),
    "no generation": ("generations use current -c wiki", "no generation is called"),
    "other letters": ("generations use \u0662\u0660261101-1 -c wiki", "no generation is called"),
    "other vectors": ("build /srv -c wiki --vectors some", "choose all, leads or none"),
    "no vectors of a build": ("build /srv -c wiki --vectors before", "choose all, leads or none"),
    "arguments of none": ("rollback wiki -c wiki", "options alone"),
}


@pytest.mark.parametrize(("text", "words", "sentence"), FITTING)
def test_one_form_whatever_form_it_came_in(text: str, words: str, sentence: str) -> None:
    meant = meant_by(text)
    assert meant == meant_by(words)
    assert meant == read_action(meant.words)
    assert meant.words == tuple(shlex.split(words))
    assert meant.sentence == sentence


@pytest.mark.parametrize(("text", "told"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_says_what_would(text: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        meant_by(text)
    assert told in str(refused.value)


def test_every_action_has_a_case() -> None:
    assert {meant_by(text).words[: len(name.split())] for text, _, _ in FITTING
            for name in [action.name for action in ACTIONS]
            if text.removeprefix("pinakes ").startswith(name)} == {
        tuple(action.name.split()) for action in ACTIONS
    }  # fmt: skip


@pytest.mark.parametrize("text", [words for _, words, _ in FITTING])
def test_the_command_line_takes_every_form(text: str) -> None:
    """Its own parser reads the same words, with the data directory behind them."""
    command = typer.main.get_command(app)
    words = [*meant_by(text).words, "--data", "/srv/data"]
    name = words.pop(0)
    found = command.commands[name]  # type: ignore[attr-defined]
    if hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    parsed = found.make_context("pinakes", words).params
    assert str(parsed["data"]) == "/srv/data"
    if "--collection" in words:
        assert parsed["collection"] == "wiki"
