"""What the reading model is trained on: windows, altered sentences, statements, and tokens."""

import math
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from bench.quality.open_questions import listed
from bench.reading.alterations import falsified, names_in, reworded, shortened
from bench.reading.examples import Example, cut, window_around, window_near
from bench.reading.judge import verdicts
from bench.reading.network import Readings
from bench.reading.packed import NOTHING, joined, pack, read_packed
from bench.reading.questions import answer_places
from bench.reading.statements import statement
from bench.reading.train import Batch, apart, area, batches, best_span
from pinakes.index.encoders.sentence_model import find_encoder

TEXT = " ".join(
    f"Sentence number {number} says a little of nothing at all." for number in range(30)
)
SENTENCE = "Michael Ventris deciphered Linear B in 1952 before John Chadwick joined him in May."


def test_windows_are_whole_sentences_and_leave_nothing_out() -> None:
    windows = cut(TEXT, 40)
    assert len(windows) > 3
    assert all(TEXT[w.start : w.end] == w.text and w.text.endswith("all.") for w in windows)
    assert all(len(window.text.split()) <= 40 for window in windows)
    assert (windows[0].start, windows[-1].end) == (0, len(TEXT))
    for one, other in pairwise(windows):
        assert other.start < one.end  # a sentence of each stands in the next


@pytest.mark.parametrize("seed", range(5))
def test_a_window_holds_the_answer_at_any_place(seed: int) -> None:
    start = TEXT.index("number 17")
    window = window_around(TEXT, start, start + 9, random.Random(seed), 40)
    assert window is not None
    assert window.text[start - window.start :].startswith("number 17")
    assert 20 <= len(window.text.split()) <= 40


def test_an_answer_over_no_sentence_has_no_window() -> None:
    assert window_around("One.\n\nTwo.", 4, 6, random.Random(0)) is None


def test_a_window_near_words_is_no_longer_than_one_around_an_answer() -> None:
    near, around = [], []
    for seed in range(60):
        window = window_near(TEXT, {"number", "17"}, random.Random(seed))
        assert window is not None
        assert "number 17 " in window.text
        assert TEXT[window.start : window.end] == window.text
        near.append(len(window.text.split()))
        start = TEXT.index("number 17")
        answered = window_around(TEXT, start, start + 9, random.Random(seed))
        around.append(len(answered.text.split()) if answered else 0)
    assert len({*near}) > 2
    assert abs(np.mean(near) - np.mean(around)) < 4


@pytest.mark.parametrize("seed", range(40))
def test_a_falsified_sentence_is_another_of_much_the_same_words(seed: int) -> None:
    wrong = falsified(SENTENCE, ["Alice Kober", "Crete"], random.Random(seed))
    assert wrong is not None
    assert wrong != SENTENCE
    shared = set(wrong.split()) & set(SENTENCE.split())
    assert len(shared) >= 8


def test_each_way_to_falsify_is_taken() -> None:
    found = {falsified(SENTENCE, ["Alice Kober"], random.Random(seed)) for seed in range(300)}
    assert any("1952" not in one for one in found)
    assert any("May" not in one for one in found)
    assert any("Alice Kober" in one for one in found)
    assert any("after John" in one for one in found)
    assert any(one.startswith("Linear B deciphered Michael Ventris") for one in found)


def test_where_nothing_can_be_made_wrong_nothing_is() -> None:
    assert falsified("so it goes on.", [], random.Random(0)) is None


def test_names_are_no_words_that_begin_sentences() -> None:
    sentence = "The Rosetta Stone is in London, but in Alexandria is Ptolemy V."
    assert [sentence[a:b] for a, b in names_in(sentence)] == [
        "Rosetta Stone", "London", "Alexandria", "Ptolemy V",
    ]  # fmt: skip


