"""Every error of the project has an exit status and an HTTP status."""

from pathlib import Path

import pytest

import pinakes.index.errors
import pinakes.ingest.errors
import pinakes.service.errors
from pinakes.index.errors import DamagedGeneration, NoCollection
from pinakes.service.errors import GeneratorUnavailable
from pinakes.service.generators.models import bundled_model
from pinakes.service.problems import message_of, problem_of
from pinakes.service.settings import Settings

ERRORS = [
    getattr(module, name)
    for module in (pinakes.ingest.errors, pinakes.index.errors, pinakes.service.errors)
    for name in module.__all__
]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_has_its_problem(kind: type[Exception]) -> None:
    problem = problem_of(kind("x", 5) if kind is pinakes.service.errors.QueueFull else kind("x"))
    assert problem is not None
    is_ambiguous = kind is pinakes.service.errors.Ambiguous
    assert problem.exit_status in ((3,) if is_ambiguous else (1, 2))
    assert problem.http_status in (400, 403, 404, 429, 500, 503)


def test_the_nearest_base_decides() -> None:
    assert problem_of(pinakes.service.errors.NotFound("x")).http_status == 404  # type: ignore[union-attr]
    assert problem_of(pinakes.index.errors.BadQuery("x")).http_status == 400  # type: ignore[union-attr]
    assert problem_of(pinakes.ingest.errors.EmptyDump("x")).exit_status == 2  # type: ignore[union-attr]
    assert problem_of(PermissionError("x")).exit_status == 1  # type: ignore[union-attr]


def test_an_error_of_the_code_itself_has_none() -> None:
    assert problem_of(KeyError("x")) is None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            NoCollection("nothing built in {data} yet; begin with: pinakes build DUMP"),
            "nothing built in the data directory yet; begin with: pinakes build DUMP",
        ),
        (
            DamagedGeneration("{data}/enwiki/generations/1/pages.db: cut short; see /readyz"),
            "enwiki/generations/1/pages.db: cut short; see /readyz",
        ),
        (
            DamagedGeneration("/mnt/large/enwiki/generations/1/pages.db: cut short"),  # a link
            "enwiki/generations/1/pages.db: cut short",
        ),
        (NoCollection("name one: /c/enwiki/ or {data}-old"), "name one: /c/enwiki/ or {data}-old"),
        (GeneratorUnavailable("model {model}/m.gguf: no model"), "model m.gguf: no model"),
        (GeneratorUnavailable(f"{bundled_model()}: broken"), f"{bundled_model().name}: broken"),  # type: ignore[union-attr]
    ],
)
def test_callers_are_told_no_places(error: Exception, told: str, tmp_path: Path) -> None:
    data, model = tmp_path / "my wikis", tmp_path / "models"
    settings = Settings.model_validate(
        {"data": data, "generator": {"model_path": model / "m.gguf"}}
    )
    whole = str(error).format(data=data, model=model)
    assert message_of(type(error)(whole), settings) == told.format(data=data)
    assert message_of(type(error)(whole)) == whole
