"""Trains the reading model, and judges it beside the linear models."""

import pinakes  # noqa: F401 - first of all: it keeps the libraries that follow offline
