"""Other pages that a name may mean, told in few words. Pure functions."""

from collections.abc import Iterable

from pinakes.service.tools.budget import excerpt
from pinakes.service.tools.frame import Frame, json_of
from pinakes.service.tools.tool_views import ShortMeaningView
from pinakes.service.types import Meaning

__all__ = ["meanings_length", "short_meanings"]

_SHARE_OF_BUDGET = 0.25
_MOST = 5
_LONGEST_TITLE, _LONGEST_TEXT = 100, 70
_FIELD = len(',"meanings":[]')


def short_meanings(meant: Iterable[Meaning], frame: Frame) -> list[ShortMeaningView] | None:
    """As many of them as a share of the budget holds; None where that is none."""
    room = int(frame.budget * _SHARE_OF_BUDGET)
    told: list[ShortMeaningView] = []
    for one in meant:
        view = ShortMeaningView(
            title=excerpt(one.title, _LONGEST_TITLE),
            text=excerpt(one.text, _LONGEST_TEXT, language=frame.language) or None,
        )
        if len(told) == _MOST or meanings_length([*told, view]) > room:
            break
        told.append(view)
    return told or None


def meanings_length(told: list[ShortMeaningView] | None) -> int:
    """Characters of JSON that they take in a result."""
    if not told:
        return 0
    return _FIELD + sum(len(json_of(one)) + 1 for one in told)
