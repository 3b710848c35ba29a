"""An encoder in a directory that several machines share."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.encoders import shared_model
from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.index.encoders.shared_model import SharedEncoder
from pinakes.index.errors import EncoderMismatch

TEXTS = ["Papyrus\nA reed of the Nile, pressed into sheets.", "", "纸草"]


@pytest.fixture
def shared(minilm: SentenceEncoder, tmp_path: Path) -> SharedEncoder:
    """The real encoder, with files of its own."""
    shared_model._opened.cache_clear()
    found = minilm.share_passage_encoder(tmp_path)
    assert found is not None
    return found


def test_it_encodes_as_the_machine_that_exported_it(
    shared: SharedEncoder, minilm: SentenceEncoder
) -> None:
    again: SharedEncoder = pickle.loads(pickle.dumps(shared))
    vectors = again.encode_passages(TEXTS)
    assert vectors.shape == (3, 384)
    assert np.einsum("ij,ij->i", vectors, minilm.encode_passages(TEXTS)).min() > 0.9999
    assert again.encode_passages([]).shape == (0, 384)
    assert len(pickle.dumps(shared)) < 500


def test_it_is_written_once_and_again_where_it_is_not_whole(
    shared: SharedEncoder, minilm: SentenceEncoder, tmp_path: Path
) -> None:
    tokenizer = shared.directory / "tokenizer.json"
    written = tokenizer.stat().st_ino
    assert minilm.share_passage_encoder(tmp_path) == shared
    assert tokenizer.stat().st_ino == written
    whole = tokenizer.read_bytes()
    tokenizer.write_bytes(whole[:-1])
    assert minilm.share_passage_encoder(tmp_path) == shared
    assert tokenizer.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == [f"encoder-{shared.digest}"]


def test_a_worker_that_sees_other_files_encodes_nothing(shared: SharedEncoder) -> None:
    (shared.directory / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderMismatch, match="do all machines share that directory"):
        shared.encode_passages(TEXTS)


def test_a_worker_that_computes_otherwise_encodes_nothing(shared: SharedEncoder) -> None:
    path = shared.directory / "expected.npy"
    expected = np.load(path)
    expected[3] = expected[4]
    np.save(path, expected)
    with pytest.raises(EncoderMismatch, match=r"cosine 0\.\d+, 0\.9999 is needed\).*take it out"):
        shared.encode_passages(TEXTS)
