import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import encoder
from index.encoder import SentenceEncoder, find_encoder, passage_text
from index.errors import EncoderNotFound
from index.types import EncoderRecord
from tests.index.toys import ROOT

WEIGHTS = b"these bytes stand for 90 MB of weights"


@pytest.fixture
def toy_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that passes for the packaged model as long as its weights are unchanged."""
    directory = tmp_path / "toy-model"
    directory.mkdir()
    (directory / "model.safetensors").write_bytes(WEIGHTS)
    known = dataclasses.replace(
        encoder._KNOWN["all-MiniLM-L6-v2"],
        path=lambda: directory,
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )
    monkeypatch.setitem(encoder._KNOWN, "toy", known)
    return directory


def test_a_known_model_is_checked_before_use(toy_model: Path) -> None:
    assert find_encoder("toy").record == EncoderRecord(
        name="toy", sha256=hashlib.sha256(WEIGHTS).hexdigest(), dimension=384
    )


def test_one_changed_byte_in_the_weights_is_noticed(toy_model: Path) -> None:
    weights = toy_model / "model.safetensors"
    weights.write_bytes(b"T" + WEIGHTS[1:])
    with pytest.raises(EncoderNotFound, match=r"model\.safetensors: SHA-256 .* is not that of toy"):
        find_encoder("toy")


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v3", "no/such/directory", ""])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(EncoderNotFound, match="name one of all-MiniLM-L6-v2"):
        find_encoder(name)


def test_a_directory_without_weights_is_no_encoder(toy_model: Path) -> None:
    (toy_model / "model.safetensors").unlink()
    with pytest.raises(EncoderNotFound, match=r"a directory with model\.safetensors"):
        find_encoder(str(toy_model))


def test_the_packaged_model_is_the_published_one(minilm: SentenceEncoder) -> None:
    assert minilm.record == EncoderRecord(
        name="all-MiniLM-L6-v2",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        dimension=384,
    )


def test_the_same_model_in_a_directory_works_without_its_name(minilm: SentenceEncoder) -> None:
    """The directory's own name stands in the record; its weights still say what it is."""
    directory = encoder._KNOWN["all-MiniLM-L6-v2"].path()
    record = find_encoder(str(directory)).record
    assert record == minilm.record.model_copy(update={"name": directory.name})


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(minilm: SentenceEncoder) -> None:
    texts = ["papyrus", "The library of Alexandria held scrolls. " * 60, "", "𐀓𐀪𐀁 مكتبة 図書館"]
    together = minilm.encode_passages(texts)
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    alone = np.concatenate([minilm.encode_passages([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_question_is_near_the_passage_that_answers_it(minilm: SentenceEncoder) -> None:
    question = minilm.encode_query("Who burned the library?")
    assert question.shape == (384,)
    assert question.dtype == np.float32
    assert float(np.linalg.norm(question)) == pytest.approx(1.0, abs=1e-5)
    answer, other = minilm.encode_passages(
        ["Caesar's soldiers set fire to the book halls.", "Braille cells have six dots."]
    )
    assert question @ answer > question @ other + 0.2


def test_a_passage_is_embedded_with_its_place() -> None:
    assert passage_text("Papyrus", ("Making", "Sheets"), "Strips are pressed.") == (
        "Papyrus – Making – Sheets\nStrips are pressed."
    )
    assert passage_text("Papyrus", (), "A reed.") == "Papyrus\nA reed."


def test_sentence_transformers_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, index.build, index.evaluation, index.follow, index.search\n"
        "from index.encoder import find_encoder\n"
        "find_encoder('all-MiniLM-L6-v2').record\n"
        "sys.exit(bool({'sentence_transformers', 'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
