"""Models of one's own: directories and ONNX files, and what of them is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from pinakes.index.encoders import model_files
from pinakes.index.encoders.cross_encoder import CrossEncoder
from pinakes.index.encoders.model_files import ModelTask, open_cross_encoder
from pinakes.index.encoders.onnx_model import open_tokenizer
from pinakes.index.encoders.sentence_model import find_encoder
from pinakes.index.errors import UnusableModel
from tests.tiny_models import tiny_model

QUESTION = "Who deciphered Linear B?"
PASSAGE = "Michael Ventris deciphered Linear B in 1952. It is the oldest Greek there is."
LONG = PASSAGE * 20


def wanted(model: Any, directory: Path, first: str, second: str) -> Any:
    """What transformers itself makes of a pair, with its own tokenizer."""
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(directory / "tokenizer.json"), model_max_length=64
    )
    given = tokenizer(
        first, second, truncation="only_second", max_length=64, return_tensors="pt",
        return_token_type_ids=True,
    )  # fmt: skip
    with torch.inference_mode():
        return model(**given)


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    directory = tmp_path_factory.mktemp("models") / "tiny-reranker"
    return directory, tiny_model(directory, "sequence")


@pytest.mark.parametrize("passage", [PASSAGE, LONG, "?"])
def test_a_reranker_gives_the_values_of_transformers(
    reranker: tuple[Path, Any], passage: str
) -> None:
    directory, model = reranker
    found = open_cross_encoder(directory, "reranker").read(QUESTION, passage).outputs["logits"]
    expected = wanted(model, directory, QUESTION, passage).logits[0].numpy()
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_reader_knows_where_its_tokens_stand(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "question")
    pair = open_cross_encoder(tmp_path, "reader").read(QUESTION, PASSAGE)
    expected = wanted(model, tmp_path, QUESTION, PASSAGE)
    assert pair.outputs["start_logits"] == pytest.approx(expected.start_logits[0].numpy(), abs=1e-4)
    assert pair.outputs["end_logits"] == pytest.approx(expected.end_logits[0].numpy(), abs=1e-4)
    words = [PASSAGE[slice(*place)] for place in pair.places if place]
    assert words[:3] == ["Michael", "Vent", "ris"]
    assert pair.places[0] is None


def test_an_onnx_file_says_what_its_directory_does(
    reranker: tuple[Path, Any], tmp_path: Path
) -> None:
    directory, model = reranker
    shutil.copytree(directory, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").unlink()
    file = tmp_path / "model" / "onnx" / "model.onnx"
    file.parent.mkdir()
    tokenizer = model_files._tokenizer(
        directory, "reranker", model_files._files(directory, "reranker")
    )
    model_files._export(
        model, ["input_ids", "attention_mask", "token_type_ids"], ["logits"], tokenizer, file
    )
    by_directory = open_cross_encoder(directory, "reranker").read(QUESTION, PASSAGE)
    for path in (file, tmp_path / "model"):
        found = open_cross_encoder(path, "reranker").read(QUESTION, PASSAGE)
        assert np.allclose(found.outputs["logits"], by_directory.outputs["logits"], atol=1e-4)


def test_an_entailment_model_knows_its_labels(tmp_path: Path) -> None:
    tiny_model(tmp_path, "sequence", ("CONTRADICTION", "Entailment", "neutral"))
    found = open_cross_encoder(tmp_path, "entailment")
    assert found.labels == ("contradiction", "entailment", "neutral")


def _without(name: str) -> Callable[[Path], None]:
    return lambda directory: (directory / name).unlink()


def _garbage(name: str) -> Callable[[Path], None]:
    return lambda directory: (directory / name).write_bytes(b"no such thing")


@pytest.mark.parametrize(
    ("change", "task", "told"),
    [
        (_without("model.safetensors"), "reranker", "neither model.safetensors nor model.onnx"),
        (_without("tokenizer.json"), "reranker", "no tokenizer.json"),
        (_without("config.json"), "reranker", "no config.json"),
        (_garbage("config.json"), "reranker", "cannot be read"),
        (_garbage("tokenizer.json"), "reranker", "tokenizer"),
        (_garbage("model.safetensors"), "reranker", "cannot be loaded"),
        (lambda _: None, "reader", "not a model ForQuestionAnswering"),
        (lambda _: None, "entailment", "no label entailment"),
        (shutil.rmtree, "reranker", "neither a directory nor a file"),
    ],
)
def test_what_is_no_such_model_is_told_in_one_line(
    reranker: tuple[Path, Any],
    tmp_path: Path,
    change: Callable[[Path], None],
    task: ModelTask,
    told: str,
) -> None:
    directory = tmp_path / "model"
    shutil.copytree(reranker[0], directory)
    change(directory)
    with pytest.raises(UnusableModel, match=told) as raised:
        open_cross_encoder(directory, task)
    assert str(raised.value).startswith(f"models.{task} = '{directory}'")
    assert "\n" not in str(raised.value)


def test_a_reranker_with_three_values_is_refused(tmp_path: Path) -> None:
    tiny_model(tmp_path, "sequence", ("a", "b", "c"))
    with pytest.raises(UnusableModel, match="3 values"):
        open_cross_encoder(tmp_path, "reranker")


def test_a_graph_that_is_none_is_refused(reranker: tuple[Path, Any], tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(reranker[0] / name, tmp_path / name)
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(UnusableModel, match="no readable graph"):
        open_cross_encoder(tmp_path / "model.onnx", "reranker")


def test_an_export_that_says_something_else_is_refused(
    reranker: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = model_files._graph

    def other(file: Path, task: ModelTask) -> Any:
        run, inputs = real(file, task)
        return lambda given: {name: values + 1 for name, values in run(given).items()}, inputs

    monkeypatch.setattr(model_files, "_graph", other)
    with pytest.raises(UnusableModel, match="something else once exported"):
        open_cross_encoder(reranker[0], "reranker")


def test_a_cross_encoder_is_given_only_what_it_wants() -> None:
    given: list[set[str]] = []

    def run(inputs: Any) -> Any:
        given.append(set(inputs))
        return {"logits": np.zeros((1, 1), dtype=np.float32)}

    tokenizer = open_tokenizer(find_encoder("all-MiniLM-L6-v2").directory / "tokenizer.json")
    CrossEncoder("toy", run, tokenizer, ["input_ids", "attention_mask"]).read("a", "b")
    assert given == [{"input_ids", "attention_mask"}]


def test_the_configuration_may_name_no_kind(reranker: tuple[Path, Any], tmp_path: Path) -> None:
    shutil.copytree(reranker[0], tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    del config["architectures"]
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    assert open_cross_encoder(tmp_path / "model", "reranker").name == "model"


def test_a_question_longer_than_the_model_takes_is_cut_too(reranker: tuple[Path, Any]) -> None:
    model = open_cross_encoder(reranker[0], "reranker")
    long = model.read(LONG, LONG)
    assert len(long.places) == 64
    assert np.array_equal(model.read(LONG, LONG + LONG).outputs["logits"], long.outputs["logits"])
