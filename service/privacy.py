"""Nothing that is kept of this process holds what somebody asked: no log, warning or crash.

Errors and libraries quote what they were given: pydantic the input that does not fit, the tools'
protocol whole messages at level DEBUG. So of an error the log says which kind it is and where it
came from, and of a library's record which library speaks, how loud and from where. Our own records
are of files, collections and kinds, and keep their words.
"""

import logging
import resource
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from pinakes.service.plain_text import one_line, visible

__all__ = ["keep_nothing_asked"]

_OURS = "pinakes"
_LEFT_OUT = "said something, at %s:%d; its words are left out, for they may be somebody's question"
_MOST_ERRORS = 20  # of one chain
_Error = tuple[type[BaseException], BaseException, TracebackType | None]
_log = logging.getLogger(__name__)


def keep_nothing_asked() -> None:
    """From now on, for this whole process; its children leave no cores behind either.

    Records are on one line, and hold nothing that a terminal obeys.
    """
    logging.setLogRecordFactory(_record)
    logging.captureWarnings(True)
    threading.excepthook = _thread_failed
    sys.unraisablehook = _was_unraisable
    # 1 and not 0: the kernel gives a core to a program that collects them whatever the limit is,
    # but not with this one, by which it knows that collector itself (core(5), fs/coredump.c).
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (1 if hard != 0 else 0, hard))


class _Record(logging.LogRecord):
    """A message on one line."""

    def getMessage(self) -> str:  # noqa: N802  (logging's own name)
        return one_line(super().getMessage())


def _record(
    name: str,
    level: int,
    path: str,
    line: int,
    message: object,
    arguments: Any,
    exc_info: Any,
    *rest: Any,
    **more: Any,
) -> logging.LogRecord:
    if name.partition(".")[0] != _OURS:
        message, arguments = _LEFT_OUT, (path, line)
    made = _Record(name, level, path, line, message, arguments, None, *rest, **more)
    if exc_info and exc_info[1] is not None:
        made.exc_text = visible(_told(exc_info[1]))
    return made


def _told(error: BaseException) -> str:
    """An error, those it came of, and those in it: where, and of which kind, without a word."""
    told: list[str] = []
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting and len(told) < _MOST_ERRORS:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        frames = traceback.extract_tb(one.__traceback__)
        lines = [
            f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames
        ]
        kind = type(one)
        told.append("\n".join([*lines, f"{kind.__module__}.{kind.__qualname__} (words left out)"]))
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
    return "\nthat came of, or with:\n".join(told)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_type is SystemExit or failed.exc_value is None:
        return
    _log.error(
        "a thread failed", exc_info=(failed.exc_type, failed.exc_value, failed.exc_traceback)
    )


def _was_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    if failed.exc_value is not None:
        info: _Error = (failed.exc_type, failed.exc_value, failed.exc_traceback)
        _log.error("something failed while it was being cleared away", exc_info=info)
