"""LlamaServerGenerator against a scripted server: every way in which a server can disappoint."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pinakes.service.errors import GeneratorError, GeneratorFailed, GeneratorUnavailable
from pinakes.service.generators.generator import ModelInfo, Sign, Thought
from pinakes.service.generators.llama_server_generator import LlamaServerGenerator
from pinakes.service.settings import GeneratorSettings
from pinakes.service.types import Message
from tests.service.generators.scripted_server import (
    STREAM_HEAD,
    Behaviour,
    ScriptedServer,
    as_event,
    as_events,
    as_json,
    chunk,
    response,
    serving,
)
from tests.yardstick import PATIENCE_S

PROPS, MODELS, CHAT = "GET /props", "GET /v1/models", "POST /v1/chat/completions"
Result = TypeVar("Result")
QUESTION = [Message("user", "What is the capital of France?")]
LLAMA_PROPS = as_json(
    {"default_generation_settings": {"n_ctx": 2048}, "model_alias": "/models/tiny.gguf"}
)
LOADING = as_json({"error": {"message": "Loading model", "code": 503}}, status=503)
GOOD = as_events(chunk(None), chunk("Par"), chunk("is."), chunk(None, "stop"), "data: [DONE]")
PLAIN = {MODELS: [as_json({"data": [{"id": "qwen"}]})]}


def generator_for(scripted: ScriptedServer, **settings: Any) -> LlamaServerGenerator:
    values = {"url": scripted.address, "timeout_s": PATIENCE_S} | settings
    return LlamaServerGenerator(GeneratorSettings(**values))


async def answer(generator: LlamaServerGenerator) -> str:
    return "".join([piece for piece in await pieces_of(generator) if isinstance(piece, str)])


async def pieces_of(generator: LlamaServerGenerator) -> list[str | Sign | Thought]:
    return [piece async for piece in generator.stream(QUESTION, 40)]


def run(scenario: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(scenario)


def ask(script: dict[str, list[Behaviour]], **settings: Any) -> tuple[str, ScriptedServer]:
    """The answer to QUESTION, and the server with the requests it got."""

    async def scenario() -> tuple[str, ScriptedServer]:
        async with serving(script) as scripted:
            generator = generator_for(scripted, **settings)
            try:
                return await answer(generator), scripted
            finally:
                await generator.aclose()

    return run(scenario())


def test_llama_server_is_asked_in_its_own_dialect() -> None:
    text, scripted = ask({PROPS: [LLAMA_PROPS], CHAT: [GOOD]})
    assert text == "Paris."
    assert scripted.lines() == [PROPS, MODELS, CHAT]
    body = scripted.requests[2].body
    assert body["messages"] == [{"role": "user", "content": "What is the capital of France?"}]
    assert (body["temperature"], body["max_tokens"], body["stream"]) == (0, 40, True)
    assert (body["cache_prompt"], body["return_progress"]) == (True, True)


STANDARD = {"model", "messages", "max_tokens", "temperature", "stream"}
UNKNOWN_FIELD = as_json({"error": {"message": "Unrecognized argument: reasoning_effort"}}, 400)


def test_servers_are_asked_for_no_thoughts() -> None:
    wanted = {"enable_thinking": False, "thinking": False, "reasoning_effort": "low"}
    _, scripted = ask({PROPS: [LLAMA_PROPS], CHAT: [GOOD]})
    body = scripted.requests[2].body
    assert body["chat_template_kwargs"] == wanted
    assert body["reasoning_format"] == "auto"
    _, scripted = ask({**PLAIN, CHAT: [GOOD]}, model="llama-8b")
    body = scripted.requests[2].body
    assert set(body) == STANDARD | {"chat_template_kwargs", "reasoning_effort"}
    assert (body["model"], body["reasoning_effort"]) == ("llama-8b", "low")
    assert body["chat_template_kwargs"] == wanted


def test_thoughts_are_asked_for_where_they_may_be() -> None:
    _, scripted = ask({**PLAIN, CHAT: [GOOD]}, thinking_tokens=500)
    body = scripted.requests[2].body
    assert "reasoning_effort" not in body
    assert body["chat_template_kwargs"] == {"enable_thinking": True, "thinking": True}


def test_how_much_is_thought_can_be_said() -> None:
    _, scripted = ask({PROPS: [LLAMA_PROPS], CHAT: [GOOD]}, thinking="low")
    body = scripted.requests[2].body
    assert body["chat_template_kwargs"]["enable_thinking"] is True
    assert body["chat_template_kwargs"]["reasoning_effort"] == "low"
    assert (body["reasoning_budget_tokens"], body["thinking_budget_tokens"]) == (1_024, 1_024)
    assert "temperature" not in body  # greedy thoughts go round in circles
    _, scripted = ask({PROPS: [LLAMA_PROPS], CHAT: [GOOD]}, thinking="on", thinking_tokens=77)
    body = scripted.requests[2].body
    assert "reasoning_effort" not in body["chat_template_kwargs"]
    assert body["reasoning_budget_tokens"] == 77
    _, scripted = ask({PROPS: [LLAMA_PROPS], CHAT: [GOOD]}, thinking="off", thinking_tokens=77)
    assert scripted.requests[2].body["reasoning_budget_tokens"] == 0


def test_words_are_chosen_as_the_settings_say() -> None:
    extra = {"min_p": 0.1, "chat_template_kwargs": {"custom": 1, "thinking": True}}
    _, scripted = ask(
        {**PLAIN, CHAT: [UNKNOWN_FIELD, GOOD]}, temperature=0.7, top_p=0.8, extra_body=extra
    )
    first, again = (one.body for one in scripted.requests if one.line == CHAT)
    for body in (first, again):
        assert (body["temperature"], body["top_p"], body["min_p"]) == (0.7, 0.8, 0.1)
    assert first["chat_template_kwargs"] == {
        "enable_thinking": False, "reasoning_effort": "low", "thinking": True, "custom": 1,
    }  # fmt: skip
    assert again["chat_template_kwargs"] == extra["chat_template_kwargs"]


def described(script: dict[str, list[Behaviour]], **settings: Any) -> list[ModelInfo]:
    """What is known of the model before an answer, and after it."""

    async def scenario() -> list[ModelInfo]:
        async with serving({CHAT: [GOOD], **script}) as scripted:
            generator = generator_for(scripted, **settings)
            before = await generator.describe()
            await answer(generator)
            after = await generator.describe()
            await generator.aclose()
            return [before, after]

    return run(scenario())


def test_the_speed_of_reading_is_what_llama_server_says() -> None:
    timings = {"prompt_n": 800, "prompt_ms": 400.0, "predicted_n": 2}
    said = as_events(chunk("Paris."), chunk(None, "stop") | {"timings": timings}, "data: [DONE]")
    before, after = described({PROPS: [LLAMA_PROPS], CHAT: [said]})
    assert (before.reads_per_s, after.reads_per_s) == (None, 2_000)
    # Of a prompt that was known already nothing can be told.
    timings["prompt_n"] = 3
    said = as_events(chunk("Paris."), chunk(None, "stop") | {"timings": timings}, "data: [DONE]")
    assert described({PROPS: [LLAMA_PROPS], CHAT: [said]})[1].reads_per_s is None


def test_the_speed_of_reading_is_measured_where_a_server_does_not_say() -> None:
    async def scenario() -> float | None:
        async with serving({**PLAIN, CHAT: [GOOD]}) as scripted:
            generator = generator_for(scripted)
            long = [Message("user", "So " * 3_000)]
            assert [piece async for piece in generator.stream(long, 40)]
            speed = (await generator.describe()).reads_per_s
            await generator.aclose()
            return speed

    speed = run(scenario())
    assert speed is not None
    assert speed > 0


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("qwen2.5:0.5b", 500_000_000),
        ("SmolLM2-135M-Instruct", 135_000_000),
        ("Qwen3-30B-A3B-Instruct", 30_000_000_000),
        ("gpt-oss-20b", 20_000_000_000),
        ("mixtral-8x7b", None),
        ("mistral-large", None),
    ],
)
def test_a_server_that_does_not_say_how_large_a_model_is(name: str, parameters: int | None) -> None:
    info = described({MODELS: [as_json({"data": [{"id": name}]})]})[0]
    assert info.parameters == parameters
    assert info.small is (parameters is not None and parameters < 3_000_000_000)


@pytest.mark.parametrize("name", ["max_model_len", "max_context_length", "context_length"])
def test_the_context_is_the_one_that_a_server_lists(name: str) -> None:
    listed = {MODELS: [as_json({"data": [{"id": "other"}, {"id": "qwen", name: 32_768}]})]}
    assert described(listed, model="qwen")[0].context_tokens == 32_768
    assert described(PLAIN, context_tokens=8_192)[0].context_tokens == 8_192


@pytest.mark.parametrize("first", [{PROPS: [LLAMA_PROPS]}, PLAIN], ids=["llama-server", "plain"])
def test_a_server_that_refuses_a_field_is_asked_without_it(
    first: dict[str, list[Behaviour]],
) -> None:
    async def scenario() -> None:
        async with serving({**first, CHAT: [UNKNOWN_FIELD, GOOD]}) as scripted:
            generator = generator_for(scripted)
            assert await answer(generator) == "Paris."
            assert await answer(generator) == "Paris."  # and now it is known
            bodies = [one.body for one in scripted.requests if one.line == CHAT]
            assert ["chat_template_kwargs" in body for body in bodies] == [True, False, False]
            assert all("reasoning_effort" not in body for body in bodies[1:])
            await generator.aclose()

    run(scenario())


def test_a_field_is_refused_in_other_words_too() -> None:
    refusal = as_json({"detail": [{"msg": "Extra inputs are not permitted"}]}, 422)
    assert ask({**PLAIN, CHAT: [refusal, GOOD]})[0] == "Paris."


def thought(text: str, name: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {name: text}, "finish_reason": None}]}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thoughts_that_a_server_keeps_apart_are_no_text(name: str) -> None:
    events = as_events(thought("Let me", name), chunk("Paris."), chunk(None, "length"))

    async def scenario() -> None:
        async with serving({**PLAIN, CHAT: [events]}) as scripted:
            generator = generator_for(scripted)
            assert await pieces_of(generator) == [Thought("Let me"), "Paris.", Sign.CUT_OFF]
            await generator.aclose()

    run(scenario())


def test_content_may_come_in_parts() -> None:
    """As Mistral's servers send it."""

    def parts(*content: dict[str, Any]) -> dict[str, Any]:
        return {"choices": [{"index": 0, "delta": {"content": list(content)}}]}

    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me"}]}
    said = {"type": "text", "text": "Paris."}
    events = as_events(parts(thinking), parts(said), chunk(None, "stop"))

    async def scenario() -> None:
        async with serving({**PLAIN, CHAT: [events]}) as scripted:
            generator = generator_for(scripted)
            assert await pieces_of(generator) == [Thought("Let me"), "Paris."]
            await generator.aclose()

    run(scenario())


