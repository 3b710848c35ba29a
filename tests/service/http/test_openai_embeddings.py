"""Embeddings as OpenAI's own client sees them, over a real server with the real encoder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from pinakes.index.library import Library
from pinakes.index.retrieval.search import Index
from pinakes.service.http.app import create_app
from pinakes.service.http.security.tokens import Tokens
from pinakes.service.settings import Settings
from tests.service.conftest import local_client
from tests.service.http.test_openai_api import serving

TEXTS = ["The Rosetta Stone was found in 1799.", "Papyrus", "🐎" * 3]


@pytest.fixture(scope="module")
def client(sample: Path) -> Iterator[openai.OpenAI]:
    with serving(sample, None) as client:
        yield client


def post(client: openai.OpenAI, **body: Any) -> Any:
    return httpx.post(f"{client.base_url}embeddings", json={"model": "samplewiki", **body}).json()


def test_vectors_are_those_of_the_collection(client: openai.OpenAI, index: Index) -> None:
    assert index.encoder is not None
    made = client.embeddings.create(model="samplewiki", input=TEXTS)
    assert [one.index for one in made.data] == [0, 1, 2]
    vectors = np.array([one.embedding for one in made.data], np.float32)
    assert np.array_equal(vectors, index.encoder.encode_passages(TEXTS))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    [alone] = client.embeddings.create(model="samplewiki:quote", input=TEXTS[1]).data
    assert alone.embedding == made.data[1].embedding


def test_many_texts_keep_their_order(client: openai.OpenAI) -> None:
    texts = [f"word {number % 3}" for number in range(70)]
    made = client.embeddings.create(model="samplewiki", input=texts)
    assert [one.index for one in made.data] == list(range(70))
    for number, one in enumerate(made.data):
        assert one.embedding == made.data[number % 3].embedding
    assert made.data[0].embedding != made.data[1].embedding


def test_numbers_and_base64_are_the_same(client: openai.OpenAI) -> None:
    """The client asks for base64 where nothing else is said."""
    packed = client.embeddings.create(model="samplewiki", input="Papyrus").data[0].embedding
    plain = post(client, input="Papyrus", encoding_format="float")["data"][0]["embedding"]
    assert isinstance(plain[0], float)
    assert np.array_equal(np.array(packed, np.float32), np.array(plain, np.float32))
    sent = post(client, input="Papyrus", encoding_format="base64")["data"][0]["embedding"]
    assert isinstance(sent, str)


def test_what_texts_are_taken_for_is_said(client: openai.OpenAI, index: Index) -> None:
    encoder: Any = index.encoder
    plain = post(client, input="Papyrus")
    assert plain["pinakes"] == {"encoder": encoder.record.name, "input_type": "passage", "cut": []}
    assert post(client, input="Papyrus", input_type="query")["pinakes"]["input_type"] == "query"


def test_prefixes_are_those_of_what_it_is_taken_for(index: Index) -> None:
    from types import SimpleNamespace

    from pinakes.service.http.openai_embeddings import _encode

    seen: list[str] = []
    encoder: Any = SimpleNamespace(
        record=SimpleNamespace(query_prefix="query: ", passage_prefix="passage: "),
        encode_query=lambda text: seen.append(f"asked {text}") or np.zeros(1),
        encode_passages=lambda texts: seen.extend(texts) or np.zeros((len(texts), 1)),
        count_tokens=lambda text: (seen.append(text) or 1, False),
    )
    _encode(encoder, ["a"], "query")
    _encode(encoder, ["a"], "passage")
    assert seen == ["asked a", "query: a", "a", "passage: a"]


def test_usage_and_what_was_cut(client: openai.OpenAI, index: Index) -> None:
    encoder: Any = index.encoder
    most = encoder.count_tokens("word " * 5_000)
    assert most[1]
    made = post(client, input=["Papyrus", "word " * 5_000])
    assert made["pinakes"]["cut"] == [1]
    short = encoder.count_tokens("Papyrus")[0]
    assert made["usage"] == {"prompt_tokens": short + most[0], "total_tokens": short + most[0]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"input": []}, "at least 1"),
        ({"input": [""]}, "an empty text has no vector"),
        ({"input": [1, 2, 3]}, "send texts, no tokens"),
        ({"input": [[1, 2, 3]]}, "send texts, no tokens"),
        ({"input": ["x"] * 257}, "at most 256"),
        ({"input": None}, "list"),
        ({"input": "x", "encoding_format": "int8"}, "float"),
        ({"input": "x", "dimensions": 7}, "and no other number of them"),
        ({"input": "x", "input_type": "title"}, "passage"),
        ({}, "required"),
    ],
)
def test_requests_that_do_not_fit(
    client: openai.OpenAI, body: dict[str, Any], message: str
) -> None:
    error = post(client, **body)["error"]
    assert message in error["message"]
    assert error["type"] == "invalid_request_error"


def test_the_right_number_of_dimensions_may_be_said(client: openai.OpenAI, index: Index) -> None:
    encoder: Any = index.encoder
    dimension = encoder.record.dimension
    made = client.embeddings.create(model="samplewiki", input="x", dimensions=dimension)
    assert len(made.data[0].embedding) == dimension


def test_a_collection_without_an_encoder(awkward: Path) -> None:
    with serving(awkward, None) as client, pytest.raises(openai.NotFoundError) as missing:
        client.embeddings.create(model="toywiki", input="x")
    assert "toywiki has no encoder" in str(missing.value)


def test_texts_are_counted_for_the_token_that_sent_them(sample: Path, tmp_path: Path) -> None:
    for path in sample.parent.iterdir():
        (tmp_path / path.name).symlink_to(path)
    secret = Tokens(tmp_path).create("friend")
    with local_client(create_app(Settings(data=tmp_path), Library(tmp_path), None)) as client:
        client.headers["authorization"] = f"Bearer {secret}"
        for texts in (TEXTS, "Papyrus", []):
            client.post("/v1/embeddings", json={"model": "samplewiki", "input": texts})
        [today] = client.get("/api/usage").json()["days"]
    assert today["embeddings"] == 4
    assert (today["searches"], today["questions"]) == (0, 0)