def test_shortened_and_reworded_sentences_say_no_more() -> None:
    sentence = "He (a clerk) moved the great obelisk to the other bank, which took a year."
    assert {shortened(sentence, random.Random(seed)) for seed in range(20)} == {
        "He moved the great obelisk to the other bank, which took a year.",
        "He moved the great obelisk to the other bank.",
    }
    found = {reworded("He wrote it.", "Callimachus (poet)", random.Random(s)) for s in range(20)}
    assert "Callimachus wrote it." in found


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("Who wrote Faust?", "Goethe", "Goethe wrote Faust."),
        ("Who is the king?", "Otto", {"Otto is the king.", "The king is Otto."}),
        ("When was Otto born?", "912", "Otto was born in 912."),
        ("When was Otto born?", "on 23 November", "Otto was born on 23 November."),
        ("Where did they settle?", "Crete", "They settle in Crete."),
        ("How many legs do spiders have?", "eight", "Spiders have eight legs."),
        ("In what year did it end?", "1453", "It end in 1453."),
        ("How does it end?", "in silence", {"It end in silence."}),
        ("Why?", "Because", "Why? Because."),
    ],
)
def test_statements(question: str, answer: str, told: str | set[str]) -> None:
    wanted = {told} if isinstance(told, str) else told
    found = {statement(question, answer, random.Random(seed)) for seed in range(40)}
    plain = f"{question.rstrip('?')}? {answer}."
    assert found | {plain} == wanted | {plain}


def test_answers_are_found_as_whole_words() -> None:
    text = "Henry III was no Henry II; henry  II was king, in 1154-1189."
    assert [text[a:b] for a, b in answer_places(text, ["Henry II"])] == ["Henry II", "henry  II"]
    assert answer_places(text, ["115"]) == []
    assert [text[a:b] for a, b in answer_places(text, ["II", "Henry II"])] == [
        "Henry II", "henry  II",
    ]  # fmt: skip


def test_packed_examples_keep_their_words_and_answers(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(find_encoder("all-MiniLM-L6-v2").directory)
    text = "Michael Ventris deciphered Linear B."
    examples = [
        Example("a", "Who deciphered it?", "Linear B", text, (0, 15), True),
        Example("b", "When?", "Linear B", text, (0, 0), False),
        Example("a", "Ventris deciphered it.", "Linear B", text, support="supported"),
        Example("a", "Who?", "Long", "word " * 400 + "Ventris.", (2000, 2007), True),
    ]
    pack(examples, tokenizer).write(tmp_path / "packed.npz")
    packed = read_packed(tmp_path / "packed.npz")
    assert len(packed) == 3  # of the last the answer is cut off
    row = packed.row(0)
    start, stop = packed.starts[0], packed.stops[0]
    assert tokenizer.decode(row[start : stop + 1]) == "michael ventris"
    assert tokenizer.decode(row[packed.seconds[0] :]).startswith("linear b [SEP] michael")
    assert tokenizer.decode(row[packed.texts[0] :]).startswith("michael ventris")
    assert list(packed.starts[1:]) == [0, NOTHING]
    assert list(packed.relevant) == [1, 0, NOTHING]
    assert list(packed.support) == [NOTHING, NOTHING, 0]
    assert list(packed.kind_names[packed.kinds]) == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("printed", "answers"),
    [
        (["Crete", "Kriti"], ["Crete", "Kriti"]),
        ("['Crete']", ["Crete"]),
        ("[Sandra Day O'Connor]", ["Sandra Day O'Connor"]),
        ("['Crete, Greece', Adam's apple, 'Kriti']", ["Crete, Greece", "Adam's apple", "Kriti"]),
        ("[`` Losing My Religion '']", ["Losing My Religion"]),
        ("['Walmart', McDonald 's, Ohio, 'Ford']", ["Walmart", "McDonald 's", "Ford"]),
    ],
)
def test_answers_are_read_from_printed_lists(printed: list[str] | str, answers: list[str]) -> None:
    assert listed(printed) == answers


def _groups(count: int) -> list[Example]:
    return [
        Example("qa", f"It is {word * place}.", "It", "It was so.", support=label, group=f"{place}")
        for place in range(1, count + 1)
        for word, label in (("so ", "supported"), ("not ", "contradicted"))
    ]


