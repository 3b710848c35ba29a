"""What Open WebUI asks after each answer, in its own words: no question, no search, no model."""

import json
from typing import Any

import httpx
import openai
import pytest

from pinakes.service.http.background_prompts import background_reply
from tests.service.conftest import MakeServer
from tests.service.scripted_generator import ScriptedGenerator

HISTORY = """### Chat History:
<chat_history>
USER: When was the Rosetta Stone found?
ASSISTANT: In 1799 [1].
</chat_history>"""
TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- The title should clearly represent the main theme or subject of the conversation.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Examples:
- {{ "title": "📉 Stock Market Trends" }}
{HISTORY}"""
PLAIN_TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
Return ONLY the title text, nothing else.
{HISTORY}"""
TAGS = f"""### Task:
Generate 1-3 broad tags categorizing the main themes of the chat history.

### Output:
JSON format: {{ "tags": ["tag1", "tag2", "tag3"] }}

{HISTORY}"""
FOLLOW_UPS = f"""### Task:
Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next.
### Output:
JSON format: {{ "follow_ups": ["Question 1?", "Question 2?", "Question 3?"] }}
{HISTORY}"""
QUERIES = f"""### Task:
Analyze the chat history to determine the necessity of generating search queries.
### Output:
Strictly return in JSON format:
{{
  "queries": ["query1", "query2"]
}}

{HISTORY}"""


@pytest.mark.parametrize(
    ("prompt", "reply"),
    [
        (TITLE, {"title": "When was the Rosetta Stone found?"}),
        (TAGS, {"tags": []}),
        (FOLLOW_UPS, {"follow_ups": []}),
        (QUERIES, {"queries": []}),
    ],
)
def test_each_is_given_its_own_json(prompt: str, reply: Any) -> None:
    assert json.loads(background_reply(prompt) or "") == reply


def test_a_title_in_plain_words() -> None:
    assert background_reply(PLAIN_TITLE) == "When was the Rosetta Stone found?"
    long = background_reply(PLAIN_TITLE.replace("found?", "found" + " and moved" * 20)) or ""
    assert (len(long) <= 60, long[-1]) == (True, "…")


@pytest.mark.parametrize(
    "question",
    [
        "When was the Rosetta Stone found?",
        "### Task:\nWhen was the Rosetta Stone found?",
        "What does <chat_history> mean?",
        f"I have this prompt, what is it? {TITLE}",
    ],
)
def test_questions_are_questions(question: str) -> None:
    assert background_reply(question) is None


@pytest.mark.parametrize("stream", [False, True])
def test_the_model_is_not_asked(make_server: MakeServer, stream: bool) -> None:
    generator = ScriptedGenerator("It was 1799.")
    address = make_server(generator)
    with openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as client:
        create = client.chat.completions.create
        answer: Any = create(
            model="samplewiki", messages=[{"role": "user", "content": TAGS}], stream=stream
        )
        if stream:
            said = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
        else:
            said = answer.choices[0].message.content
            assert answer.usage.total_tokens == 0
    assert json.loads(said) == {"tags": []}
    assert generator.prompts == []


def test_in_a_conversation_it_is_what_somebody_has_written(make_server: MakeServer) -> None:
    generator = ScriptedGenerator("It was 1799.")
    messages = [{"role": "user", "content": text} for text in ("Who was Otlet?", TAGS)]
    body = {"model": "samplewiki:quote", "messages": messages}
    said = httpx.post(f"{make_server(generator)}/v1/chat/completions", json=body).json()
    assert said["pinakes"]["question"] == TAGS
