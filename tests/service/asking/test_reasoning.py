"""A model's thoughts are no answer: in every form that models have for them, however it is cut."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.service.asking.generate import ModelText
from pinakes.service.generators.generator import Sign, Thought

HARMONY = (
    "<|channel|>analysis<|message|>The user asks.<|end|><|start|>assistant"
    "<|channel|>final<|message|>It was Ventris [1].<|return|>"
)
TOOLS = (
    "<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>"
    "<|start|>assistant<|channel|>final<|message|>Yes."
)
# name, what the model wrote, what is for the reader
THOUGHTS = [
    ("a block", "<think>Hm, who?</think>\n\nIt was Ventris [1].", "It was Ventris [1]."),
    ("an empty one", "<think>\n\n</think>\n\nYes.", "Yes."),
    ("quite empty", "<think></think>Yes.", "Yes."),
    ("never closed", "<think>Hm, who? Ventris, or", ""),
    ("only its end", "Hm, who? It was he.</think>It was Ventris.", "It was Ventris."),
    ("only its end, on a line", "Hm, who\n</think>\nIt was Ventris.", "It was Ventris."),
    ("only its end, behind a quotation", 'So: "he."</think>\n\nIt was he.', "It was he."),
    ("only its end, behind a space", "So it was </think>\nIt was he.", "It was he."),
    ("both tags in prose", "It has <think> and </think>\nSo.", "It has <think> and </think> So."),
    ("nothing but its end", "</think>Yes.", "Yes."),
    ("two blocks", "<think>a</think>Yes. <think>b</think>No.", "Yes. No."),
    ("a block in a block", "<think>a <think>b</think> c.</think> Yes.", "Yes."),
    ("in the middle, never closed", "Yes.\n<think>or no", "Yes."),
    ("in capitals", "<THINK>a</Think>Yes.", "Yes."),
    ("thinking", "<thinking>a</thinking>Yes.", "Yes."),
    ("thought", "<thought>a</thought>Yes.", "Yes."),
    ("reasoning", "<reasoning>a</reasoning>Yes.", "Yes."),
    ("Seed", "<seed:think>a</seed:think>Yes.", "Yes."),
    ("Mistral", "[THINK]a[/THINK]Yes.", "Yes."),
    ("Mistral's end", "a.[/THINK]Yes.", "Yes."),
    ("Kimi", "◁think▷a◁/think▷Yes.", "Yes."),
    ("Cohere", "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>", "Yes."),
    ("Solar", "<|think|>a<|end|><|begin|>assistant<|content|>Yes.", "Yes."),
    ("Granite", "Here is my thought process: a. Here is my response: Yes.", "Yes."),
    ("Granite never gets to it", "Here is my thought process: a.", ""),
    ("Granite's words in prose", "Here is my thought on it.", "Here is my thought on it."),
    ("Granite's tags, Ernie's", "<think>a</think><response>Yes.</response>", "Yes."),
    ("Gemma", "<|channel>thought\na<channel|>Yes.", "Yes."),
    (
        "Sky",
        "<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>Yes.<|end_of_solution|>",
        "Yes.",
    ),
    ("gpt-oss", HARMONY, "It was Ventris [1]."),
    ("gpt-oss calling tools", TOOLS, "Yes."),
    ("gpt-oss never gets to it", HARMONY[:40], ""),
    ("gpt-oss bare", "analysisWe must say.assistantfinalIt was Ventris.", "It was Ventris."),
    ("gpt-oss bare, never gets to it", "analysisWe must say", ""),
    ("the answer wrapped, too", "<think>a</think><answer>Yes.</answer>", "Yes."),
    ("a tag in prose", "A <think> tag, a </think> ends it.", "A <think> tag, a </think> ends it."),
    ("a tag in quotes", "It writes “</think>” then.", "It writes “</think>” then."),
    ("a tag in code", "`<think>` and `</think>` are tags.", "`<think>` and `</think>` are tags."),
    ("HTML", "HTML has <b>, <p> and <answer>.", "HTML has <b>, <p> and <answer>."),
    ("an unknown tag begins a sentence", "So. <thinking> is no tag.", "So. <thinking> is no tag."),
    ("analysis as a word", "analysis is a word", "analysis is a word"),
    ("the beginning of a mark", "It is a<thi", "It is a<thi"),
    ("less than", "3 < 4 [1], <|", "3 < 4 [1], <|"),
]  # fmt: skip


def heard(pieces: Iterable[str | Sign | Thought], *, thinks: bool = False) -> str:
    """What is for the reader in the end."""
    text = ModelText(1_000, thinks=thinks)
    said = ""
    for piece in pieces:
        new = text.feed(piece)
        said = new.text if new.withdraws else said + new.text
    last = text.end()
    return " ".join((last.text if last.withdraws else said + last.text).split())


@pytest.mark.parametrize(
    ("raw", "text"), [case[1:] for case in THOUGHTS], ids=[case[0] for case in THOUGHTS]
)
def test_thoughts(raw: str, text: str) -> None:
    assert heard([raw]) == text
    assert heard(list(raw)) == text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Hm, ", "who?", " </think>", "It was ", "he."], "It was he."),
        (["The </think> of it ", "closes</think>Yes."], "Yes."),
        (["<think>", "a", "</think>", "Yes."], "Yes."),
        (["It was ", "he."], "It was he."),  # its server keeps thoughts apart, or there are none
        (["Hm, who", Sign.CUT_OFF], ""),  # the tokens ran out before an end came
        ([Thought("Hm."), Thought("Hm."), "It was ", "he.", Sign.CUT_OFF], "It was he."),
    ],
)
def test_a_model_whose_template_opens_its_thoughts(
    pieces: Sequence[str | Sign | Thought], text: str
) -> None:
    assert heard(pieces, thinks=True) == text


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("raw", "thinks", "thoughts"),
    [
        ("<think>Who? Ventris.</think>It was he.", False, "Who? Ventris."),
        ("[THINK]Who?[/THINK]It was he.<think>Or?</think>", False, "Who?Or?"),
        ("Who? Hm.</think>It was he.", True, "Who? Hm."),
        ("It was he.", True, ""),
        ("<think>Who?", False, "Who?"),
    ],
)
def test_what_is_taken_out_is_told(raw: str, thinks: bool, thoughts: str, whole: bool) -> None:
    text = ModelText(1_000, thinks=thinks)
    told = [text.feed(piece) for piece in ([raw] if whole else raw)]
    assert "".join(one.thought for one in [*told, text.end()]) == thoughts


def test_of_a_model_that_is_known_to_think_nothing_is_shown_too_early() -> None:
    text = ModelText(1_000, thinks=True)
    assert [text.feed(piece).text for piece in ("Hm, ", "who?")] == ["", ""]
    assert text.thinking
    assert text.feed("</think>It ").text == "It "
    assert not text.thinking


def test_ordinary_text_is_not_held_back() -> None:
    text = ModelText(1_000)
    for letter in "An answer with a < b, <b>bold</b> and [brackets], an <thing> too.":
        new = text.feed(letter)
        assert new.text or letter in "<[/thin"


def test_a_model_that_never_ends_is_cut() -> None:
    text = ModelText(10)
    assert len(text.feed("x" * 1_000_000).text) == 240
    assert text.is_full
    assert text.feed("more").text == ""


PIECES = ["<think>", "</think>", "<thinking>", "[THINK]", "[/THINK]", "<|channel|>", "final",
          "analysis", "<|message|>", "<|end|>", "<|start|>assistant", "a", " ", ". ", "\n", "<",
          "[1]", "B", "</answer>", "<answer>", "assistantfinal", "`", "\x1b[1m"]  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(
    raw=st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    cuts=st.lists(st.integers(0, 60), max_size=5),
    thinks=st.booleans(),
)
def test_however_it_is_cut(raw: str, cuts: list[int], thinks: bool) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
    whole = heard([raw], thinks=thinks)
    assert heard([raw[start:end] for start, end in pairwise(edges)], thinks=thinks) == whole
    assert heard(list(raw), thinks=thinks) == whole