def test_joined_parts_keep_their_groups_apart() -> None:
    tokenizer = AutoTokenizer.from_pretrained(find_encoder("all-MiniLM-L6-v2").directory)
    alone = Example("squad", "Is it?", "It", "It was so.", (0, 0))
    one, other = pack([alone, *_groups(2)], tokenizer), pack(_groups(1), tokenizer)
    found = joined([one, other])
    assert list(found.groups) == [NOTHING, 0, 0, 1, 1, 2, 2]
    assert list(found.kind_names[found.kinds]) == ["squad"] + ["qa"] * 6
    assert tokenizer.decode(found.row(6)) == tokenizer.decode(other.row(1))
    assert list(found.seconds[5:]) == list(other.seconds)


def test_a_group_is_in_one_batch() -> None:
    tokenizer = AutoTokenizer.from_pretrained(find_encoder("all-MiniLM-L6-v2").directory)
    packed = pack(_groups(80), tokenizer)
    found = batches(packed, 1)
    assert len(found) == 5
    for rows in found:
        assert 28 <= len(rows) <= 36
        groups, counts = np.unique(packed.groups[rows], return_counts=True)
        assert len(groups) > 10
        assert not (counts % 2).any()


def test_the_right_one_of_a_group_is_learned_to_stand_out() -> None:
    nothing = torch.full((5,), NOTHING)
    relevant = torch.tensor([1, 0, NOTHING, NOTHING, 0])
    support = torch.tensor([NOTHING, NOTHING, 0, 1, NOTHING])
    groups = torch.tensor([0, 0, 1, 1, 2])
    batch = Batch(nothing, nothing, nothing, nothing, nothing, relevant, support, groups)

    def loss(relevance: list[float], supported: list[float]) -> float:
        heads = torch.tensor([[value, 0.0, 0.0] for value in supported])
        return float(apart(Readings(nothing, nothing, torch.tensor(relevance), heads), batch))

    unknown = loss([0, 0, 0, 0, 0], [0, 0, 0, 0, 0])
    assert unknown == pytest.approx(2 * math.log(2))  # the third group has no right one
    assert loss([3, 0, 0, 0, 9], [0, 0, 3, 0, 0]) < 0.2
    assert loss([0, 3, 0, 0, 0], [0, 0, 0, 0, 0]) > 3 + math.log(2)
    assert loss([0, 0, 0, 0, 0], [0, 0, 0, 3, 0]) > 3 + math.log(2)


def test_a_use_is_earned_where_its_mark_is_reached() -> None:
    figures = {
        "answers in SQuAD": {
            "network, found, 6 windows": {"F1": 0.5},
            "network, paragraph": {"area": 0.7499},
        },
        "ranking": {
            way: {
                "reranked-judge": {"hit@1": first, "hit@5": 0.9, "MRR@10": 0.9},
                "open questions": {"answer in 1": 0.1, "answer in 5": lost},
            }
            for way, first, lost in (("as found", 0.8, 0.3), ("both", 0.82, 0.29))
        },
    }
    found = {use: row["verdict"] for use, row in verdicts(figures).items()}
    assert found == {
        "short answers": "earned",
        "no answer": "not earned",
        "ranking": "not earned",  # for it loses elsewhere
    }


def test_the_best_span_ends_after_it_starts_and_is_weighed_against_none() -> None:
    starts = np.array([3, 0, 1, 5, 0], dtype=np.float32)
    stops = np.array([3, 0, 9, 2, 1], dtype=np.float32)
    assert best_span(starts, stops) == (2, 2, 4.0)
    assert best_span(starts, stops - np.array([0, 0, 9, 0, 0], dtype=np.float32))[:2] == (3, 3)


def test_area_counts_ties_half() -> None:
    assert area([True, False, True, False], [2.0, 1.0, 1.0, 1.0]) == 0.75


def test_training_takes_no_index_along() -> None:
    """It runs where a GPU is, of which nothing is known but that it has PyTorch."""
    heavy = "{'tantivy', 'faiss', 'onnxruntime'}"
    told = f"import sys, bench.reading.train; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
