"""Both doors of one data directory, and a person who goes through the human one."""

import html
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.door import create_door
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import Settings
from tests.service.conftest import local_client, make_app

DOOR = "127.0.0.1:8708"


class Doors:
    """The reading door with an agent's token, and the human door with an admin's, on loopback."""

    def __init__(self, reading: TestClient, human: TestClient, data: Path) -> None:
        self.reading, self.human, self.data = reading, human, data
        self.approvals = Approvals(data)
        self.agent = self.admin = ""

    def begin_anew(self) -> None:
        """No proposals; tokens of the agent, the person and somebody else's phone."""
        for directory, _, files in os.walk(self.data, topdown=False):
            for name in files:
                os.unlink(os.path.join(directory, name))
        tokens = Tokens(self.data)
        self.agent, self.admin = tokens.create("agent", "ask"), tokens.create("me", "admin")
        tokens.create("phone", "ask")
        self.reading.headers["authorization"] = f"Bearer {self.agent}"
        self.reading.cookies.clear()

    def propose(self, action: str) -> httpx.Response:
        return self.reading.post("/api/proposals", json={"action": action})

    def page(self) -> str:
        shown = self.human.get("/", auth=("any", self.admin))
        assert shown.status_code == 200
        return shown.text

    def form(self, id: str) -> dict[str, str]:
        """What the form of this proposal would send, but for the button."""
        [form] = re.findall(rf'<form class="proposal" id="{id}".*?</form>', self.page(), re.S)
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))

    def decide(self, form: dict[str, str], decision: str, **options: Any) -> httpx.Response:
        options.setdefault("auth", ("any", self.admin))
        return self.human.post(
            "/decide", data=form | {"decision": decision}, follow_redirects=False, **options
        )

    def shown(self) -> list[str]:
        """The commands on the page, as they are read."""
        return [html.unescape(text) for text in re.findall(r"<pre>(.*?)</pre>", self.page(), re.S)]

    def events(self) -> list[str]:
        return [entry.event for entry in self.approvals.log.entries()]


@contextmanager
def two_doors(sample: Path, data: Path) -> Iterator[Doors]:
    """The sample is served; tokens and proposals are of ``data``."""
    settings = Settings.model_validate({"data": data, "approvals": {"door": DOOR}})
    app = make_app(sample, None, data=data, approvals={"door": DOOR})
    with (
        local_client(app) as reading,
        local_client(create_door(settings, app.state.metrics), f"http://{DOOR}") as human,
    ):
        yield Doors(reading, human, data)
