"""What a token may, and has used, told to itself: numbers, and never what was asked."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from pinakes.service.errors import NotFound
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.problem_responses import PROBLEMS
from pinakes.service.http.security.caller import Scope, caller_of
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.http.security.usage import MOST_DAYS, Usage
from pinakes.service.views.search_views import View

__all__ = ["usage_api"]

usage_api = APIRouter(default_response_class=PlainJSONResponse)


class DayView(View):
    """What was used on a day."""

    day: str = Field(examples=["2026-11-30"], description="In UTC.")
    searches: int
    questions: int
    tokens_written: int = Field(description="By the model, in its own tokens.")
    model_seconds: float = Field(description="Of turns at the model.")
    embeddings: int = Field(description="Texts of which vectors were given.")


class UsageView(View):
    """A token: what it may, null where it is not limited, and the days on which it was used."""

    token: str = Field(examples=["phone"])
    scope: Scope
    collections: list[str] | None
    rate: str | None = Field(examples=["60/min"])
    places: int | None
    expires: str | None
    days: list[DayView]


@usage_api.get("/api/usage", responses=PROBLEMS, tags=["operation"])
def usage(
    request: Request,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="Days back.")] = 30,
) -> UsageView:
    """How much your own token has used, and what it may."""
    tokens: Tokens = request.app.state.tokens
    token = tokens.named(caller_of(request).name)
    if token is None:
        raise NotFound("you have no token, and so nothing of what you use is counted")
    used: Usage = request.app.state.usage
    may = token.may
    return UsageView(
        token=token.name,
        scope=token.scope,
        collections=None if may.collections is None else list(may.collections),
        rate=None if may.rate is None else may.rate.text,
        places=may.places,
        expires=may.expires,
        days=[
            DayView(
                day=one.day,
                searches=one.searches,
                questions=one.questions,
                tokens_written=one.tokens_written,
                model_seconds=round(one.model_seconds, 3),
                embeddings=one.embeddings,
            )
            for one in used.since(days, token.name)
        ],
    )
