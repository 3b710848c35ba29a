"""Embeddings by OpenAI's API: vectors of texts, by the encoder of a collection.

Texts are taken for passages, which is what clients fill their stores with; ``input_type`` "query"
has them taken for questions. It matters for encoders that want another prefix before either, and
the response says which it was. A text longer than the encoder reads is cut, and that is said, too.

Reference: https://developers.openai.com/api/reference/resources/embeddings; ``input_type`` is
NVIDIA's: https://docs.nvidia.com/nim/nemo-retriever/text-embedding/latest/reference.html
"""

import base64
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from pinakes.index.retrieval.search import Index
from pinakes.index.types import QuestionEncoder, Vectors
from pinakes.service.errors import BadInput, NotFound
from pinakes.service.http.requests import Text
from pinakes.service.views.search_views import View

__all__ = ["EmbeddingRequest", "EmbeddingsView", "embeddings"]

# More than clients that fill their stores send at once by themselves need; each costs as a passage.
_MOST_TEXTS = 256
# After so many others have their turn, and whoever has gone is noticed.
_BATCH = 32

InputType = Literal["passage", "query"]


def _texts(value: object) -> object:
    """One text as a list of one. Tokens are refused: they are those of some other model."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and any(isinstance(one, int | list) for one in value):
        raise PydanticCustomError(
            "tokens", "send texts, no tokens: those of another model mean other words here"
        )
    return value


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty", "an empty text has no vector")
    return text


class EmbeddingRequest(BaseModel):
    """Texts to be turned into vectors; ``dimensions`` can only be what the encoder has."""

    model: str = Field(examples=["enwiki"])
    texts: Annotated[list[Annotated[Text, AfterValidator(_not_empty)]], BeforeValidator(_texts)] = (
        Field(alias="input", min_length=1, max_length=_MOST_TEXTS)
    )
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    input_type: InputType = "passage"


class EmbeddingView(View):
    """The vector of one text, of length 1: numbers, or little-endian float32 in base64."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsageView(View):
    """The tokens that the encoder has read."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingNotesView(View):
    """What made the vectors, what the texts were taken for, and which of them were cut."""

    encoder: str
    input_type: InputType
    cut: list[int]


class EmbeddingsView(View):
    """Vectors in the order of the texts."""

    object: Literal["list"] = "list"
    data: list[EmbeddingView]
    model: str
    usage: EmbeddingUsageView
    pinakes: EmbeddingNotesView


async def embeddings(index: Index, body: EmbeddingRequest) -> EmbeddingsView:
    """The vectors of the texts. Raises NotFound without an encoder, BadInput for other dimensions.

    May be cancelled between batches.
    """
    encoder = index.encoder
    if encoder is None:
        raise NotFound(
            f"{index.manifest.collection} has no encoder: it was built with --vectors none"
        )
    record = encoder.record
    if body.dimensions not in (None, record.dimension):
        raise BadInput(
            f"dimensions: {record.name} has {record.dimension}, and no other number of them"
        )
    data: list[EmbeddingView] = []
    tokens, cut = 0, []
    for start in range(0, len(body.texts), _BATCH):
        batch = body.texts[start : start + _BATCH]
        vectors, counted = await run_in_threadpool(_encode, encoder, batch, body.input_type)
        for number, (vector, (read, is_cut)) in enumerate(
            zip(vectors, counted, strict=True), start
        ):
            data.append(EmbeddingView(index=number, embedding=_as_sent(vector, body)))
            tokens += read
            cut += [number] if is_cut else []
    return EmbeddingsView(
        data=data,
        model=body.model,
        usage=EmbeddingUsageView(prompt_tokens=tokens, total_tokens=tokens),
        pinakes=EmbeddingNotesView(encoder=record.name, input_type=body.input_type, cut=cut),
    )


def _encode(
    encoder: QuestionEncoder, texts: Sequence[str], input_type: InputType
) -> tuple[Vectors, list[tuple[int, bool]]]:
    """Vectors of shape (texts, dimension), and what ``count_tokens`` says of each text."""
    if input_type == "query":
        vectors = np.stack([encoder.encode_query(text) for text in texts])
        prefix = encoder.record.query_prefix
    else:
        vectors = encoder.encode_passages(texts)
        prefix = encoder.record.passage_prefix
    return vectors, [encoder.count_tokens(prefix + text) for text in texts]


def _as_sent(vector: Vectors, body: EmbeddingRequest) -> list[float] | str:
    if body.encoding_format == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]
