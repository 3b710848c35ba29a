"""The JSON of builds that are at work, or have not finished."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from pinakes.index.build.progress_file import BuildReport
from pinakes.service.views.search_views import View

__all__ = ["BuildView", "BuildsView", "builds_view"]


class BuildView(View):
    """A build, and how far it had come when it last said so; what it has not said is null."""

    collection: str = Field(examples=["enwiki"])
    state: Literal["at work", "unfinished"] = Field(
        description="unfinished: it was stopped; the same command goes on."
    )
    step: str | None = Field(examples=["Embedding passages"])
    done: int | None
    total: int | None
    unit: str | None = Field(description="What done and total count.", examples=["passages"])
    step_began: str | None
    told: str | None = Field(description="When it said so.")
    seconds_left: int | None = Field(
        description="Until the step is done, if it goes on as it has until then.", examples=[240]
    )
    note: str | None = Field(description="The last line it wrote.")


class BuildsView(View):
    """All builds in the data directory, by collection."""

    builds: list[BuildView]


def builds_view(reports: list[BuildReport]) -> BuildsView:
    """Builds as JSON."""
    return BuildsView(
        builds=[
            BuildView(
                collection=report.collection,
                state=report.state,
                step=report.step,
                done=report.done,
                total=report.total,
                unit=report.unit,
                step_began=report.step_began,
                told=report.told,
                seconds_left=_seconds_left(report),
                note=report.note,
            )
            for report in reports
        ]
    )


def _seconds_left(report: BuildReport) -> int | None:
    """None where nothing is done yet, or nobody is at it."""
    if report.state != "at work" or not (report.done and report.total):
        return None
    if report.step_began is None or report.told is None:
        return None
    began, told = (datetime.fromisoformat(one) for one in (report.step_began, report.told))
    rate = (told - began).total_seconds() / report.done
    return round(max(0, report.total - report.done) * rate)
