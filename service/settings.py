"""Every setting of Pinakes, read in this one place.

Order: command-line flag, then environment (``PINAKES_SECTION__KEY``), then ``pinakes.toml`` in the
user's configuration directory, then the default. Nothing else in the project reads the
environment for settings.
"""

import ipaddress
import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from pinakes.index.encoder_files import SHARED_ENCODERS
from pinakes.index.generations import can_be_called
from pinakes.service.errors import BadInput

__all__ = [
    "AnswerSettings",
    "ApprovalSettings",
    "BuildSettings",
    "GeneratorSettings",
    "ModelSettings",
    "SearchSettings",
    "ServeSettings",
    "Settings",
    "ToolSettings",
    "load_settings",
]

Mode = Literal["hybrid", "keyword", "vector"]
Backend = Literal["auto", "llama-server", "llama-cpp-python", "none"]
Effort = Literal["off", "low", "on"]
_BUDGETS: dict[Effort, int] = {"off": 0, "low": 1_024, "on": 4_096}
_DOOR = re.compile(r"(?:127\.0\.0\.1|\[::1\]):(\d{1,5})", re.ASCII)
_CLUSTER = re.compile(r"dask:(tcp|tls)://[^\s/]+:\d+")
# What a chat is made of.
_OWN_FIELDS = frozenset({"messages", "stream"})


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BuildSettings(_Section):
    """What builds, and what is kept of what was built."""

    executor: str = Field(
        default="processes",
        description="What reads dumps and encodes passages: processes of this machine, or the "
        "workers of a cluster of dask: dask:tcp://HOST:PORT, the address of its scheduler.",
    )

    keep: int = Field(
        default=2,
        ge=1,
        description="Dumps of which a generation stays: the present one, and those before it to go "
        "back to.",
    )

    @field_validator("executor")
    @classmethod
    def _is_known(cls, executor: str) -> str:
        if executor != "processes" and not _CLUSTER.fullmatch(executor):
            raise ValueError("neither processes nor dask:tcp://HOST:PORT (or dask:tls://HOST:PORT)")
        return executor

    @property
    def cluster(self) -> str | None:
        """The address of the scheduler; None where this machine builds alone."""
        return None if self.executor == "processes" else self.executor.removeprefix("dask:")


class SearchSettings(_Section):
    """How passages are found."""

    mode: Mode = "hybrid"
    encoder: str = Field(
        default="auto",
        description="What pinakes build encodes passages with. auto: all-MiniLM-L6-v2 for English, "
        "multilingual-e5-small (extra multilingual) for all other languages, and what a collection "
        "has already; or one of these names, the directory of a sentence-transformers model, or "
        "owner/name of one in the local Hugging Face cache.",
    )


class ModelSettings(_Section):
    """Which models of one's own rank and read, in the place of the linear ones."""

    reranker: Path | None = Field(
        default=None,
        description="Cross-encoder that ranks the first passages anew: the directory of a Hugging "
        "Face model for sequence classification with one value, or its ONNX file.",
    )
    reader: Literal["linear"] | Path | None = Field(
        default=None,
        description="Model that finds the words that answer: of a Hugging Face model for question "
        "answering trained on SQuAD 2.0, the directory or ONNX file; linear: no network; unset: "
        "the network that comes with Pinakes.",
    )
    entailment: Path | None = Field(
        default=None,
        description="Model that checks sentences against sources: of a Hugging Face model for "
        "sequence classification with a label entailment, the directory or ONNX file.",
    )
    passages: int = Field(
        default=8,
        ge=1,
        le=100,
        description="Passages, or windows of them, that each of these models reads for a question "
        "or a sentence.",
    )


