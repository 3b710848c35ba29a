"""The human door: a page of what was proposed, and two buttons, behind a door of its own.

No request gets here by the reading door. The page needs no script; what it shows is said of the
very words that would run, in printable ASCII. One script follows builds, and touches nothing else.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from urllib.parse import parse_qs

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pinakes.service.approvals.approvals import Approvals
from pinakes.service.approvals.door_guard import DoorGuard, door_settings, make_private_directory
from pinakes.service.approvals.proposals import Proposal
from pinakes.service.approvals.running import Runs
from pinakes.service.errors import BadInput, NotAllowed
from pinakes.service.http.builds_api import builds_api, builds_of
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.listening import Listening
from pinakes.service.http.problem_responses import add_error_handlers
from pinakes.service.http.security.caller import caller_of
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.server import make_server
from pinakes.service.http.static_files import PageFiles
from pinakes.service.http.templating import page_response
from pinakes.service.metrics import Metrics
from pinakes.service.settings import Settings
from pinakes.service.shutdown import Shutdown

__all__ = ["create_door", "opened_door"]

_PAST_SHOWN = 20
_PATIENCE_S = 30.0
# Without a referrer browsers would not say either that the form comes from here (Origin: null).
_HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def create_door(settings: Settings, metrics: Metrics | None = None) -> FastAPI:
    """The application behind the door; ``app.state.shutdown`` is to be begun when it ends.

    ``metrics``: those of the service beside it, told at ``/metrics``.
    """
    approvals = Approvals(settings.data, settings.approvals.hours)
    runs = Runs(approvals)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(runs.stop)

    app = FastAPI(
        title="Pinakes: approvals",
        version=version("pinakes"),
        lifespan=lifespan,
        default_response_class=PlainJSONResponse,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings = settings
    app.state.shutdown = Shutdown()
    app.mount("/static", PageFiles(), name="static")
    add_error_handlers(app)
    app.include_router(builds_api)
    _add_page(app, approvals, runs, settings)
    if metrics is not None:
        _add_metrics(app, metrics)
    stack = app.build_middleware_stack()
    app.middleware_stack = DoorGuard(stack, settings, Tokens(settings.data), app.state.shutdown)
    return app


def _add_page(app: FastAPI, approvals: Approvals, runs: Runs, settings: Settings) -> None:
    key = secrets.token_bytes(32)

    def seal(proposal: Proposal) -> str:
        """Proof that a form comes from this page, and shows what would run now."""
        told = f"{proposal.id}\n{proposal.shown}".encode()
        return hmac.new(key, told, hashlib.sha256).hexdigest()

    @app.get("/", response_class=HTMLResponse)
    def proposals(request: Request) -> Response:
        """What waits for a decision, what was decided lately, and builds that go on."""
        known = approvals.all()
        waiting = [one for one in known if one.state == "waiting"]
        past = [one for one in known if one.state != "waiting"][-_PAST_SHOWN:]
        shown = {
            "waiting": [(one.proposal, seal(one.proposal)) for one in waiting],
            "builds": builds_of(settings, caller_of(request)).builds,
            "past": [(one, runs.said(one.proposal.id) or one.said) for one in reversed(past)],
        }
        return page_response(request, "approvals.html", shown, headers=_HEADERS)

    @app.post("/decide")
    async def decide(request: Request) -> Response:
        """Approve or deny what a form of this page names."""
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        id, given, decision = (sent.get(name, [""])[0] for name in ("id", "seal", "decision"))
        by = caller_of(request).name

        def decided() -> None:
            proposal = approvals.find(id).proposal
            if not hmac.compare_digest(seal(proposal), given.encode("ascii", "replace").decode()):
                raise NotAllowed("this form is not of this page as it is now; open it again")
            if decision == "deny":
                approvals.deny(id, by)
            elif decision == "approve":
                runs.start(approvals.approve(id, by))
            else:
                raise BadInput("a decision is approve or deny")

        await anyio.to_thread.run_sync(decided)
        return RedirectResponse(f"/#{id}", 303, _HEADERS)


def _add_metrics(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/metrics")
    def measured() -> Response:
        """How the service does, for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@contextmanager
def opened_door(settings: Settings, metrics: Metrics | None = None) -> Iterator[str | None]:
    """The door, open beside whatever else this process does: its name; None where none is set.

    ``metrics``: of the service that runs here, if one does.
    Raises BadInput where it cannot be opened, or nobody could go through it.
    """
    if settings.approvals.door is None:
        yield None
        return
    _check_somebody_has_the_key(settings)
    if settings.approvals.door_socket is not None:
        make_private_directory(settings.approvals.door_socket.parent)
    app = create_door(settings, metrics)
    serve = door_settings(settings)
    listening = Listening(serve)
    server = make_server(app, serve, app.state.shutdown.begin)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening.socket]})
    thread.start()
    try:
        yield listening.name
    finally:
        server.should_exit = True
        thread.join(_PATIENCE_S)
        listening.close()


def _check_somebody_has_the_key(settings: Settings) -> None:
    if settings.approvals.door_address is None:
        return
    if not any(token.scope == "admin" for token in Tokens(settings.data).all()):
        raise BadInput(
            f"nobody could decide at {settings.approvals.door}: make a token with "
            "pinakes tokens create NAME --scope admin, or set approvals.door to a UNIX socket"
        )