def test_thoughts_alone_are_no_failure() -> None:
    assert ask({**PLAIN, CHAT: [as_events(chunk(None, "length"))]})[0] == ""


@pytest.mark.parametrize(
    ("model", "thinks"),
    [
        ("deepseek-r1:7b", True),
        ("Qwen/QwQ-32B", True),
        ("Qwen3-30B-A3B-Thinking-2507", True),
        ("deepseek-reasoner", True),
        ("Llama-3.1-8B-Instruct", False),
        ("Mistr1-thinker2", False),
    ],
)
def test_models_that_think_are_known_by_name(model: str, thinks: bool) -> None:
    async def scenario() -> None:
        async with serving(PLAIN) as scripted:
            generator = generator_for(scripted, model=model)
            assert (await generator.describe()).thinks is thinks
            await generator.aclose()

    run(scenario())


def test_models_that_think_are_known_by_their_template() -> None:
    async def scenario(prompt: str) -> bool:
        script: dict[str, list[Behaviour]] = {
            PROPS: [LLAMA_PROPS],
            "POST /apply-template": [as_json({"prompt": prompt})],
            "POST /tokenize": [as_json({"tokens": [1, 2, 3]})],
        }
        async with serving(script) as scripted:
            generator = generator_for(scripted)
            assert await generator.count_tokens(QUESTION) == 3
            thinks = (await generator.describe()).thinks
            await generator.aclose()
            return thinks

    assert run(scenario("<|im_start|>assistant\n<think>\n"))
    assert not run(scenario("<|im_start|>assistant\n<think>\n\n</think>\n\n"))


