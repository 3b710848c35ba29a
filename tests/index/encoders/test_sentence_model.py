import dataclasses
import hashlib
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.encoders import sentence_model
from pinakes.index.encoders.onnx_model import open_question_encoder
from pinakes.index.encoders.passage_text import passage_text
from pinakes.index.encoders.sentence_model import SentenceEncoder, find_encoder
from pinakes.index.errors import EncoderNotFound
from pinakes.index.types import EncoderRecord
from tests.index.tiny_models import write_model
from tests.index.toys import ROOT

SENTENCES = [
    "The reed of the Nile was pressed into sheets and glued to rolls. ",
    "Hieratic was written from right to left with a brush of rush. ",
    "Caesar's soldiers set fire to the ships, and the halls burned. ",
    "Braille cells have six dots in two columns. ",
]
WEIGHTS = b"these bytes stand for 90 MB of weights"


@pytest.fixture
def toy_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that passes for the packaged model as long as its weights are unchanged."""
    directory = tmp_path / "toy_model"
    directory.mkdir()
    (directory / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    (directory / "model.safetensors").write_bytes(WEIGHTS)
    known = dataclasses.replace(
        sentence_model._PACKAGED["all-MiniLM-L6-v2"],
        package="toy_model",
        file="model.safetensors",
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )
    monkeypatch.setitem(sentence_model._PACKAGED, "toy", known)
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
    directory = minilm.directory
    record = find_encoder(str(directory)).record
    assert record == minilm.record.model_copy(update={"name": directory.name})


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(minilm: SentenceEncoder) -> None:
    texts = ["papyrus", "The library of Alexandria held scrolls. " * 60, "", "𐀓𐀪𐀁 مكتبة 図書館"]
    together = minilm.encode_passages(texts)
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    alone = np.concatenate([minilm.encode_passages([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert minilm.encode_passages([]).shape == (0, 384)


def test_passages_are_near_those_of_the_model_itself(minilm: SentenceEncoder) -> None:
    """What 8-bit integers cost on real passages; beyond .99 the bench finds no loss of rank."""
    texts = [f"Papyrus – {n}\n{sentence} " * 5 for n, sentence in enumerate(SENTENCES)]
    model = import_module("sentence_transformers").SentenceTransformer(
        str(find_encoder("all-MiniLM-L6-v2").directory),
        device="cpu",
        local_files_only=True,
    )
    wanted = model.encode(texts, normalize_embeddings=True)
    cosines = np.einsum("ij,ij->i", wanted, minilm.encode_passages(texts))
    assert cosines.min() > 0.98
    assert cosines.mean() > 0.99


@pytest.mark.gpu
def test_on_a_gpu_passages_are_encoded_in_half_precision(
    minilm: SentenceEncoder, tmp_path: Path
) -> None:
    check = minilm.write_question_encoder(tmp_path / "encoder")
    assert check.passage_precision == "float16"
    assert check.passage_cosine > 0.999
    texts = [sentence * n for n in range(1, 30) for sentence in SENTENCES]
    questions = open_question_encoder(tmp_path / "encoder")
    wanted = np.stack([questions.encode_passage(text) for text in texts])
    assert np.einsum("ij,ij->i", wanted, minilm.encode_passages(texts)).min() > 0.999


def test_prefixes_come_from_the_models_own_configuration(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "multilingual-e5-small", {"query": "ask ", "passage": "p "})
    record = find_encoder(str(directory)).record
    assert (record.query_prefix, record.passage_prefix) == ("ask ", "p ")


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("multilingual-e5-small", "query: ", "passage: "),
        ("Multilingual-E5-large", "query: ", "passage: "),
        ("bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("some-model", "", ""),
    ],
)
def test_else_prefixes_come_from_the_models_name(
    tmp_path: Path, name: str, query: str, passage: str
) -> None:
    """Models saved anew carry empty prompts, which say nothing."""
    directory = write_model(tmp_path / name, {"query": "", "document": ""})
    record = find_encoder(f"{directory}/").record
    assert (record.name, record.query_prefix, record.passage_prefix) == (name, query, passage)
    assert record.dimension == 32


def test_prefixes_reach_passages_and_questions(tmp_path: Path) -> None:
    """A model without prefixes, asked with them in the text, gives the same vectors."""
    plain = find_encoder(str(write_model(tmp_path / "plain", {})))
    prefixed = find_encoder(str(write_model(tmp_path / "e5-small", {})))
    assert plain.record.sha256 == prefixed.record.sha256
    found = prefixed.encode_passages(["papyrus", "linear b"])
    wanted = plain.encode_passages(["passage: papyrus", "passage: linear b"])
    assert found == pytest.approx(wanted, abs=1e-5)
    assert found != pytest.approx(plain.encode_passages(["papyrus", "linear b"]), abs=1e-3)
    for one, name in ((plain, "plain"), (prefixed, "prefixed")):
        one.write_question_encoder(tmp_path / "out" / name)
    [first, second] = [open_question_encoder(tmp_path / "out" / n) for n in ("plain", "prefixed")]
    wanted = first.encode_query("query: who?")
    assert second.encode_query("who?") == pytest.approx(wanted, abs=1e-5)
    assert second.encode_query("who?") != pytest.approx(first.encode_query("who?"), abs=1e-3)
    # Serving compares sentences with questions: they are encoded as passages are.
    sentences = second.encode_passages(["papyrus", "linear b"])
    assert sentences == pytest.approx(
        first.encode_passages(["passage: papyrus", "passage: linear b"]), abs=1e-5
    )
    assert second.encode_passages([]).shape == (0, 32)


def test_a_model_in_the_local_cache_of_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laid out as the hub's own library lays it out; nothing dials out to find it."""
    cache = tmp_path / "models--owner--e5-small"
    write_model(cache / "snapshots" / "abc", {})
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    record = find_encoder("owner/e5-small").record
    assert (record.name, record.query_prefix) == ("e5-small", "query: ")


def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "broken", {})
    (directory / "config.json").unlink()
    with pytest.raises(EncoderNotFound, match=r"broken: not a usable sentence-transformers model"):
        find_encoder(str(directory)).encode_passages(["word"])
    (directory / "config_sentence_transformers.json").write_text("{")
    with pytest.raises(EncoderNotFound, match=r"config_sentence_transformers.json: not readable"):
        find_encoder(str(directory))


def test_where_8_bit_integers_do_badly_passages_are_encoded_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentence_model, "_LEAST_PASSAGE_COSINE", 2.0)
    found = find_encoder(str(write_model(tmp_path / "model", {})))
    check = found.write_question_encoder(tmp_path / "encoder")
    assert check.passage_precision == "float32"
    assert check.passage_cosine > 0.99999
    vector = open_question_encoder(tmp_path / "encoder").encode_passage("papyrus")
    assert found.encode_passages(["papyrus"])[0] == pytest.approx(vector, abs=1e-6)


def test_a_passage_is_embedded_with_its_place() -> None:
    assert passage_text("Papyrus", ("Making", "Sheets"), "Strips are pressed.") == (
        "Papyrus – Making – Sheets\nStrips are pressed."
    )
    assert passage_text("Papyrus", (), "A reed.") == "Papyrus\nA reed."


def test_sentence_transformers_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import sys, pinakes.index.build.pipeline, pinakes.index.evaluation\n"
        "import pinakes.index.follow, pinakes.index.retrieval.search\n"
        "from pinakes.index.encoders.sentence_model import find_encoder\n"
        "find_encoder('all-MiniLM-L6-v2').record\n"
        "sys.exit(bool({'sentence_transformers', 'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
