"""The Responses API as OpenAI's own client sees it, over a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response

from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Sign
from tests.service.conftest import make_app, running
from tests.service.http.test_openai_api import BORNE_OUT, QUESTION, WORDS, serving
from tests.service.scripted_generator import ScriptedGenerator

GENERATOR = ScriptedGenerator(*WORDS)


@pytest.fixture(scope="module")
def client(sample: Path) -> Iterator[openai.OpenAI]:
    with serving(sample, GENERATOR) as client:
        yield client


def ask(client: openai.OpenAI, **more: Any) -> Any:
    return client.responses.create(**{"model": "samplewiki", "input": QUESTION, **more})


def test_an_answer_with_its_annotations(client: openai.OpenAI) -> None:
    answer: Response = ask(client)
    assert (answer.status, answer.error, answer.incomplete_details) == ("completed", None, None)
    assert answer.output_text.startswith("🐎 In July 1799 French soldiers")
    [message] = answer.output
    [part] = message.content  # type: ignore[union-attr]
    marked = [one.model_dump() for one in part.annotations]  # type: ignore[union-attr]
    assert len(marked) >= 2
    for one in marked:
        assert one["type"] == "url_citation"
        assert answer.output_text[one["start_index"] : one["end_index"]][0] == "["
        assert 'id="passage"' in httpx.get(one["url"], follow_redirects=True).text
    whole = answer.model_extra["pinakes"]  # type: ignore[index]
    assert whole["text"] == answer.output_text
    assert answer.usage is not None
    assert answer.usage.input_tokens == whole["prompt_tokens"] > 100
    assert answer.usage.total_tokens == answer.usage.input_tokens + len(WORDS)


def test_a_stream_is_the_same_answer(client: openai.OpenAI) -> None:
    whole: Response = ask(client)
    events = list(ask(client, stream=True))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type.endswith("text.delta"))
    assert text == events[-4].text == whole.output_text == events[-1].response.output_text
    marked = [event for event in events if event.type.endswith("annotation.added")]
    assert [event.annotation_index for event in marked] == list(range(len(marked)))
    [part] = whole.output[0].content  # type: ignore[union-attr]
    annotations = [one.model_dump() for one in part.annotations]  # type: ignore[union-attr]
    assert [event.annotation.model_dump() for event in marked] == annotations != []
    assert kinds.index("response.output_text.annotation.added") < kinds.index(
        "response.output_text.done"
    )
    ids = {event.item_id for event in events if hasattr(event, "item_id")}
    assert ids == {events[-1].response.output[0].id}
    assert events[0].response.id == events[-1].response.id
    assert events[-1].response.usage == whole.usage


def test_the_clients_own_helper_follows_it(client: openai.OpenAI) -> None:
    with client.responses.stream(model="samplewiki", input=QUESTION) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text.startswith("🐎 In July 1799")


def test_messages_with_a_conversation(client: openai.OpenAI) -> None:
    answer: Response = ask(
        client,
        instructions="Talk like a pirate.",
        input=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "input_text", "text": "What is the Rosetta"}]},
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "A stele [1].", "annotations": []}],
            },
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"role": "user", "content": QUESTION},
        ],
    )
    assert answer.model_extra["pinakes"]["question"] == QUESTION  # type: ignore[index]


@pytest.mark.parametrize(
    ("request_", "param", "message"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id", "no response is kept here"),
        ({"conversation": "conv_1"}, "conversation", "no response is kept here"),
        ({"background": True}, "background", "wait for the answer"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input", "no response is kept here"),
        ({"input": []}, "input", "at least 1"),
        ({"input": 3}, "input", "list"),
        ({"input": ""}, "input", "empty"),
        ({"input": [{"role": "system", "content": "x"}]}, "input", "no message of the user"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
            "input.0.content",
            "no part of type input_image",
        ),
        ({"tool_choice": "required"}, "tool_choice", "calls no tools"),
        ({"extra_body": {"pinakes": {"mode": "essay"}}}, "pinakes.mode", "quote"),
    ],
)
def test_requests_that_do_not_fit(
    client: openai.OpenAI, request_: dict[str, Any], param: str, message: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=message) as wrong:
        ask(client, **request_)
    assert wrong.value.param == param


def test_no_such_model(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        ask(client, model="gpt-5")
    assert missing.value.code == "model_not_found"


def test_by_the_way_of_its_model(client: openai.OpenAI) -> None:
    before = len(GENERATOR.prompts)
    answer: Response = ask(client, model="samplewiki:quote")
    assert answer.model_extra["pinakes"]["kind"] == "passage"  # type: ignore[index]
    assert len(GENERATOR.prompts) == before


def test_cut_off_and_broken_off(sample: Path) -> None:
    generator = ScriptedGenerator(*BORNE_OUT, Sign.CUT_OFF)
    with serving(sample, generator) as client:
        cut: Response = ask(client)
        assert (cut.status, cut.incomplete_details) != ("completed", None)
        assert cut.incomplete_details is not None
        assert cut.incomplete_details.reason == "max_output_tokens"
        assert list(ask(client, stream=True))[-1].type == "response.incomplete"
        generator.script = (*BORNE_OUT, GeneratorFailed("the model's process was killed"))
        *_, before, last = list(ask(client, stream=True))
        assert (last.type, last.code) == ("error", "server_error")
        assert "was killed" in last.message
        assert last.sequence_number == before.sequence_number + 1
        with pytest.raises(openai.InternalServerError, match="was killed"):
            ask(client)


def test_a_token_for_reading_does_not_ask(sample: Path) -> None:
    """As everywhere else: chat, /api/ask and the tool; nor has it texts encoded."""
    from pinakes.service.http.security.tokens import Tokens

    app = make_app(sample)
    tokens = Tokens(sample.parent)
    secret = tokens.create("reader", "read")
    try:
        with (
            running(app) as address,
            openai.OpenAI(base_url=f"{address}/v1", api_key=secret, max_retries=0) as client,
        ):
            with pytest.raises(openai.PermissionDeniedError):
                ask(client)
            with pytest.raises(openai.PermissionDeniedError, match="need one with the scope ask"):
                client.embeddings.create(model="samplewiki", input="papyrus")
            assert client.models.list().data
    finally:
        tokens.revoke("reader")
