"""Which model answers at an address, how large it is, and in which dialect it is asked.

Knows llama-server's ``/props`` and the lists of models of other servers, not what is asked of them.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import httpx

from pinakes.service.errors import GeneratorError, GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import ModelInfo
from pinakes.service.generators.llama_server_http import LlamaServerHttp, field
from pinakes.service.plain_text import one_line
from pinakes.service.settings import GeneratorSettings

__all__ = ["FoundServer", "look", "refusal"]

_LONGEST_NAME = 120
# Models whose template opens their thoughts, by what they are called: DeepSeek-R1, QwQ,
# Qwen3-…-Thinking. Only servers that show no template are judged by that.
_THINKER = re.compile(
    r"(?<![a-z0-9])(?:r1|qwq|z1|think(?:er|ing)?|reason(?:er|ing)?)(?![a-z0-9])", re.IGNORECASE
)
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", re.IGNORECASE)
_SCALES = {"b": 1_000_000_000, "m": 1_000_000}
# vLLM and SGLang, LM Studio, TabbyAPI and others.
_CONTEXTS = (
    "max_model_len",
    "max_context_length",
    "context_length",
    "context_window",
    "max_seq_len",
)


@dataclass(frozen=True, slots=True)
class FoundServer:
    """What was found at an address: ``seen`` by the loop's clock.

    ``takes_options``: it has not refused a field that it may not know.
    """

    http: LlamaServerHttp
    model: str
    info: ModelInfo
    is_llama_cpp: bool
    seen: float
    takes_options: bool = True


async def look(http: LlamaServerHttp, settings: GeneratorSettings) -> FoundServer:
    """Find out which dialect is spoken and which model answers. Raises GeneratorError."""
    seen = asyncio.get_running_loop().time()
    wanted = settings.model
    query = {"model": wanted} if wanted else None
    async with http.open("GET", "/props", query=query) as response:
        if response.status_code in (401, 403):
            raise await refusal(http, response)
        properties = await http.read_json(response) if response.status_code == 200 else None
    defaults = field(properties, "default_generation_settings", dict)
    if defaults is not None:
        model = wanted or field(properties, "model_alias", str) or "default"
        context = field(defaults, "n_ctx", int) or settings.context_tokens
        slots = max(1, field(properties, "total_slots", int) or 1)
        parameters = _parameters(await _models(http), wanted)
        parameters = parameters or _parameters_by_name(_short(model))
        info = ModelInfo(_short(model), context, slots, parameters)
        return FoundServer(http, model, info, is_llama_cpp=True, seen=seen)

    models = await _models(http)
    if models is None and wanted is None:
        raise GeneratorUnavailable(
            f"{http.address} does not list its models as an OpenAI-compatible server does; "
            "check PINAKES_GENERATOR__URL, or name a model in PINAKES_GENERATOR__MODEL"
        )
    listed = field(models[0], "id", str) if models else None
    model = wanted or listed or "default"
    listed_one = next((one for one in models or [] if field(one, "id", str) == model), None)
    info = ModelInfo(
        _short(model),
        _context(listed_one) or settings.context_tokens,
        parameters=_parameters_by_name(model),
        thinks=_THINKER.search(model) is not None,
    )
    return FoundServer(http, model, info, is_llama_cpp=False, seen=seen)


async def _models(http: LlamaServerHttp) -> list[Any] | None:
    """What the server lists, or None where it lists nothing."""
    async with http.open("GET", "/v1/models") as response:
        if response.status_code in (401, 403):
            raise await refusal(http, response)
        return field(await http.read_json(response), "data", list)


async def refusal(http: LlamaServerHttp, response: httpx.Response) -> GeneratorError:
    """Why a request was refused, and what to do."""
    reason = await http.error_text(response)
    if response.status_code in (401, 403):
        return GeneratorUnavailable(
            f"the server at {http.address} refuses the key ({reason}); "
            "set PINAKES_GENERATOR__API_KEY"
        )
    if response.status_code == 404:
        return GeneratorUnavailable(
            f"the server at {http.address} does not know the endpoint or the model ({reason}); "
            "check PINAKES_GENERATOR__URL and PINAKES_GENERATOR__MODEL"
        )
    return GeneratorFailed(f"the server at {http.address} refuses the request: {reason}")


def _parameters(models: list[Any] | None, wanted: str | None) -> int | None:
    """How many parameters the model has; llama-server says so of a loaded one."""
    for model in models or []:
        if wanted is None or field(model, "id", str) == wanted:
            return field(field(model, "meta", dict), "n_params", int)
    return None


def _parameters_by_name(model: str) -> int | None:
    """How many parameters a model has by its name: "qwen2.5:0.5b", "Qwen3-30B-A3B"."""
    found = _SIZE.search(model)
    return int(float(found[1]) * _SCALES[found[2].lower()]) if found else None


def _context(model: Any) -> int | None:
    """The context of a listed model, in tokens, under the names that servers have for it."""
    for name in _CONTEXTS:
        if tokens := field(model, name, int):
            return tokens
    return None


def _short(model: str) -> str:
    """A model's name for people: llama-server names a model by the path of its file."""
    if model.endswith(".gguf"):
        model = model.rpartition("/")[2].removesuffix(".gguf")
    return one_line(model, _LONGEST_NAME) or "a model without a name"
