"""Trains the reading model, and judges it beside the linear models."""

import tempfile
from pathlib import Path

import pinakes  # noqa: F401 - before what follows: it keeps libraries offline

__all__ = ["RUN"]

# Where data, checkpoints and what is found for judging lie, if not told otherwise.
RUN = Path(tempfile.gettempdir()) / "reading-run"
