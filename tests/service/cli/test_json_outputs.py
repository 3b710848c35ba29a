"""Every command says in a schema what it prints with ``--json``, and prints that.

The fixture ``run`` compares all that any test prints.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pinakes.index.generations import current_generation
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.views.commands.outputs import OUTPUTS, output_schemas
from tests.index.toys import SAMPLE, article, write_dump
from tests.service.conftest import Run
from tests.service.output_forms import check_output

sys.path.append(str(Path(__file__).parents[3] / "docs"))

from tables import reference


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(output_schemas())


def test_every_command_has_its_form() -> None:
    takers = {
        name.removeprefix("pinakes ")
        for name, command in reference.commands()
        if "--json" in reference.command_options(command)
    }
    assert takers == set(OUTPUTS)
    others = {name.removeprefix("pinakes ") for name, _ in reference.commands()} - takers
    assert others == {"serve", "mcp"}


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param({"removed": "a"}, id="a field is missing"),
        pytest.param({"removed": "a", "bytes": "1"}, id="of another kind"),
        pytest.param({"removed": "a", "bytes": 1, "more": 2}, id="nobody is told of it"),
    ],
)
def test_another_form_is_noticed(printed: dict[str, object]) -> None:
    check_output(["collections", "remove", "a", "--json"], '{"removed": "a", "bytes": 1}')
    with pytest.raises(AssertionError):
        check_output(["collections", "remove", "a", "--json"], json.dumps(printed))


def test_what_other_tests_do_not_print(run: Run, data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "samplewiki", tmp_path / "samplewiki", symlinks=True)
    there = ("--json", "--data", tmp_path)
    current = current_generation(tmp_path / "samplewiki").name
    added = json.loads(run("questions", "add", "papyrus", "--page", "Papyrus", *there).out)
    assert (added["number"], added["rank"]) == ("1", 1)
    assert json.loads(run("questions", "remove", "1", *there).out)["removed"]["number"] == "1"
    used = json.loads(run("generations", "use", current, *there).out)
    assert used["before"] == used["current"] == current
    planned = run("plan", SAMPLE, "--vectors", "none", "--workers", "1", "--json")
    assert json.loads(planned.out)["steps"]
    renamed = json.loads(run("collections", "rename", "samplewiki", "other", *there).out)
    assert renamed == {"before": "samplewiki", "collection": "other"}
    removed = json.loads(run("collections", "remove", "other", "--yes", *there).out)
    assert removed["bytes"] > 0


def test_tokens_and_decisions(run: Run, tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    for name in ("phone", "agent"):
        tokens.create(name, "ask")
    there = ("--json", "--data", tmp_path)
    assert json.loads(run("tokens", "revoke", "agent", *there).out)["left"] == 1
    approvals = Approvals(tmp_path)
    ids = [approvals.propose(f"tokens revoke {name}", "x").proposal.id for name in ("a", "phone")]
    assert json.loads(run("approvals", "deny", ids[0], *there).out) == {"denied": [ids[0]]}
    done = run("approvals", "approve", ids[1], "--yes", *there)
    assert json.loads(done.out)["status"] == done.status == 0
    assert not tokens.all()


def test_a_title_of_several_pages_has_its_own_exit_status(run: Run, tmp_path: Path) -> None:
    pages = [
        article(1, "Mercury (planet)", "Mercury is the planet nearest to the Sun."),
        article(2, "Mercury (element)", "Mercury is a metal that is liquid."),
        article(3, "Venus (planet)", "Venus is the second planet."),
        article(4, "Mars (disambiguation)", "{{disambiguation}} Mars may be:\n* [[Mars]]"),
    ]
    dump = write_dump(tmp_path, pages)
    there = ("--data", tmp_path)
    assert run("build", *dump.files, "--vectors", "none", "--workers", "1", *there).status == 0
    several = run("show", "mercury", *there)
    assert (several.status, several.out, several.err.count("\n")) == (3, "", 4)  # a line for each
    assert "Mercury (planet)" in several.err
    assert "Mercury (element)" in several.err
    assert run("questions", "add", "What is liquid?", "--page", "Mercury", *there).status == 3
    assert run("show", "Venus", *there).status == 2  # one comes near, and is not called so
    assert run("show", "Mercury (element)", *there).status == 0
    listing = run("show", "Mars (disambiguation)", "--json", *there)
    assert listing.status == 3
    assert json.loads(listing.out)["is_disambiguation"]