class GeneratorSettings(_Section):
    """Which local model words the answer, and how it runs."""

    backend: Backend = "auto"
    url: str | None = Field(
        default=None,
        description="A running llama-server or other OpenAI-compatible server: "
        "http://127.0.0.1:8080 or unix:/run/llama.sock.",
    )
    api_key: SecretStr | None = Field(default=None, description="Bearer key of that server.")
    model: str | None = Field(
        default=None, description="Model name to ask that server for (llama-swap needs it)."
    )
    model_path: Path | None = Field(
        default=None, description="GGUF file for an embedded model; the bundled SmolLM2 when unset."
    )
    gpu_layers: int = Field(
        default=-1, ge=-1, description="Layers on the GPU for an embedded model; -1: all of them."
    )
    threads: int | None = Field(
        default=None, ge=1, description="CPU threads of an embedded model; all cores but one."
    )
    context_tokens: int = Field(
        default=4096, ge=512, description="Context of an embedded model, in tokens."
    )
    prompt_tokens: int | None = Field(
        default=None,
        ge=128,
        description="Room for the whole prompt, in tokens; when unset what the model reads in "
        "six seconds, as far as its context goes.",
    )
    answer_tokens: int | None = Field(
        default=None,
        ge=16,
        description="Longest answer, in tokens; 1,024, or 256 of a small model, when unset.",
    )
    thinking: Effort | None = Field(
        default=None,
        description="How much the model thinks before it answers: off, low or on; when unset off, "
        "or on where thinking_tokens is set.",
    )
    thinking_tokens: int | None = Field(
        default=None,
        ge=0,
        description="Tokens that the model may think for; when unset 1,024 if low, 4,096 if on.",
    )
    temperature: float | None = Field(
        default=None,
        ge=0,
        description="Of the choice of words; when unset 0, or what its server takes if it thinks.",
    )
    top_p: float | None = Field(
        default=None, gt=0, le=1, description="The likeliest words that are chosen from."
    )
    extra_body: dict[str, Any] = Field(
        default={},
        description="More fields for each request to the server, as JSON; of llama-cpp-python "
        "those that choose words: top_k, min_p and the penalties.",
    )
    plan: bool | None = Field(
        default=None,
        description="Let the model say what is searched for, in up to four searches; when unset "
        "where it is not small and has been found to read fast.",
    )
    timeout_s: float = Field(default=120.0, gt=0, description="Longest silence of the model.")

    @field_validator("extra_body")
    @classmethod
    def _are_others(cls, extra: dict[str, Any]) -> dict[str, Any]:
        if own := _OWN_FIELDS.intersection(extra):
            raise ValueError(f"{' and '.join(sorted(own))} cannot be set")
        return extra

    @property
    def effort(self) -> Effort:
        """How much the model thinks."""
        return self.thinking or ("on" if self.thinking_tokens else "off")

    @property
    def thinking_budget(self) -> int:
        """For how many tokens it may think; 0: not at all."""
        effort = self.effort
        return 0 if effort == "off" else self.thinking_tokens or _BUDGETS[effort]


class AnswerSettings(_Section):
    """How questions are answered."""

    strict: bool | None = Field(
        default=None,
        description="Withhold sentences that sources contradict or that name what none holds, "
        "instead of marking them; unset: where pinakes eval answers --profile has found the model "
        "wrong too often, or, unmeasured, where it has fewer than three billion parameters.",
    )
    longest_queue: int = Field(
        default=16, ge=0, description="Questions that may wait for the model at one time."
    )
    limit_s: float = Field(default=300.0, gt=0, description="Longest time for one answer.")


class ServeSettings(_Section):
    """What is served and where, who may reach it, and how much of it one neighbour can take."""

    collections: tuple[str, ...] = Field(
        default=(), description="Collections to serve; all there are when unset."
    )
    open_collections: int = Field(
        default=64, ge=1, description="Beyond so many, the collections idle longest are closed."
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on, no name; others than loopback need a token.",
    )
    port: int = Field(
        default=8707, ge=0, le=65535, description="Port to listen on; 0: any that is free."
    )
    uds: Path | None = Field(
        default=None, description="UNIX socket to listen on instead of an address."
    )
    uds_mode: str = Field(
        default="600",
        pattern="^0?[0-7]{3}$",
        description="Who may use that socket: permissions, octal; 660 for a group.",
    )
    tls_certificate: Path | None = Field(
        default=None, description="Certificate chain (PEM); with it the service speaks HTTPS."
    )
    tls_key: Path | None = Field(
        default=None, description="Its private key (PEM), where that is another file."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Names besides localhost and the address by which clients reach the service; "
        "requests by other names are refused.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses, "
        "networks, or unix for whoever comes through the UNIX socket.",
    )
    connections_per_address: int = Field(
        default=100, ge=1, description="Connections of one neighbour at a time; idle ones give way."
    )
    request_s: float = Field(
        default=20.0, gt=0, description="Longest time for a whole request to come, in seconds."
    )
    access_log: bool = Field(
        default=False,
        description="Write a line to standard error for each request: who, the pattern that its "
        "path fits, status, seconds; no query, nothing that was asked.",
    )

    @field_validator("host")
    @classmethod
    def _is_address(cls, host: str) -> str:
        if host != "localhost":
            try:
                ipaddress.ip_address(host)
            except ValueError:  # a name would have to be looked up, maybe by asking elsewhere
                raise ValueError("not an IP address; names go to serve.allowed_hosts") from None
        return host

    @property
    def exposed(self) -> bool:
        """Whether other machines can reach it."""
        if self.uds is not None or self.host == "localhost":
            return False
        address = ipaddress.ip_address(self.host)
        return not (getattr(address, "ipv4_mapped", None) or address).is_loopback


class ToolSettings(_Section):
    """What tools give to models that call them."""

    budget: int = Field(
        default=4_000,
        ge=1_000,
        le=50_000,
        description="Longest result of fetch and ask, in characters, where a call asks for no "
        "other.",
    )
    search_budget: int = Field(
        default=1_500,
        ge=500,
        le=50_000,
        description="Longest result of search, in characters, where a call asks for no other.",
    )
    search_network: bool = Field(
        default=False,
        description="Let the network that reads for answers choose the sentences that search "
        "shows, too: the answer is among them more often, and a search takes three times as long.",
    )
    output_schema: bool = Field(
        default=False,
        description="Tell clients the form of results, and send each in that form beside the text: "
        "about 2,100 tokens more in the list of tools.",
    )
    base_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Address of a running pinakes serve, for links in results of pinakes mcp; "
        "without it they lead to the wiki that was dumped.",
    )


