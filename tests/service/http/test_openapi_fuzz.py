"""Requests made from the OpenAPI document, right and wrong ones: each answer is described there.

No 5xx but where it says so, no status, type or form that it does not tell of.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.conftest import make_app

HOST = {"host": "localhost"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # to make a failing request smaller would take minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def app(awkward: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    data = tmp_path_factory.mktemp("data")
    app = make_app(awkward, None, data=data, approvals={"propose": True})
    with TestClient(app):
        yield app


def right_and_wrong(operation: Any) -> SearchStrategy[Any]:
    """Requests as the document has them, and others; where nothing can be wrong, the former."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.query or operation.body):
        return right
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize(
    "examples",
    [8, pytest.param(300, marks=pytest.mark.slow)],
)
def test_every_answer_is_described(app: FastAPI, examples: int) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(_SETTINGS, max_examples=examples)
        @given(case=right_and_wrong(operation))
        def check(case: Any) -> None:
            if "collection" in case.path_parameters:  # most would be 404s
                case.path_parameters["collection"] = "toywiki"
            response = case.call(headers=HOST)
            case.validate_response(response, checks=CHECKS)

        check()
        asked.append(operation.path)
    assert "/c/{collection}/api/ask" in asked
    assert "/status" in asked
