"""The encoder inside a generation: real MiniLM, real onnxruntime."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.encoders import sentence_model
from pinakes.index.encoders.onnx_model import OnnxEncoder, open_question_encoder
from pinakes.index.encoders.sentence_model import SentenceEncoder, find_encoder
from pinakes.index.errors import DamagedGeneration, EncoderNotExportable
from pinakes.index.generations import current_generation, read_manifest
from pinakes.index.retrieval.search import Index
from tests.index.tiny_models import write_model
from tests.index.toys import ROOT

QUESTIONS = [
    "Who burned the library of Alexandria?",
    "¿Dónde estaba la biblioteca?",
    "古代図書館はどこ？",
    "",
    "word " * 1_000,
]


@pytest.fixture(scope="module")
def directory(sample_collection: Path) -> Path:
    return current_generation(sample_collection) / "encoder"


@pytest.fixture(scope="module")
def questions(directory: Path) -> OnnxEncoder:
    return open_question_encoder(directory)


@pytest.fixture
def copied(directory: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(directory, tmp_path / "encoder"))


def test_question_vectors_are_those_of_sentence_transformers(questions: OnnxEncoder) -> None:
    model = import_module("sentence_transformers").SentenceTransformer(
        str(find_encoder("all-MiniLM-L6-v2").directory),
        device="cpu",
        local_files_only=True,
    )
    wanted = model.encode_query(QUESTIONS, normalize_embeddings=True)
    found = np.stack([questions.encode_query(question) for question in QUESTIONS])
    assert found.shape == (5, 384)
    assert found.dtype == np.float32
    assert np.einsum("ij,ij->i", wanted, found) == pytest.approx(np.ones(5), abs=1e-4)


def test_a_question_is_near_the_passage_that_answers_it(
    questions: OnnxEncoder, minilm: SentenceEncoder
) -> None:
    question = questions.encode_query("Who burned the library?")
    answer, other = minilm.encode_passages(
        ["Caesar's soldiers set fire to the book halls.", "Braille cells have six dots."]
    )
    assert question @ answer > question @ other + 0.2


def test_what_the_check_found_stands_in_the_manifest(sample_collection: Path) -> None:
    manifest = read_manifest(current_generation(sample_collection))
    assert manifest.encoder_check is not None
    assert 0.9999 < manifest.encoder_check.question_cosine < 1.0001
    assert manifest.encoder_check.passage_cosine > 0.98
    assert {name for name in manifest.files if name.startswith("encoder/")} == {
        "encoder/encoder.json",
        "encoder/model.onnx",
        "encoder/model.onnx.data",
        "encoder/tokenizer.json",
    }


def test_eight_threads_ask_at_once(questions: OnnxEncoder) -> None:
    alone = {question: questions.encode_query(question) for question in QUESTIONS}
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(questions.encode_query, QUESTIONS * 16))
    for question, vector in zip(QUESTIONS * 16, found, strict=True):
        assert np.array_equal(vector, alone[question])


def garbage(name: str) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        size = (directory / name).stat().st_size
        (directory / name).write_bytes((b"garbage " * size)[:size])

    return change


def truncated(name: str) -> Callable[[Path], None]:
    def change(directory: Path) -> None:
        content = (directory / name).read_bytes()
        (directory / name).write_bytes(content[: len(content) // 2])

    return change


def removed(name: str) -> Callable[[Path], None]:
    return lambda directory: (directory / name).unlink()


def another_dimension(directory: Path) -> None:
    path = directory / "encoder.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dimension": 512}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (removed("model.onnx"), "model.onnx is missing"),
        (removed("tokenizer.json"), "tokenizer.json is missing"),
        (removed("encoder.json"), "encoder.json is missing"),
        (removed("model.onnx.data"), r"not a readable encoder \(.*External data"),
        (garbage("model.onnx"), "not a readable encoder"),
        (garbage("tokenizer.json"), "not a readable encoder"),
        (garbage("encoder.json"), r"not a readable encoder \(encoder.json: Invalid JSON"),
        (truncated("model.onnx"), "not a readable encoder"),
        (truncated("model.onnx.data"), "not a readable encoder"),
        (truncated("tokenizer.json"), "not a readable encoder"),
        (another_dimension, r"vectors of shape \(384,\) instead of \(512,\)"),
        (shutil.rmtree, "encoder.json is missing"),
    ],
)
def test_a_damaged_encoder_is_not_opened(
    copied: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(copied)
    with pytest.raises(DamagedGeneration, match=f"{message}.*pinakes build --force DUMP"):
        open_question_encoder(copied)


def test_searching_needs_no_pytorch(sample_collection: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pinakes.index.retrieval.search import Index\n"
        "with Index.open(Path(sys.argv[1])) as index:\n"
        "    assert 'vector' in index.search('Who invented paper?')[0].ranks\n"
        "print(*({'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(sample_collection)]
    outcome = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert outcome.stdout == "\n"
    assert outcome.stderr == ""


def test_without_vectors_onnxruntime_is_not_imported(sample_collection: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pinakes.index.retrieval.search import Index\n"
        "with Index.open(Path(sys.argv[1]), None) as index:\n"
        "    index.search('papyrus')\n"
        "sys.exit('onnxruntime' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(sample_collection)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_the_index_opens_the_encoder_of_its_generation(sample_collection: Path) -> None:
    with Index.open(sample_collection) as index:
        assert isinstance(index.encoder, OnnxEncoder)
        assert index.encoder.record == index.manifest.encoder


@pytest.mark.parametrize("pooling", ["cls", "max", "mean", "mean_sqrt_len_tokens", ["cls", "mean"]])
def test_every_way_of_pooling_is_exported(tmp_path: Path, pooling: object) -> None:
    found = find_encoder(str(write_model(tmp_path / "model", {}, pooling)))
    check = found.write_question_encoder(tmp_path / "encoder")
    assert check.question_cosine > 0.9999
    dimension = 64 if isinstance(pooling, list) else 32
    vector = open_question_encoder(tmp_path / "encoder").encode_query("papyrus")
    assert found.record.dimension == dimension == len(vector)


def test_pooling_without_the_prefix_is_refused(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "e5-small", {})
    path = directory / "1_Pooling" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"include_prompt": False}))
    with pytest.raises(EncoderNotExportable, match=r"e5-small .*include_prompt.*SEARCH__ENCODER"):
        find_encoder(str(directory)).encode_passages(["word"])


def test_an_export_that_says_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tokenizer that cuts too early: only long texts tell."""
    original = sentence_model.export_model

    def cut(model: object, record: object, path: Path) -> str:
        tokenizer = json.loads(original(model, record, path))  # type: ignore[arg-type]
        tokenizer["truncation"]["max_length"] = 16
        return json.dumps(tokenizer)

    monkeypatch.setattr(sentence_model, "export_model", cut)
    with pytest.raises(EncoderNotExportable, match=r"cosine 0\.\d+ to the model itself on '"):
        find_encoder(str(write_model(tmp_path / "model", {}))).encode_passages(["word"])