def test_what_a_server_says_of_itself_is_put_on_one_line() -> None:
    name = as_json({"data": [{"id": "evil\x1b]0;owned\x07\u202e\nmodel\ud800" + "x" * 500}]})

    async def scenario() -> None:
        refusal = as_json({"error": {"message": "no\x1b[31m way\x9b2J\nat\u202eall"}}, 500)
        async with serving({MODELS: [name], CHAT: [refusal]}) as scripted:
            generator = generator_for(scripted)
            shown = (await generator.describe()).name
            assert shown.startswith("evil model x")
            assert len(shown) == 120
            with pytest.raises(GeneratorFailed, match=r"HTTP 500: no way at all$"):
                await answer(generator)
            await generator.aclose()

    run(scenario())


def test_describe_names_model_and_context() -> None:
    async def scenario(script: dict[str, list[Behaviour]]) -> ModelInfo:
        async with serving(script) as scripted:
            generator = generator_for(scripted, context_tokens=1234)
            try:
                return await generator.describe()
            finally:
                await generator.aclose()

    assert run(scenario({PROPS: [LLAMA_PROPS]})) == ModelInfo("tiny", 2048)
    assert run(scenario(PLAIN)) == ModelInfo("qwen", 1234)


def test_a_unix_socket_a_path_ending_in_v1_and_the_key(tmp_path: Path) -> None:
    async def scenario() -> None:
        script: dict[str, list[Behaviour]] = {**PLAIN, CHAT: [GOOD]}
        async with serving(script, tmp_path / "llama.sock") as scripted:
            generator = generator_for(scripted, api_key="secret")
            assert await answer(generator) == "Paris."
            await generator.aclose()
            keys = {request.headers["authorization"] for request in scripted.requests}
            assert keys == {"bearer secret"}
        async with serving(script) as scripted:
            generator = generator_for(scripted, url=scripted.address + "/v1/")
            assert await answer(generator) == "Paris."
            await generator.aclose()

    run(scenario())


