"""Which encoder a build takes: the one that is named, or the one that knows the wiki's language."""

from dataclasses import dataclass

from pinakes.index.encoders.sentence_model import (
    ENGLISH,
    MULTILINGUAL,
    SentenceEncoder,
    find_encoder,
    packaged_name,
)
from pinakes.index.errors import EncoderNotFound
from pinakes.index.types import EncoderRecord

__all__ = ["AUTO", "EncoderChoice", "choose_encoder", "encoder_of_language"]

AUTO = "auto"
_ENGLISH_CODES = ("en", "simple")


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """An encoder, or None for none; and a line for people where that is not as it should be."""

    encoder: SentenceEncoder | None
    notice: str | None = None


def encoder_of_language(language: str) -> str:
    """The name of the encoder that AUTO means for texts in this language."""
    return ENGLISH if language.lower().partition("-")[0] in _ENGLISH_CODES else MULTILINGUAL


def choose_encoder(name: str, language: str, present: EncoderRecord | None = None) -> EncoderChoice:
    """The encoder called ``name``; with AUTO the one of the collection, or of the ``language``.

    ``present``: the encoder that a collection's vectors are of, where these are to be kept. Raises
    EncoderNotFound where ``name`` is none; with AUTO what is not installed is told instead, and
    keywords alone are searched.
    """
    if name != AUTO:
        return EncoderChoice(find_encoder(name))
    wanted = encoder_of_language(language)
    kept = None if present is None else packaged_name(present)
    try:
        encoder = find_encoder(kept or wanted)
    except EncoderNotFound as error:
        if kept:
            return EncoderChoice(None, f"{error}; passages that have no vector yet get none")
        return EncoderChoice(
            None,
            f"{error}; searched by keywords alone, since vectors of {ENGLISH} know English only",
        )
    if kept == ENGLISH != wanted:
        return EncoderChoice(
            encoder,
            f"the vectors of this collection are of {ENGLISH}, which knows English only: with "
            f"--accept-encoder they are made anew by {MULTILINGUAL}",
        )
    return EncoderChoice(encoder)
