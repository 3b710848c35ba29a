"""Lines of the log: one for each message, whatever a request or a model has put into it."""

import logging
import traceback

from pinakes.service.plain_text import one_line, visible

__all__ = ["plain_logs"]


class _PlainRecord(logging.LogRecord):
    """A message on one line; of the traceback below it every line is harmless for a terminal."""

    def getMessage(self) -> str:  # noqa: N802  (logging's own name)
        return one_line(super().getMessage())


def plain_logs() -> None:
    """From now on no record of any library of this process holds what a terminal obeys."""

    def record(*args: object, **more: object) -> logging.LogRecord:
        made = _PlainRecord(*args, **more)  # type: ignore[arg-type]
        if made.exc_info:
            made.exc_text = visible("".join(traceback.format_exception(*made.exc_info))).rstrip()
        return made

    logging.setLogRecordFactory(record)