def test_proxy_variables_carry_no_question_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert ask({**PLAIN, CHAT: [GOOD]})[0] == "Paris."


def test_a_model_that_is_loading_is_waited_for() -> None:
    text, scripted = ask({PROPS: [LOADING, LOADING, LLAMA_PROPS], CHAT: [LOADING, GOOD]})
    assert text == "Paris."
    assert scripted.lines() == [PROPS, PROPS, PROPS, MODELS, CHAT, CHAT]


ALL_KINDS_OF_EVENTS = as_events(
    ": ping",
    "event: message",
    {"choices": [], "prompt_progress": {"processed": 64}},
    chunk("a\u2028b\u0085c 巴黎 🗼"),
    chunk(None, "stop"),
)


CR_LF = response(
    200,
    b'data: {"choices":[{"delta":{"content":"x"}}]}\r\n\r\ndata: [DONE]\r\n',
    "text/event-stream",
)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (ALL_KINDS_OF_EVENTS, "a\u2028b\u0085c 巴黎 🗼"),
        (as_events(chunk("cut at the limit", "length")), "cut at the limit"),
        (as_events(chunk("no reason given"), "data: [DONE]"), "no reason given"),
        (as_events(chunk(None, "stop"), "data: [DONE]"), ""),
        (CR_LF, "x"),
    ],
)
def test_event_streams(events: bytes, expected: str) -> None:
    assert ask({**PLAIN, CHAT: [events]})[0] == expected


def test_events_may_arrive_byte_by_byte() -> None:
    async def dribble(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM_HEAD)
        for event in (chunk("Par"), chunk("ís"), chunk(None, "stop")):
            for byte in as_event(event):
                writer.write(bytes([byte]))
                await writer.drain()

    assert ask({**PLAIN, CHAT: [dribble]})[0] == "París"


async def cut_off(writer: asyncio.StreamWriter) -> None:
    """Half an answer, in the chunked coding, then the connection is dropped."""
    head = STREAM_HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked")
    event = as_event(chunk("Par"))
    writer.write(head + f"{len(event):x}\r\n".encode() + event + b"\r\n")
    await writer.drain()
    writer.transport.abort()


