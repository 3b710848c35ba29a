"""The bundled model through llama-cpp-python in a child process."""

from pathlib import Path
from typing import Any

import pytest

from pinakes.service.generators.generator import Generator
from pinakes.service.generators.llama_cpp_generator import LlamaCppGenerator
from pinakes.service.settings import GeneratorSettings
from tests.service.generators.generator_contract import GeneratorContract

pytestmark = pytest.mark.llama_cpp_python


class TestLlamaCpp(GeneratorContract):
    backend = "llama-cpp-python"

    @classmethod
    def open(cls, settings: GeneratorSettings, model_path: Path) -> tuple[Generator, Any]:
        generator = LlamaCppGenerator(settings, model_path)
        return generator, generator
