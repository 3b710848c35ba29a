"""The tool that proposes: there where it is opened, and nothing more than a proposal."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, MCPError

from pinakes.index.library import Library
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.asking.answer import Answerer
from pinakes.service.settings import Settings
from pinakes.service.tools.toolbox import Call, Toolbox
from tests.service.conftest import make_app, running
from tests.service.tools.calls import call, data, text_of


@pytest.fixture
def address(awkward: Path, tmp_path: Path) -> Iterator[str]:
    with running(make_app(awkward, None, data=tmp_path, approvals={"propose": True})) as address:
        yield address


def test_a_proposal_and_what_became_of_it(address: str, tmp_path: Path) -> None:
    approvals = Approvals(tmp_path)

    async def scenario() -> None:
        async with Client(f"{address}/mcp") as client:
            [tool] = [one for one in (await client.list_tools()).tools if one.name == "propose"]
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is False
            made = await data(client, "propose", action="tokens revoke phone")
            assert made["would"].startswith("Revoke the token phone")
            assert made["look"] == f"pinakes approvals show {made['id']}"
            assert made["state"] == "waiting"
            approvals.deny(made["id"], "me")
            told = await data(client, "propose", action=f" {made['id']} ")
            assert told["state"] == "denied"
            for action, said in (
                ("approvals approve x", "cannot be proposed"),
                ("abcdefghjkmn", "no proposal"),
                ("  ", "propose takes action"),
            ):
                refused = await call(client, "propose", action=action)
                assert refused.is_error
                assert said in text_of(refused)

    asyncio.run(scenario())
    assert [entry.event for entry in approvals.log.entries()] == ["proposed", "denied"]
    assert approvals.all()[0].proposal.by == "127.0.0.1"


def test_a_flood_is_told_so(address: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Client(f"{address}/mcp") as client:
            for number in range(10):
                action = f"tokens revoke a{number}"
                done = await call(client, "propose", action=action)
                assert done.is_error == (number >= 8)
            assert "8 proposals wait for a person already" in text_of(done)

    asyncio.run(scenario())
    assert len(Approvals(tmp_path).log.entries()) == 8


def test_it_is_not_there_unless_it_is_opened(awkward: Path, tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        async with Client(f"{address}/mcp") as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert "propose" not in names
            with pytest.raises(MCPError, match="no tool 'propose'"):
                await call(client, "propose", action="tokens revoke phone")

    with running(make_app(awkward, None, data=tmp_path)) as address:
        asyncio.run(scenario(address))
    assert list(tmp_path.iterdir()) == []


def test_over_standard_input_it_is_this_machines_own(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data": tmp_path, "approvals": {"propose": True}})
    toolbox = Toolbox(Library(tmp_path), Answerer(None, settings), settings)
    made = asyncio.run(toolbox.propose(Call(), "tokens revoke phone"))
    assert Approvals(tmp_path).find(made.id).proposal.by == "pinakes mcp"