async def fall_silent(writer: asyncio.StreamWriter) -> None:
    """One piece, then only comments that keep the connection alive."""
    writer.write(STREAM_HEAD + as_event(chunk("Par")))
    while not writer.is_closing():
        writer.write(b": ping\n\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(600)


HTML = response(200, b"<!doctype html><title>Router login</title>", "text/html")
FULL_UP = as_json({"error": {"message": "request (9000 tokens)\n exceeds"}}, status=400)
WRONG_KEY = as_json({"error": {"message": "Invalid API Key"}}, status=401)
NO_MODEL = as_json({"error": "model 'x' not found"}, status=404)


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ({PROPS: [WRONG_KEY]}, GeneratorUnavailable, "Invalid API Key.*GENERATOR__API_KEY"),
        ({MODELS: [WRONG_KEY]}, GeneratorUnavailable, "Invalid API Key.*GENERATOR__API_KEY"),
        ({PROPS: [HTML], MODELS: [HTML]}, GeneratorUnavailable, "does not list .*GENERATOR__URL"),
        ({}, GeneratorUnavailable, "does not list its models"),
        ({PROPS: [LOADING]}, GeneratorUnavailable, "not ready .*Loading model"),
        ({PROPS: [say_nothing]}, GeneratorUnavailable, "did not answer within 0.5 s"),
        ({**PLAIN, CHAT: [NO_MODEL]}, GeneratorUnavailable, "'x' not found.*GENERATOR__MODEL"),
        ({**PLAIN, CHAT: [FULL_UP]}, GeneratorFailed, r"400: request \(9000 tokens\) exceeds"),
        ({**PLAIN, CHAT: [HTML]}, GeneratorFailed, "answers text/html"),
        ({**PLAIN, CHAT: [as_events("data: {")]}, GeneratorFailed, "not JSON"),
        ({**PLAIN, CHAT: [as_events(chunk("Par"))]}, GeneratorFailed, "broke off"),
        ({**PLAIN, CHAT: [cut_off]}, GeneratorFailed, "broke off"),
        ({**PLAIN, CHAT: [fall_silent]}, GeneratorFailed, "silent for 0.5 s"),
        (
            {**PLAIN, CHAT: [as_events({"error": {"message": "out of memory"}})]},
            GeneratorFailed,
            "failed: out of memory",
        ),
        (
            {**PLAIN, CHAT: [as_events('error: {"message": "slot lost"}')]},
            GeneratorFailed,
            "failed: slot lost",
        ),
    ],
)
def test_trouble_becomes_one_clear_line(
    script: dict[str, list[Behaviour]], error: type[GeneratorError], words: str
) -> None:
    with pytest.raises(GeneratorError, match=words) as caught:
        ask(script, timeout_s=0.5 if "0.5 s" in words or "not ready" in words else PATIENCE_S)
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http", "unix"])
def test_nobody_at_the_address(tmp_path: Path, scheme: str) -> None:
    async def scenario() -> None:
        async with serving({}, tmp_path / "gone.sock" if scheme == "unix" else None) as scripted:
            pass
        generator = generator_for(scripted)
        with pytest.raises(GeneratorUnavailable, match="PINAKES_GENERATOR__URL") as caught:
            await answer(generator)
        assert scripted.address in str(caught.value)
        await generator.aclose()

    run(scenario())


def test_after_trouble_the_next_request_works() -> None:
    async def scenario() -> None:
        script: dict[str, list[Behaviour]] = {**PLAIN, CHAT: [cut_off, GOOD]}
        async with serving(script) as scripted:
            generator = generator_for(scripted)
            with pytest.raises(GeneratorFailed):
                await answer(generator)
            assert await answer(generator) == "Paris."
            await generator.aclose()

    run(scenario())


def test_closing_the_iterator_closes_the_connection() -> None:
    async def scenario() -> None:
        async with serving({**PLAIN, CHAT: [fall_silent]}) as scripted:
            generator = generator_for(scripted)
            pieces = generator.stream(QUESTION, 40)
            assert await anext(pieces) == "Par"
            assert not scripted.closed_by_client.is_set()
            await pieces.aclose()
            await asyncio.wait_for(scripted.closed_by_client.wait(), PATIENCE_S)
            await generator.aclose()

    run(scenario())


def test_cancelling_the_consumer_closes_the_connection() -> None:
    async def scenario() -> None:
        async with serving({**PLAIN, CHAT: [fall_silent]}) as scripted:
            generator = generator_for(scripted)
            consumer = asyncio.create_task(answer(generator))
            while CHAT not in scripted.lines():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            consumer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await consumer
            await asyncio.wait_for(scripted.closed_by_client.wait(), PATIENCE_S)
            await generator.aclose()

    run(scenario())


def test_without_a_tokenizer_the_count_is_an_upper_estimate() -> None:
    async def scenario() -> None:
        async with serving(PLAIN) as scripted:
            generator = generator_for(scripted)
            english = [Message("user", "The Pinakes was the catalogue of the library. " * 20)]
            assert 280 < await generator.count_tokens(english) < 350  # SmolLM2 counts 201
            chinese = [Message("user", "亚历山大图书馆" * 20)]
            assert await generator.count_tokens(chinese) >= 140  # characters
            assert await generator.count_tokens([Message("user", "\ud800")]) > 0
            await generator.aclose()

    run(scenario())


def test_an_old_llama_server_without_templates_is_estimated_too() -> None:
    async def scenario() -> None:
        async with serving({PROPS: [LLAMA_PROPS]}) as scripted:
            generator = generator_for(scripted)
            assert await generator.count_tokens(QUESTION) >= len(QUESTION[0].content) // 3
            await generator.aclose()

    run(scenario())


def test_a_lone_surrogate_in_a_question_is_sent_as_json() -> None:
    async def scenario() -> None:
        async with serving({**PLAIN, CHAT: [GOOD]}) as scripted:
            generator = generator_for(scripted)
            pieces = [piece async for piece in generator.stream([Message("user", "\udc80?")], 9)]
            assert pieces == ["Par", "is."]
            await generator.aclose()

    run(scenario())
