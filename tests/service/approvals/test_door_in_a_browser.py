"""The human door in Chromium: a password, a button, builds that go on, and pages of others."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from pinakes.index.build.progress_file import told_in_file
from pinakes.index.locks import hold_collection
from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.door import opened_door
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import Settings
from tests.index.toys import QuietProgress
from tests.service.http.browser import Lend, needs_chromium
from tests.yardstick import PATIENCE_S, wait_until


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The door of a data directory with a token of the person's."""
    (tmp_path / "admin").write_text(Tokens(tmp_path).create("me", "admin"))
    Tokens(tmp_path).create("phone", "ask")
    settings = Settings.model_validate({"data": tmp_path, "approvals": {"door": "127.0.0.1:0"}})
    with opened_door(settings) as name:
        assert name is not None
        wait_until(lambda: httpx.get(name).status_code == 401)
        yield name


@needs_chromium
def test_a_person_approves(chromium: Lend, address: str, tmp_path: Path) -> None:
    approvals = Approvals(tmp_path)
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    other = approvals.propose("unpack '/srv/\u05d0\u05d1/1' -c wiki", "agent").proposal.id
    secret = (tmp_path / "admin").read_text()
    with chromium() as browser:
        context = browser.new_context(
            java_script_enabled=False, http_credentials={"username": "any", "password": secret}
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{address}/#{id}")
        shown = [text.strip() for text in page.locator("form pre").all_inner_texts()]
        assert shown == [one.proposal.shown for one in approvals.all()]
        page.locator(f"[id='{other}'] button", has_text="Deny").click()
        page.locator(f"[id='{id}'] button", has_text="Approve").click()
        assert approvals.find(other).state == "denied"
        wait_until(lambda: approvals.find(id).state == "done")
        page.reload()
        assert "The token phone is revoked." in page.locator("main").inner_text()
        assert context.cookies() == []
        context.close()
    assert [token.name for token in Tokens(tmp_path).all()] == ["me"]


@needs_chromium
def test_builds_are_followed_and_what_is_to_be_decided_stays(
    chromium: Lend, address: str, tmp_path: Path
) -> None:
    approvals = Approvals(tmp_path)
    approvals.propose("tokens revoke phone", "agent")
    secret = (tmp_path / "admin").read_text()
    (tmp_path / "wiki").mkdir()
    with chromium() as browser:
        context = browser.new_context(http_credentials={"username": "any", "password": secret})
        page = context.new_page()
        page.goto(address)
        form = page.locator("form pre").element_handle()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        with (
            hold_collection(tmp_path / "wiki"),
            told_in_file(tmp_path / "wiki", QuietProgress()) as told,
        ):
            told.step("Reading the dump", 4_000_000, "bytes")
            build = page.locator(".build")
            expect(build).to_contain_text("0 % · 0 kB of 4 MB")
            told.advance(1_000_000)
            told.note("half of it is <b>markup</b>")  # written at once
            expect(build).to_contain_text("25 % · 1 MB of 4 MB")
            expect(build).to_contain_text("half of it is <b>markup</b>")
            expect(page.get_by_role("progressbar")).to_have_js_property("value", 1_000_000)
        expect(build).to_have_count(0)
        assert form is not None
        assert form.evaluate("(one) => one.isConnected")
        context.close()


@needs_chromium
def test_a_page_of_an_agents_on_the_same_machine(
    chromium: Lend, address: str, tmp_path: Path
) -> None:
    """The person's browser knows the password; the form comes from another port, with a seal."""
    approvals = Approvals(tmp_path)
    id = approvals.propose("tokens revoke phone", "agent").proposal.id
    secret = (tmp_path / "admin").read_text()
    form = (
        f"<form method=post action='{address}/decide'><input name=id value={id}>"
        "<input name=seal value=0><button name=decision value=approve>Win</button></form>"
    )
    with chromium() as browser:
        context = browser.new_context(http_credentials={"username": "any", "password": secret})
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address)
        page.route("http://127.0.0.1:9/", lambda route: route.fulfill(
            body=form, content_type="text/html"
        ))  # fmt: skip
        page.goto("http://127.0.0.1:9/")
        with page.expect_response("**/decide") as answer:
            page.locator("button").click()
        assert answer.value.status == 403
        assert "page of another" in answer.value.json()["detail"]
        context.close()
    assert [entry.event for entry in approvals.log.entries()] == ["proposed"]
