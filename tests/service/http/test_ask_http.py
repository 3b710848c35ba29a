import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pinakes.service.errors import GeneratorFailed
from pinakes.service.generators.generator import Thought
from tests.service.conftest import MakeClient
from tests.service.http.checked_replies import EVENTS
from tests.service.scripted_generator import ScriptedGenerator

BIRDS = "Which satirist compared the members of the Mouseion to birds fed in a cage?"
WORDS = (
    "Timon of Phlius compared them",
    " to birds fed in a cage. [1]",
    " Horses eat violet grass [9].",
)
CHECKED = "Timon of Phlius compared them to birds fed in a cage [1]. Horses eat violet grass."


def ask(client: TestClient, question: str = BIRDS, **more: Any) -> Any:
    answer = client.post("/api/ask", json={"question": question, **more})
    assert answer.status_code == 200
    return answer.json()


def ask_events(client: TestClient, question: str = BIRDS, **more: Any) -> list[tuple[str, Any]]:
    """Name and data of each event, in order."""
    answer = client.post(
        "/api/ask",
        json={"question": question, **more},
        headers={"accept": "text/event-stream"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    return parse_events(answer.text)


def parse_events(text: str) -> list[tuple[str, Any]]:
    blocks = text.split("\n\n")
    assert blocks.pop() == ""
    events = []
    for block in blocks:
        event, data = block.split("\n")
        events.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def test_an_answer_with_its_sources(make_client: MakeClient) -> None:
    generator = ScriptedGenerator(*WORDS)
    client = make_client(generator)
    answer = ask(client)
    assert answer["question"] == BIRDS
    assert answer["text"] == CHECKED
    assert answer["model"] == "scripted"
    assert (answer["kind"], answer["mode"], answer["withheld"]) == ("answer", "answer", 0)
    assert (answer["searched"], answer["as_of"]) == ([BIRDS], "2026-11-01")
    assert (answer["collection"], answer["coverage"]) == ("samplewiki", 1.0)
    assert [
        (answer["text"][one["start"] : one["end"]], one["citations"], one["verdict"])
        for one in answer["sentences"]
    ] == [
        ("Timon of Phlius compared them to birds fed in a cage [1].", [1], "supported"),
        ("Horses eat violet grass.", [], "unsupported"),
    ]
    [citation] = answer["citations"]
    assert citation["generation"] == answer["generation"]
    assert (citation["number"], citation["title"]) == (1, "Library of Alexandria")
    assert citation["heading_path"] == ["Foundation", "The Mouseion"]
    page = client.get(f"/api/pages/{citation['page_id']}").json()
    assert page["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert "birds fed in a cage" in citation["quote"]
    assert client.get(citation["url"]).text.count('id="passage"') == 1


def test_the_model_is_given_the_passages_it_is_cited_by(make_client: MakeClient) -> None:
    generator = ScriptedGenerator(*WORDS)
    events = ask_events(make_client(generator))
    [prompt] = generator.prompts
    [sources] = [data for name, data in events if name == "sources"]
    for citation in sources["citations"]:
        assert f"[{citation['number']}] {citation['title']}" in prompt[-1].content
    assert BIRDS in prompt[-1].content


def test_events_come_in_order_and_end_with_the_same_answer(make_client: MakeClient) -> None:
    client = make_client(ScriptedGenerator(*WORDS))
    events = ask_events(client)
    assert [data["stage"] for name, data in events if name == "status"] == [
        "searching",
        "reading",
        "writing",
    ]
    names = [name for name, _ in events if name != "token"]
    assert names == [
        "status",
        "best",
        "status",
        "sources",
        "status",
        "sentence",
        "sentence",
        "done",
    ]
    assert [name for name, _ in events[5:7]] == ["token", "token"]  # before the first is finished
    best, sources, done = events[1][1], events[3][1], events[-1][1]
    assert best["quote"][slice(*best["said"])].endswith("quarrel without end over their books.")
    assert best["lead"].startswith("The Library of Alexandria was")
    assert best["collection"] == done["collection"]
    assert "".join(data["text"] for name, data in events if name == "token") == done["text"]
    checked = [data for name, data in events if name == "sentence"]
    assert [one.pop("text") for one in checked] == [
        done["text"][one["start"] : one["end"]] for one in done["sentences"]
    ]
    assert checked == done["sentences"]
    numbers = [citation["number"] for citation in sources["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    [before], [cited] = sources["citations"][:1], done["citations"]
    assert cited | {"excerpt": before["excerpt"]} == before
    said = done["sentences"][0]["source"]
    assert said["number"] == cited["number"]
    low, high = cited["excerpt"]  # what supports the answer
    assert low <= said["start"] < said["end"] <= high
    plain = ask(client)
    assert {**done, "timings": None} == {**plain, "timings": None}
    assert done["timings"]["search_s"] <= done["timings"]["first_token_s"]


def test_thoughts_are_sent_to_who_asks_for_them_and_to_nobody_else(
    make_client: MakeClient,
) -> None:
    client = make_client(ScriptedGenerator(Thought("Zebras?"), "<think>Quaggas?</think>", *WORDS))
    asked = {"question": BIRDS, "thoughts": True}
    found = parse_events(client.post("/api/ask", json=asked, headers=EVENTS).text)
    assert [data["text"] for name, data in found if name == "thought"] == ["Zebras?", "Quaggas?"]
    assert "Zebras" not in json.dumps([data for name, data in found if name != "thought"])
    chat = {"model": "samplewiki", "messages": [{"role": "user", "content": BIRDS}]}
    for reply in (
        client.post("/api/ask", json=asked),
        client.post("/api/ask?format=text", json=asked),
        client.post("/api/ask", json={"question": BIRDS}, headers=EVENTS),
        client.post("/v1/chat/completions", json=chat),
        client.post("/v1/chat/completions", json=chat | {"stream": True}),
    ):
        assert reply.status_code == 200
        assert "Timon" in reply.text
        assert not re.search("Zebras|Quaggas", reply.text)


def test_separators_and_letters_of_any_kind_come_through(make_client: MakeClient) -> None:
    words = ("One\ntwo\r\n\u2028three\x85", "data: four\n\nevent: done\n\n", "🐎 𠮷 مكتبة")
    events = ask_events(make_client(ScriptedGenerator(*words)), mode="answer")
    shown = "".join(data["text"] for name, data in events if name == "token")
    assert shown == events[-1][1]["text"]
    # But for those that belong into no text.
    said = "".join(words).replace("\r\n", "\n").replace("\x85", "")
    assert re.sub(r" \[\d\]", "", shown.partition("\n\n“")[0]) == said  # a passage follows


def test_without_a_model_a_passage_is_shown(client: TestClient) -> None:
    answer = ask(client)
    assert (answer["kind"], answer["model"]) == ("passage", None)
    assert len(answer["citations"]) == 1
    low, high = answer["likeliest"]
    assert "Timon" in answer["text"][low:high]
    for citation, sentence in zip(answer["citations"], answer["sentences"], strict=True):
        quoted = answer["text"][sentence["start"] : sentence["end"]]
        assert quoted == f"“{citation['quote']}” [{citation['number']}]"
        assert sentence["quoted"] is True
    events = ask_events(client)
    assert "".join(data["text"] for name, data in events if name == "token") == answer["text"]
    assert events[-1][1]["text"] == answer["text"]


def test_a_model_that_is_there_need_not_be_used(make_client: MakeClient) -> None:
    generator = ScriptedGenerator(*WORDS)
    answer = ask(make_client(generator), mode="quote")
    assert (answer["kind"], answer["mode"]) == ("passage", "quote")
    assert generator.prompts == []


def test_what_nothing_supports_is_withheld_where_that_is_asked_for(
    make_client: MakeClient,
) -> None:
    client = make_client(ScriptedGenerator(*WORDS, " They ate 1999 weeds."))
    answer = ask(client, strict=True)
    assert answer["text"] == CHECKED
    assert (answer["withheld"], answer["withheld_sentences"]) == (1, None)
    shown = ask(client, strict=True, withheld_sentences=True)
    assert shown["text"] == CHECKED
    weeds = {"text": "They ate 1999 weeds.", "verdict": "unsupported", "missing": ["1999"]}
    assert shown["withheld_sentences"] == [weeds]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_is_withheld_is_never_part_of_an_answer_as_text(
    make_client: MakeClient, form: str
) -> None:
    client = make_client(ScriptedGenerator(*WORDS, " They ate 1999 weeds."))
    asked = {"question": BIRDS, "strict": True, "withheld_sentences": True}
    answer = client.post(f"/api/ask?format={form}", json=asked)
    assert "Timon" in answer.text
    assert "weeds" not in answer.text


def test_nothing_found(make_client: MakeClient, awkward: Path) -> None:
    generator = ScriptedGenerator(*WORDS)
    answer = ask(make_client(generator, awkward), "xylophone zzyzx")
    assert (answer["kind"], answer["citations"], answer["nearest"]) == ("refusal", [], [])
    assert answer["searched"] == ["xylophone zzyzx"]
    elsewhere = {"text": "Xylophone zzyzx", "removed": [], "sent": False}
    assert answer["outside_question"] == elsewhere
    assert answer["text"] == (
        "This collection does not seem to hold an answer. Searched for “xylophone zzyzx”."
    )
    assert generator.prompts == []


def test_a_refusal_asks_elsewhere_without_the_asker(make_client: MakeClient, awkward: Path) -> None:
    client = make_client(ScriptedGenerator(*WORDS), awkward)
    question = "My boss Tom Hartley asks: why does zzyzx xylophone fail?"
    history = [
        {"role": "user", "content": "I am Eve. My neighbour Zara knows zzyzx."},
        {"role": "assistant", "content": "Indeed."},
    ]
    elsewhere = ask(client, question, history=history)["outside_question"]
    assert elsewhere["text"] == "Why does zzyzx xylophone fail?"
    assert [one["kind"] for one in elsewhere["removed"]] == ["clause"]
    assert ask(client, "zebrafish")["outside_question"] is None


def test_an_answer_that_nothing_supports_is_marked(make_client: MakeClient) -> None:
    answer = ask(make_client(ScriptedGenerator("Horses eat violet grass [9].")))
    assert answer["text"].startswith("Horses eat violet grass.\n\n“")
    assert answer["kind"] == "unproven"
    assert answer["sentences"][0]["verdict"] == "unsupported"


@pytest.mark.parametrize("said", [(), ("It was ", "Timon")])
def test_a_model_that_breaks_off_sends_an_error_event(
    make_client: MakeClient, said: tuple[str, ...]
) -> None:
    generator = ScriptedGenerator(*said, GeneratorFailed("the model's process was killed"))
    client = make_client(generator)
    events = ask_events(client)
    names = [name for name, _ in events if name != "status"]
    assert names == ["best", "sources", *["token"] * len(said), "error"]
    assert events[-1][1] == {
        "type": "about:blank",
        "title": "The model did not answer",
        "status": 503,
        "detail": "the model's process was killed",
    }
    assert generator.closed.is_set()
    generator.script = WORDS
    assert ask_events(client)[-1][1]["text"] == CHECKED


def test_an_error_of_the_code_itself_ends_the_events_in_words(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    events = ask_events(make_client(ScriptedGenerator("It ", RuntimeError("secret"))))
    assert events[-1][0] == "error"
    assert events[-1][1]["status"] == 500
    assert "secret" not in json.dumps(events)
    assert "RuntimeError" in caplog.text


def test_a_bad_question_is_refused_before_any_event(client: TestClient) -> None:
    answer = client.post(
        "/api/ask", json={"question": "?!"}, headers={"accept": "text/event-stream"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_scripts(make_client: MakeClient, awkward: Path) -> None:
    client = make_client(collection=awkward)
    answer = ask(client, "مكتبة الإسكندرية")
    assert answer["citations"][0]["page_id"] == 2
    assert answer["citations"][0]["quote"] in answer["text"]
