"""Both doors as ``pinakes serve`` opens and closes them: proposed at one, approved at the other."""

import asyncio
import html
import re
import signal
import stat
from pathlib import Path

import httpx

from pinakes.service.http.security.tokens import Tokens
from tests.service.cli.test_serve import serve
from tests.yardstick import PATIENCE_S


def _client(uds: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(uds))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=PATIENCE_S)


def test_from_a_proposal_to_its_end(awkward: Path, tmp_path: Path) -> None:
    reading, human = tmp_path / "reading.sock", tmp_path / "mine" / "human.sock"
    data = tmp_path / "data"
    data.mkdir()
    (data / awkward.name).symlink_to(awkward)
    agent = Tokens(data).create("agent", "read")
    Tokens(data).create("phone", "read")
    words = ["--uds", str(reading), "--human-door", str(human), "--data", str(data)]

    async def scenario() -> None:
        async with serve(*words, generator__backend="none") as process:
            assert process.stderr is not None
            said = await asyncio.to_thread(process.stderr.readline)
            assert f"unix:{human}" in said
            assert stat.S_IMODE(human.stat().st_mode) == 0o600
            async with _client(reading) as one, _client(human) as other:
                one.headers["authorization"] = f"Bearer {agent}"
                action = {"action": "tokens revoke phone"}
                made = (await one.post("/api/proposals", json=action)).json()
                page = (await other.get("/")).text
                assert f"pinakes tokens revoke phone --data {data}" in html.unescape(page)
                sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
                at_reading = await one.post("/decide", data=sent | {"decision": "approve"})
                assert at_reading.status_code == 404
                approved = await other.post("/decide", data=sent | {"decision": "approve"})
                assert approved.status_code == 303
                address = f"/api/proposals/{made['id']}"
                while (await one.get(address)).json()["state"] == "approved":
                    await asyncio.sleep(0.05)
                assert (await one.get(address)).json()["state"] == "done"
            assert [token.name for token in Tokens(data).all()] == ["agent"]
            process.send_signal(signal.SIGTERM)
            _, complaints = await asyncio.to_thread(process.communicate, None, PATIENCE_S)
            assert "Traceback" not in complaints
            assert process.returncode == 0 or process.returncode == -signal.SIGTERM

    asyncio.run(asyncio.wait_for(scenario(), PATIENCE_S))
    assert not human.exists()
    assert not reading.exists()