class ApprovalSettings(_Section):
    """What agents may propose, and where people decide on it."""

    propose: bool = Field(
        default=False,
        description="Let callers propose what changes something; a person decides, with pinakes "
        "approvals. Also on where door is set.",
    )
    door: str | None = Field(
        default=None,
        description="Where people decide in a browser: 127.0.0.1:PORT, which asks for a token with "
        "the scope admin, or the path of a UNIX socket in a directory that is yours alone.",
    )
    hours: float = Field(
        default=24.0, gt=0, le=8760, description="How long a proposal waits for a decision."
    )

    @field_validator("door")
    @classmethod
    def _is_near(cls, door: str | None) -> str | None:
        if door is None or door.startswith("/"):
            return door
        found = _DOOR.fullmatch(door)
        if found is None or int(found[1]) > 65_535:
            raise ValueError(
                "neither the whole path of a UNIX socket nor 127.0.0.1:PORT (or [::1]:PORT)"
            )
        return door

    @property
    def offered(self) -> bool:
        """Whether anything can be proposed."""
        return self.propose or self.door is not None

    @property
    def door_socket(self) -> Path | None:
        """The UNIX socket of the door, if it is one."""
        return Path(self.door) if self.door is not None and self.door.startswith("/") else None

    @property
    def door_address(self) -> tuple[str, int] | None:
        """Address and port of the door, if it has one."""
        if self.door is None or self.door_socket is not None:
            return None
        host, _, port = self.door.rpartition(":")
        return host.strip("[]"), int(port)


class Settings(BaseSettings):
    """All settings, frozen; sections for what builds, finds, reads, words, answers, serves."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="PINAKES_",
        env_nested_delimiter="__",
    )

    data: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("pinakes"),
        validate_default=True,
        description="Directory of the collections.",
    )
    collection: str | None = Field(
        default=None,
        description="Collection meant where none is named; needed only where there are several.",
    )
    build: BuildSettings = BuildSettings()
    search: SearchSettings = SearchSettings()
    models: ModelSettings = ModelSettings()
    generator: GeneratorSettings = GeneratorSettings()
    answer: AnswerSettings = AnswerSettings()
    serve: ServeSettings = ServeSettings()
    tools: ToolSettings = ToolSettings()
    approvals: ApprovalSettings = ApprovalSettings()

    @field_validator("collection")
    @classmethod
    def _is_a_name(cls, collection: str | None) -> str | None:
        if collection is not None and not can_be_called(collection):
            raise ValueError("no collection is called so: letters, digits, dots, - and _")
        if collection == SHARED_ENCODERS:
            raise ValueError("encoders of all collections lie there; take another name (-c NAME)")
        return collection

    @field_validator("data")
    @classmethod
    def _can_be_opened(cls, data: Path) -> Path:
        """Refuse names that SQLite, tantivy and faiss do not take."""
        try:
            name = str(data).encode()
        except UnicodeEncodeError:
            raise ValueError(
                "its name is not UTF-8, or the locale (LC_ALL) is not; name another directory"
            ) from None
        if b"\0" in name:
            raise ValueError("no directory can have such a name")
        return data

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags come in as init values; then the environment, then the TOML file."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=config_path()),
        )


def config_path() -> Path:
    """Where ``pinakes.toml`` is looked for."""
    return platformdirs.user_config_path("pinakes") / "pinakes.toml"


def load_settings(**flags: Any) -> Settings:
    """Settings from flags, environment and file; flags that are None are left out.

    Nested flags are written ``generator__backend="none"``. Raises BadInput naming the key and
    the value at the first setting that does not fit.
    """
    _refuse_unknown(os.environ)
    values: dict[str, Any] = {}
    for name, value in flags.items():
        if value is None:
            continue
        section, _, key = name.partition("__")
        if key:
            values.setdefault(section, {})[key] = value
        else:
            values[section] = value
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"setting {key} = {first.get('input')!r}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    except SettingsError as error:  # a value of the environment that is not JSON
        raise BadInput(f"{error}: {error.__cause__}") from None
    except (ValueError, OSError) as error:  # the TOML file itself does not parse
        raise BadInput(f"{config_path()}: {error}") from None
    except RecursionError:
        raise BadInput(f"{config_path()}: nested too deeply") from None


def _refuse_unknown(environment: Iterable[str]) -> None:
    """Raise BadInput for a variable that looks like a setting and is none: it would say nothing."""
    known = {
        f"PINAKES_{name}{key}".upper()
        for name, field in Settings.model_fields.items()
        for key in ("", *(f"__{part}" for part in getattr(field.annotation, "model_fields", ())))
    }
    for name in environment:
        if name.upper().startswith("PINAKES_") and name.upper() not in known:
            near = get_close_matches(name.upper(), known, 1, 0.8)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(f"{name} in the environment is no setting{meant}")
