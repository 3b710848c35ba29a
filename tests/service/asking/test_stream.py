"""The text of a model cut into sentences, whole, letter by letter and anyhow: always the same.

Through AnswerWriter, so that what is shown on the way is the text in the end.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinakes.service.asking.answer_writer import AnswerWriter
from pinakes.service.asking.draft import Draft
from pinakes.service.asking.events import AnswerEvent
from pinakes.service.asking.stream import (
    LONGEST_SENTENCE,
    FinishedSentence,
    SentenceStream,
)
from pinakes.service.reading.entailment import Support
from pinakes.service.types import AnswerMode, AnswerRequest, Verdict
from tests.service.asking.answers import assert_sentences_are_slices, shown
from tests.yardstick import assert_in_proportion

# name, what the model wrote, what is shown
MARKS = [
    ("a valid mark stays", "Kings planned it [1].", "Kings planned it [1]."),
    ("an unknown mark goes", "Horses eat grass [7].", "Horses eat grass."),
    ("zero is no passage", "Horses eat grass [0].", "Horses eat grass."),
    ("valid among unknown", "Kings planned it [7][1][9].", "Kings planned it [1]."),
    ("the same mark twice", "Kings planned it [1] [1].", "Kings planned it [1]."),
    ("a list", "Kings planned it [1, 2].", "Kings planned it [1] [2]."),
    ("a list with semicolons", "Kings planned it [2;1].", "Kings planned it [2] [1]."),
    ("a range", "Kings planned it [1-3].", "Kings planned it [1] [2] [3]."),
    ("a range with a dash", "Kings planned it [1–2].", "Kings planned it [1] [2]."),
    ("a range beyond reason", "Kings planned it [1-99].", "Kings planned it [1]."),
    ("source in brackets", "Kings planned it (source 2).", "Kings planned it [2]."),
    ("source with a colon", "Kings planned it [Source: 2].", "Kings planned it [2]."),
    ("two sources", "Kings planned it (sources 1 and 2).", "Kings planned it [1] [2]."),
    ("passage", "Kings planned it [passage 3].", "Kings planned it [3]."),
    ("like a footnote", "Kings planned it [^2].", "Kings planned it [2]."),
    ("East Asian brackets", "Kings planned it【2】.", "Kings planned it [2]."),
    ("a number in round brackets is no mark", "Kings (2) planned it.", "Kings (2) planned it."),
    ("a year in brackets is no mark", "Horses [1998] eat grass.", "Horses [1998] eat grass."),
    ("a Markdown link is no mark", "See [1](there) for all.", "See ［1］(there) for all."),
    ("a half-open interval is no mark", "It is in [0, 1).", "It is in [0, 1)."),
    ("each with its name", "Kings planned it [Source 1, Source 2].", "Kings planned it [1] [2]."),
    ("no space before the mark", "Kings planned it[1].", "Kings planned it [1]."),
    ("inside the sentence", "Kings [1] planned it.", "Kings planned it [1]."),
    ("after the full stop", "Kings planned it. [1]", "Kings planned it [1]."),
    ("after two stops", "He came. [1] She went. [2]", "He came [1]. She went [2]."),
    ("between two without space", "He came.[1]She went.[2]", "He came [1]. She went [2]."),
    ("several after the stop", "He came. [1] [2]\nShe went.", "He came [1] [2].\nShe went."),
    ("at the beginning of a line", "He came.\n[2] She went.", "He came.\nShe went [2]."),
    ("before a word", "Kings [1]planned it.", "Kings planned it [1]."),
    ("several stops", "He came... [1] She went?! [2]", "He came [1]... She went [2]?!"),
    ("a space before the stop", "Est-il là ? [1]", "Est-il là [1] ?"),
    ("alone on the next line", "Kings planned it.\n\n[1]", "Kings planned it [1]."),
    ("before each sentence", "[1] He came. [2] She went.", "He came [1]. She went [2]."),
    ("after a quotation", '"It is so." [2] He went [1].', '"It is so [2]." He went [1].'),
    ("after a question", "Did kings plan it? [1]", "Did kings plan it [1]?"),
    ("no stop at all", "Kings planned it [1]", "Kings planned it [1]"),
    ("lines stay lines", "- He came [1]\n- She went [2]", "- He came [1]\n- She went [2]"),
    ("an abbreviation ends nothing", "It was c. Easter [1].", "It was c. Easter [1]."),
    ("cut off in the mark", "Kings planned it [1", "Kings planned it [1]"),
    ("cut off before the mark", "Kings planned it [", "Kings planned it"),
    ("cut off in round brackets", "Kings planned it (so", "Kings planned it (so"),
    ("decoration", "***\nHe came [1].\n---\nShe went [2].", "He came [1].\nShe went [2]."),
    ("quoted Japanese", "「これは文。」[1]次の文。", "「これは文 [1]。」次の文。"),
    ("Hindi", "यह वाक्य है। [1]", "यह वाक्य है [1]।"),
    ("Japanese", "これは文。[1]次の文。[2]", "これは文 [1]。次の文 [2]。"),
    ("Arabic", "كانت مكتبة كبيرة [1].", "كانت مكتبة كبيرة [1]."),
    ("marks without words", "[1] [2].", ""),
    ("only stops", "...", ""),
    ("nothing", " \n ", ""),
]


@dataclass
class KnownNumbers:
    """Believes every mark that names one of three sources; ``agrees`` as a reader does, or not."""

    agrees: bool = False

    def check(self, words: str, numbers: Sequence[int]) -> Support:
        cited = tuple(dict.fromkeys(number for number in numbers if number in (1, 2, 3)))
        verdict: Verdict = "supported" if cited else "unsupported"
        return Support(cited, verdict, float(bool(cited)), agrees=self.agrees)


def write(
    pieces: Sequence[str],
    *,
    strict: bool = False,
    mode: AnswerMode = "answer",
    prose: bool = True,
    answers: bool = True,
    agrees: bool = False,
) -> tuple[Draft, list[AnswerEvent]]:
    """The draft and the events after these pieces; at its end what was shown is its text."""
    anything: Any = None
    draft = Draft(anything, AnswerRequest("Who?", mode=mode), "Who?", 0.0)
    sources: Any = tuple(SimpleNamespace(number=number, title="") for number in (1, 2, 3))
    draft.citations = sources
    checker: Any = KnownNumbers(agrees)

    def answering(*_: str, is_agreed: bool) -> bool:
        return answers or is_agreed

    writer = AnswerWriter(draft, checker, answering, strict=strict, trusted=not strict)

    async def collect() -> list[AnswerEvent]:
        events = []
        for piece in pieces:
            events += [event async for event in writer.write(piece)]
            if writer.is_done:
                break
        return events + [event async for event in writer.end()]

    events = asyncio.run(collect())
    assert shown(events) == draft.text
    assert_sentences_are_slices(events, draft.text, prose=prose)
    return draft, events


@pytest.mark.parametrize("agrees", [True, False])
def test_whether_a_reader_finds_the_same_counts_for_whether_it_answers(agrees: bool) -> None:
    [sentence] = write(["Kings planned it [1]."], answers=False, agrees=agrees)[0].sentences
    assert sentence.answers == agrees


@pytest.mark.parametrize(("raw", "text"), [case[1:] for case in MARKS], ids=[c[0] for c in MARKS])
def test_marks(raw: str, text: str) -> None:
    assert write([raw])[0].text == text
    assert write(list(raw))[0].text == text


def test_sentences_and_what_each_cites() -> None:
    raw = (
        "The library was planned under Ptolemy [1]. Horses eat grass [9]. "
        "Clay type came in 1040 [1][2]. 𠮷 café 🐎 [3]!"
    )
    draft, _ = write([raw])
    assert [(draft.text[one.start : one.end], one.citations) for one in draft.sentences] == [
        ("The library was planned under Ptolemy [1].", (1,)),
        ("Horses eat grass.", ()),
        ("Clay type came in 1040 [1] [2].", (1, 2)),
        ("𠮷 café 🐎 [3]!", (3,)),
    ]


# name, what the model wrote, what is shown where that is another, and what of it are sentences
MARKDOWN = [
    (
        "a table",
        "He came [1].\n\n| River | km |\n|---|--:|\n| Rhine | 1,230 [1] |\n\nShe went [2].",
        None,
        ["He came [1].", "She went [2]."],
    ),
    ("a table alone", "| a | b |\n|---|---|\n| c. D | e |", None, []),
    (
        "marks in a table stay where they are, those of no source go",
        "| Rhine [7] | 1,230 [1, 2] | [source 3] |\n",
        "| Rhine | 1,230 [1][2] | [3] |",
        [],
    ),
    ("a row that broke off", "| a | b |\n| c | d", None, []),
    ("bars in prose", "|x| is the value of x [1].", None, ["|x| is the value of x [1]."]),
    (
        "code",
        "So:\n\n```python\ndef f(x):\n    if x[1]:\n\n        return x[0]\n}\n}\n```\nHe came.",
        "So:\n\n```python\ndef f(x):\n    if x[1]:\n\n        return x[0]\n}\n}\n```\nHe came.",
        ["So:", "He came."],
    ),
    ("code between waves", "~~~\n[1] a. B\n```\n~~~\nHe came.", None, ["He came."]),
    ("code that broke off is ended", "```\na[1]\nb", "```\na[1]\nb\n```", []),
    ("an inner fence", "````\n```\nx\n```\n````\nHe came.", None, ["He came."]),
    ("code in a sentence", "Take `a[1]. B` [2].", None, ["Take `a[1]. B` [2]."]),
    ("a lone backtick", "He came ` so [1].", None, ["He came ` so [1]."]),
    ("a formula", "$$\nx = a[1]. B\n$$\nHe came.", None, ["He came."]),
    ("a formula in brackets", "\\[ x = a_1 \\]\nHe came.", None, ["He came."]),
    ("an environment", "\\begin{align}\nx &= 1 \\\\\n\\end{align}\nHe came.", None, ["He came."]),
    (
        "formulas in a sentence",
        "So $a. B[1]$ is \\(c. D\\) [1].",
        None,
        ["So $a. B[1]$ is \\(c. D\\) [1]."],
    ),
    ("a formula that goes on", "$$x$$ is so [1].", None, ["$$x$$ is so [1]."]),
    ("dollars are money", "It is $5. Then $6 [1].", None, ["It is $5.", "Then $6 [1]."]),
    (
        "a heading",
        "# Rivers\n\nHe came [1].\n## More\nShe went.",
        None,
        ["He came [1].", "She went."],
    ),
    ("a bold heading", "**Rivers:**\n- He came [1]", None, ["- He came [1]"]),
    ("a bold word", "**Bi Sheng** came [1].", None, ["**Bi Sheng** came [1]."]),
    ("no heading", "#1 is so [1].", None, ["#1 is so [1]."]),
    (
        "a list in a list",
        "1. He came [1].\n   - She went [2].\n2. It was so.",
        None,
        ["1. He came [1].", "- She went [2].", "2. It was so."],
    ),
]


@pytest.mark.parametrize(
    ("raw", "text", "sentences"), [case[1:] for case in MARKDOWN], ids=[c[0] for c in MARKDOWN]
)
@pytest.mark.parametrize("strict", [False, True], ids=["marked", "strict"])
def test_markdown_stays_whole(
    raw: str, text: str | None, sentences: list[str], strict: bool
) -> None:
    claims = [*sentences, *re.findall(r"^\|.*$", raw, re.MULTILINE)]
    if strict and not all("[" in claim for claim in claims):
        return  # what cites nothing is withheld
    for pieces in ([raw], list(raw)):
        draft, _ = write(pieces, strict=strict, prose=False)
        assert draft.text == (raw if text is None else text)
        assert [draft.text[one.start : one.end] for one in draft.sentences] == sentences


def test_what_claims_nothing_is_told_apart() -> None:
    raw = "# A\nHe came. [1]\n| a [2] |\n```\n[1]\n```\n$$x$$\n"
    stream = SentenceStream()
    found = stream.feed(raw) + stream.end()
    assert [(one.kind, one.is_claim, one.numbers) for one in found] == [
        ("heading", False, ()),
        ("sentence", True, (1,)),
        ("table", False, (2,)),
        *[("code", False, ())] * 3,
        ("formula", False, ()),
    ]


def test_a_source_named_in_a_table_alone_is_cited() -> None:
    draft, _ = write(["| Rhine | 1,230 km [2] | [9] |\n"])
    assert draft.marked == {2}


TABLE = "| River | km |\n|---|--:|\n| Rhine | 1,230 [1] |\n| Elbe | 9 |\n| Oder | 840 [2] |\n"


def test_strictly_a_row_that_no_source_says_is_withheld() -> None:
    draft, _ = write([TABLE], strict=True)
    assert draft.text == "| River | km |\n|---|--:|\n| Rhine | 1,230 [1] |\n| Oder | 840 [2] |"
    assert draft.withheld == 1


def test_otherwise_all_rows_are_shown() -> None:
    draft, _ = write(list(TABLE))
    assert draft.text == TABLE.rstrip()
    assert draft.withheld == 0


def test_a_formula_without_an_end_ends_all_the_same() -> None:
    """Else whatever a model says behind it would be shown unread."""
    lines = "".join(f"x = {number}\n" for number in range(60))
    draft, _ = write([f"$$\n{lines}He came [1]."], prose=False)
    assert draft.text[draft.sentences[-1].start :] == "He came [1]."


# Letters of several scripts, stops, marks good and bad: whatever comes, the result is consistent.
PIECES = (
    "Bi Sheng |𠮷🐎|مكتبة |in 1040|. |.|。|! |\n|[1]|[2, 9]|[|]| (source 3)|[1-3]|“|”|)|c. "
    "|【1】|[^2]|[1998]|  |\u2028|He |he |\"|'|(|。」|「| \n|- |[Source|(so|？|_|12. |^|,| and |2"
)
RAW = st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map("".join)
MARKUP = [
    "`",
    "``",
    "```",
    "\n```\n",
    "~~~\n",
    "$",
    "$$",
    "\n$$\n",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "|",
]
MARKUP += ["\n|", " |\n", "\n# ", "#", "**", "**\n", "\\begin{a}", "\\end{a}", ":", "x", "\n", "\t"]
MARKED_UP = st.lists(st.sampled_from([*MARKUP, *PIECES.split("|")]), max_size=25).map("".join)


@settings(deadline=None, max_examples=300)
@given(raw=RAW | MARKED_UP, cuts=st.lists(st.integers(0, 200), max_size=6), strict=st.booleans())
def test_however_the_text_is_cut(raw: str, cuts: list[int], strict: bool) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
    pieces = [raw[start:end] for start, end in pairwise(edges)]
    whole, _ = write([raw], strict=strict, prose=False)
    for cut in (pieces, list(raw)):
        draft, _ = write(cut, strict=strict, prose=False)
        assert draft.text == whole.text
        assert draft.sentences == whole.sentences
        assert draft.withheld == whole.withheld


@settings(deadline=None)
@given(RAW)
def test_whatever_a_model_writes(raw: str) -> None:
    draft, _ = write([raw])
    for sentence in draft.sentences:
        marks = re.findall(r"\[(\d)\](?!\()", draft.text[sentence.start : sentence.end])
        assert tuple(map(int, marks)) == sentence.citations
    assert draft.text == draft.text.strip()


# name, what has come, what of it is shown
SHOWN = [
    ("every letter of a word", "He ca", "He ca"),
    ("a space may go with a mark", "He came ", "He came"),
    ("marks may come before a stop", "He came.", "He came"),
    ("or before what closes it", "He said “so.”", "He said “so"),
    ("a stop inside a number", "It is 3.5", "It is 3.5"),
    ("an abbreviation", "It was c. E", "It was c. E"),
    ("small letters go on", "He came. so", "He came. so"),
    ("a quote may open the next", "He came. “", "He came"),
    ("brackets may be a mark", "He came [", "He came"),
    ("or a longer one", "He came [1", "He came"),
    ("or one in words", "He came (sour", "He came"),
    ("or are none", "He came (so", "He came"),
    ("a year", "He came [1998", "He came [1998"),
    ("words in brackets", "He came (so h", "He came (so h"),
    ("a mark waits for the end", "He [1] came", "He came"),
    ("a finished sentence and the next", "He came. [1] Sh", "He came [1]. Sh"),
    ("nothing without a word", "- “", ""),
    ("a list", "- He", "- He"),
]


@pytest.mark.parametrize(("raw", "text"), [case[1:] for case in SHOWN], ids=[c[0] for c in SHOWN])
def test_nothing_is_held_back_that_is_sure(raw: str, text: str) -> None:
    """What is shown before it is known how the text goes on."""
    anything: Any = None
    draft = Draft(anything, AnswerRequest("Who?"), "Who?", 0.0)
    checker: Any = KnownNumbers()
    writer = AnswerWriter(draft, checker, lambda *_, is_agreed: True, strict=False)

    async def collect() -> list[AnswerEvent]:
        return [event for piece in raw async for event in writer.write(piece)]

    assert shown(asyncio.run(collect())) == text


@pytest.mark.parametrize(
    ("raw", "withheld", "text"),
    [
        ("He came [1]. Horses eat grass. She went [2].", 1, "He came [1]. She went [2]."),
        ("Horses eat grass. He came [1].", 1, "He came [1]."),
        ("He came [1].\nHorses eat grass. She went [2].", 1, "He came [1].\nShe went [2]."),
        ("He came [1]. Did he go [1]?", 1, "He came [1]."),
        ("He came [1]. She went away at", 1, "He came [1]."),
        ("- He came [1]\n- She went [2]", 0, "- He came [1]\n- She went [2]"),
        ("Horses eat grass.", 1, ""),
    ],
)
def test_strictly_only_what_is_supported_is_shown(raw: str, withheld: int, text: str) -> None:
    draft, _ = write(list(raw), strict=True)
    assert (draft.text, draft.withheld) == (text, withheld)
    for one in draft.withheld_sentences:
        assert one.text in re.sub(r" \[\d\]", "", raw)
        assert one.text not in draft.text
        assert one.verdict == ("unsupported" if "Horses" in one.text else "none")


def test_strictly_nothing_is_shown_before_it_is_checked() -> None:
    _, events = write(list("He came [1]. Horses eat grass. She went [2]."), strict=True)
    assert [getattr(event, "text", "") for event in events] == [
        "He came [1].",
        "He came [1].",
        " She went [2].",
        "She went [2].",
    ]


def test_what_repeats_itself_ends() -> None:
    loop = ["He came [1].", " She went [2].", *[" He came [1].", " She went [2]."] * 50]
    assert write(loop)[0].text == "He came [1]. She went [2]."
    assert write(loop[:3])[0].text == "He came [1]. She went [2]."


def test_the_beginning_of_a_repetition_is_not_shown() -> None:
    assert write(list("He came [1]. He ca"))[0].text == "He came [1]."
    assert write(list("He came [1]. He called"))[0].text == "He came [1]. He called"


def test_a_brief_answer_is_one_sentence() -> None:
    assert write(list("He came [1]. She went [2]."), mode="brief")[0].text == "He came [1]."
    raw = "Horses eat grass. He came [1]. She went [2]."
    assert write([raw], mode="brief", strict=True)[0].text == "He came [1]."


def test_a_sentence_that_breaks_off_says_so() -> None:
    stream = SentenceStream()
    assert stream.feed("He came [1]. She went") == [FinishedSentence("He came.", (1,), "")]
    assert stream.end() == [FinishedSentence("She went", (), " ", complete=False)]


# What made the old reading of a text quadratic, and what could make the new one so.
HOSTILE = {
    "no spaces": "a",
    "words": "word ",
    "stops without spaces": "a.",
    "sentences": "Ab cd. ",
    "marks": "[1]",
    "marks and words": "[1] a ",
    "an endless list in a mark": "1, ",
    "round brackets": "(",
    "square brackets": "[",
    "closing brackets": ".)",
    "sure stops": "。",
    "line ends": "\n",
    "spaces": " ",
    "quotes": "\"' ",
    "numbers in brackets": "[9](",
    "backticks": "`",
    "fences": "```\n",
    "open code": "`a ",
    "dollars": "$",
    "formulas": "$a",
    "backslashes": "\\(",
    "bars": "|",
    "rows": "| a [1] |\n",
    "headings": "# a\n",
    "hashes": "#",
    "stars": "**",
}


@pytest.mark.parametrize("step", [7, 1 << 20], ids=["in small pieces", "at once"])
@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_five_times_the_text_takes_about_five_times_as_long(unit: str, step: int) -> None:
    """It took twenty-five times as long. Beyond the longest sentence, where all are bounded."""

    def read(size: int) -> None:
        text = ("[" if unit == "1, " else "") + unit * (size // len(unit))
        stream = SentenceStream()
        for start in range(0, len(text), step):
            stream.feed(text[start : start + step])
            stream.begun()
        stream.end()

    assert_in_proportion(read, 6_000, 30_000)


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_no_sentence_is_longer_than_one_may_be(unit: str) -> None:
    stream = SentenceStream()
    finished = stream.feed(unit * (10_000 // len(unit))) + stream.end()
    assert all(len(sentence.words) <= LONGEST_SENTENCE for sentence in finished)


def test_what_is_too_long_is_cut_at_a_word_and_incomplete() -> None:
    stream = SentenceStream()
    first, second = stream.feed("word " * 500) + stream.end()
    assert first.words == " ".join(["word"] * 400)
    assert (first.complete, second.words, second.gap) == (False, " ".join(["word"] * 100), " ")
    whole = SentenceStream().feed("e\u0301" * 1_500)
    assert [len(one.words) for one in whole] == [2_000]
    assert whole[0].words == "e\u0301" * 1_000
    odd = SentenceStream().feed("x" + "e\u0301" * 1_500)
    assert odd[0].words == "x" + "e\u0301" * 999  # no letter is torn


@pytest.fixture
def short_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences that are cut after forty characters."""
    monkeypatch.setattr("pinakes.service.asking.stream.LONGEST_SENTENCE", 40)
    monkeypatch.setattr("pinakes.service.asking.stream._LONGEST_UNCUT", 25)


