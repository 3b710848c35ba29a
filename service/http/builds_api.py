"""How builds beside the service go on: as they are now, or as events while somebody looks on."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pinakes.index.build.progress_file import builds
from pinakes.service.http.event_stream import EventStream
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.security.caller import Caller, caller_of
from pinakes.service.settings import Settings
from pinakes.service.views.build_views import BuildsView, builds_view

__all__ = ["builds_api", "builds_of"]

_LOOK_SECONDS = 1.0
# So often an event comes where nothing changes: proxies close connections that are silent.
_REPEAT_SECONDS = 15.0
builds_api = APIRouter(default_response_class=PlainJSONResponse)


@builds_api.get(
    "/api/builds",
    response_model=BuildsView,
    responses=PROBLEMS
    | {
        200: {
            "content": {"text/event-stream": {}},
            "description": "JSON, or server-sent events",
        }
    },
    tags=["operation"],
)
async def builds_now(request: Request) -> Response:
    """Builds that are at work or have not finished, and how far they are.

    With ``Accept: text/event-stream`` an event ``builds`` now, and another whenever that changes.
    """
    settings: Settings = request.app.state.settings
    caller = caller_of(request)
    first = await _look(settings, caller)
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventStream(("builds", first), _later(settings, caller, first))
    return PlainJSONResponse(first)


async def _later(
    settings: Settings, caller: Caller, before: Any
) -> AsyncGenerator[tuple[str, Any], None]:
    """Event after event, each when something is other than before, or after a while."""
    waited = 0.0
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
        now = await _look(settings, caller)
        if now != before or waited >= _REPEAT_SECONDS:
            yield "builds", now
            before, waited = now, 0.0


async def _look(settings: Settings, caller: Caller) -> Any:
    """What ``builds_of`` tells, as JSON."""
    return (await asyncio.to_thread(builds_of, settings, caller)).model_dump(mode="json")


def builds_of(settings: Settings, caller: Caller) -> BuildsView:
    """The builds of the collections that are served, and there for the caller."""
    only = settings.serve.collections
    return builds_view(
        [
            report
            for report in builds(Path(settings.data))
            if (not only or report.collection in only) and caller.may_know(report.collection)
        ]
    )
