"""Networks in the slots for a reader and an entailment model, beside the linear ones."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.onnx_model import open_tokenizer
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.errors import UnusableModel
from pinakes.index.retrieval.linear import fitted_rerankers
from pinakes.index.retrieval.search import Index
from pinakes.service.asking.citations import make_citation
from pinakes.service.asking.retrieve import find
from pinakes.service.reading.models import chosen_rerankers, linear_models, reading_models
from pinakes.service.reading.network_entailment import NetworkEntailment
from pinakes.service.reading.question import question_of
from pinakes.service.reading.span_reader import SpanReader
from pinakes.service.reading.windows import WINDOW_WORDS, nearest_windows
from pinakes.service.settings import ModelSettings
from tests.tiny_models import tiny_model

QUESTION = "Who deciphered Linear B?"
WANTED = ("michael", "vent", "ris")


def _tokenizer() -> Any:
    return open_tokenizer(find_encoder("all-MiniLM-L6-v2").directory / "tokenizer.json")


class MarksVentris:
    """Marks "Michael Ventris" wherever it stands; where it does not, the place for no answer."""

    def __init__(self) -> None:
        self._tokenizer = _tokenizer()
        self.asked: list[str] = []

    def __call__(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        ids = inputs["input_ids"][0]
        words = [self._tokenizer.id_to_token(int(number)).strip("#") for number in ids]
        self.asked.append(" ".join(words))
        starts, ends = np.zeros((2, 1, len(ids)), dtype=np.float32)
        places = [at for at in range(len(ids)) if tuple(words[at : at + 3]) == WANTED]
        for at in places:
            starts[0, at] = ends[0, at + 2] = 5.0
        starts[0, 0] = ends[0, 0] = 1.0 if places else 9.0
        return {"start_logits": starts, "end_logits": ends}


def _reader(run: MarksVentris, most: int = 20) -> SpanReader:
    model = CrossEncoder("toy", run, _tokenizer(), ["input_ids"])
    return SpanReader(model, most)


def test_the_words_that_are_marked_are_found_in_their_sentence(index: Index) -> None:
    question = question_of(index, QUESTION)
    hits = index.search(question.context, 10)
    reading = _reader(MarksVentris()).read(question, hits)
    best = reading.sentences[0]
    text = hits[best.hit].passage.text
    assert text[best.answer_start : best.answer_end] == "Michael Ventris"
    assert best.start <= best.answer_start < best.answer_end <= best.end
    assert (best.answer_score, reading.no_answer) == (8.0, 0.0)
    assert "\n" not in text[best.start : best.end]
    assert [s.score for s in reading.sentences] == sorted(
        (s.score for s in reading.sentences), reverse=True
    )
    without = [
        sentence
        for sentence in reading.sentences
        if "Ventris" not in hits[sentence.hit].passage.text
    ]
    assert without
    assert all(sentence.answer_score < 0 for sentence in without)


def test_only_the_first_passages_are_read_with_their_titles(index: Index) -> None:
    question = question_of(index, QUESTION)
    hits = index.search(question.context, 10)
    run = MarksVentris()
    _reader(run, 3).read(question, hits)
    assert len(run.asked) == 3
    for asked, hit in zip(run.asked, hits, strict=False):
        assert hit.passage.title.split()[0].lower()[:4] in asked.replace(" ", "")


def test_of_nothing_found_nothing_is_read(index: Index) -> None:
    assert _reader(MarksVentris()).read(question_of(index, QUESTION), []).sentences == ()


class Entails:
    """Entails a claim of which the premise holds the word ``Ventris``; labels in another order."""

    def __init__(self) -> None:
        self._tokenizer = _tokenizer()
        self.premises: list[str] = []

    def __call__(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        premise, _, claim = self._tokenizer.decode(
            inputs["input_ids"][0], skip_special_tokens=False
        ).partition("[SEP]")
        self.premises.append(premise)
        both = "ventris" in premise and "ventris" in claim
        return {"logits": np.array([[0.0, 4.0 if both else -4.0, 0.0]], dtype=np.float32)}


def _checked(index: Index, claim: str, run: Entails, most: int = 8) -> Any:
    question = question_of(index, QUESTION)
    hits = index.search(question.context, 5)
    sources = [make_citation(number, hit, index.manifest) for number, hit in enumerate(hits, 1)]
    labels = ("contradiction", "entailment", "neutral")
    model = CrossEncoder("toy", run, _tokenizer(), ["input_ids"], labels)
    support = NetworkEntailment(model, most).premises(question, sources).check(claim, [1])
    return support, sources


def test_the_window_that_entails_is_the_place(index: Index) -> None:
    support, sources = _checked(index, "It was Michael Ventris who deciphered it.", Entails())
    assert support.verdict == "supported"
    assert support.score == pytest.approx(0.965, abs=0.01)
    source = sources[support.source.number - 1]
    assert "Ventris" in source.quote[support.source.start : support.source.end]
    assert support.citations == (support.source.number,)


def test_a_number_that_no_window_holds_is_not_supported(index: Index) -> None:
    claim = "Michael Ventris deciphered Linear B in 1877."
    support, _ = _checked(index, claim, Entails())
    assert (support.verdict, support.citations) == ("unsupported", ())
    assert support.missing == ("1877",)


def test_what_nothing_entails_is_unsupported(index: Index) -> None:
    support, _ = _checked(index, "Linear B is a script.", Entails())
    assert (support.verdict, support.source) == ("unsupported", None)


def test_so_many_windows_are_read(index: Index) -> None:
    run = Entails()
    _checked(index, "Michael Ventris deciphered Linear B.", run, 3)
    assert len(run.premises) == 3
    assert all("ventris" in premise or "linear" in premise for premise in run.premises)


def test_settings_put_models_in_the_places_of_the_linear_ones(index: Index, tmp_path: Path) -> None:
    tiny_model(tmp_path / "reader", "question")
    tiny_model(tmp_path / "entailment", "sequence", ("entailment", "not_entailment"))
    usual = linear_models()
    chosen = reading_models(
        ModelSettings(reader=tmp_path / "reader", entailment=tmp_path / "entailment", passages=2)
    )
    assert isinstance(chosen.reader, SpanReader)
    assert isinstance(chosen.entailment, NetworkEntailment)
    assert reading_models(ModelSettings(reader="linear")) == usual
    # Answerability was fitted on the linear reader's scores: it goes on to see those.
    confidences = {find(index, models, QUESTION, "hybrid").confidence for models in (usual, chosen)}
    assert len(confidences) == 1
    assert chosen.answerability.name == usual.answerability.name


def test_without_a_setting_the_linear_model_ranks_alone() -> None:
    assert chosen_rerankers(ModelSettings()) is fitted_rerankers


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match=r"models\.reranker"):
        chosen_rerankers(ModelSettings(reranker=tmp_path / "none"))


def test_windows_that_share_most_with_the_question_are_read(index: Index) -> None:
    question = question_of(index, QUESTION)
    hits = index.search(question.context, 6)
    windows = nearest_windows(question, hits, 100)
    for window in windows:
        text = hits[window.hit].passage.text
        assert text[window.start : window.start + len(window.text)] == window.text
        assert len(window.text.split()) <= WINDOW_WORDS or "." not in window.text[:-1]
    firsts = [window.hit for window in windows[: len(hits)]]
    assert firsts == list(range(len(hits)))
    long = max(range(len(hits)), key=lambda place: len(hits[place].passage.text))
    one, other = [window for window in windows if window.hit == long]
    shares = [
        question.share(
            frozenset(question.analyze(f"{hits[long].passage.title} {window.text}"))
            | frozenset(question.analyze(" ".join(hits[long].passage.heading_path)))
        )
        for window in (one, other)
    ]
    assert shares[0] >= shares[1]
    assert nearest_windows(question, hits, 2) == windows[:2]


def test_the_network_that_comes_with_pinakes_finds_the_words(index: Index) -> None:
    question = question_of(index, QUESTION)
    hits = index.search(question.context, 6)
    reading = reading_models().reader.read(question, hits)
    best = reading.sentences[0]
    text = hits[best.hit].passage.text
    assert "Ventris" in text[best.answer_start : best.answer_end]
    assert best.answer_score > reading.no_answer
    other = question_of(index, "What did Michael Ventris eat for breakfast?")
    nothing = reading_models().reader.read(other, hits)
    assert len(reading.sentences) > 6  # and those that share words with the question
    scores = [sentence.score for sentence in reading.sentences]
    assert max(scores) == scores[0]
    assert nothing.sentences[0].answer_score < nothing.no_answer


def test_it_reads_english_alone(index: Index) -> None:
    question = question_of(index, QUESTION)
    hits = [replace(hit, language="es") for hit in index.search(question.context, 6)]
    chosen, usual = reading_models(), linear_models()
    found, wanted = (models.reader.read(question, hits) for models in (chosen, usual))
    assert found.linear == wanted
    places = [(one.hit, one.answer_start, one.answer_end) for one in found.sentences]
    assert places == [(one.hit, one.answer_start, one.answer_end) for one in wanted.sentences]
    leads = [
        (reading.sentences[0].answer_score - reading.no_answer) / models.reader.margin
        for reading, models in ((found, chosen), (wanted, usual))
    ]
    assert leads[0] == pytest.approx(leads[1])