@pytest.mark.usefixtures("short_sentences")
def test_however_a_text_is_cut_whose_sentences_are_too_long() -> None:
    @settings(deadline=None, max_examples=200)
    @given(
        raw=st.lists(st.sampled_from([*PIECES.split("|"), "long" * 9, "e\u0301"]), max_size=25),
        cuts=st.lists(st.integers(0, 300), max_size=6),
        strict=st.booleans(),
    )
    def check(raw: list[str], cuts: list[int], strict: bool) -> None:
        text = "".join(raw)
        edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
        whole, _ = write([text], strict=strict)
        for pieces in ([text[start:end] for start, end in pairwise(edges)], list(text)):
            draft, _ = write(pieces, strict=strict)
            assert (draft.text, draft.sentences) == (whole.text, whole.sentences)

    check()


@pytest.mark.usefixtures("short_sentences")
def test_the_mark_of_a_sentence_cut_behind_a_stop_stands_before_it() -> None:
    text = "Bi Sheng Bi Sheng Bi Sheng [1]c. " + "long" * 9
    assert write(list(text))[0].text == write([text])[0].text
    assert write([text])[0].text.startswith("Bi Sheng Bi Sheng Bi Sheng c [1]. long")


def test_what_is_no_mark_of_ours_looks_like_none() -> None:
    """Marks that are taken out must not let others be."""
    draft, _ = write(["See [1](there), a[[1]2] and [[3]1](x). He came [1]."])
    assert draft.text == "See ［1］(there), a［2］ and ［1］(x) [1] [3]. He came [1]."
    assert [one.citations for one in draft.sentences] == [(1, 3), (1,)]


def test_an_answer_of_endless_sentences_ends() -> None:
    said = [piece for number in range(500) for piece in (f"He came {number} ", "times. ")]
    for pieces in (said, ["".join(said)]):
        draft, _ = write(pieces)
        assert len(draft.sentences) == 100


@given(cuts=st.lists(st.integers(0, 120), max_size=6))
def test_sentences_end_by_the_rules_of_the_language_however_they_come(cuts: list[int]) -> None:
    raw = "Er starb am 3. Februar 1468 [1]. Am 1. 5. kam z. B. Ludwig XIV. an. [2] Nr. 5 blieb."
    places = sorted({min(cut, len(raw)) for cut in (0, *cuts, len(raw))})
    stream = SentenceStream("de")
    found = [one for start, end in pairwise(places) for one in stream.feed(raw[start:end])]
    found += stream.end()
    assert [(one.words, one.numbers) for one in found] == [
        ("Er starb am 3. Februar 1468.", (1,)),
        ("Am 1. 5. kam z. B. Ludwig XIV. an.", (2,)),
        ("Nr. 5 blieb.", ()),
    ]
