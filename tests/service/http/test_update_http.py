"""A service under load while its collection is updated, again and again."""

import threading
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from pinakes.index.build.guards import Guards
from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.encoders.sentence_model import SentenceEncoder
from pinakes.index.types import EncoderCheck, EncoderRecord, Manifest, Vectors
from tests.index.toys import QuietProgress, article, write_dump
from tests.service.conftest import MakeServer
from tests.service.shared_encoder import open_shared_encoder
from tests.yardstick import PATIENCE_S, wait_until

SWAPS = [5, pytest.param(20, marks=pytest.mark.slow)]
REQUESTS = 50  # for each swap, at least
HARBOUR = "The harbour of town {n} was dug by hand, and ships of many lands have lain in it."


class CountingEncoder:
    """The real encoder, and the titles of what it was given."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self.titles: list[str] = []

    @property
    def record(self) -> EncoderRecord:
        return self._encoder.record

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.titles += [text.partition("\n")[0] for text in texts]
        return self._encoder.encode_passages(texts)

    def write_question_encoder(self, directory: Path) -> EncoderCheck:
        return self._encoder.write_question_encoder(directory)


@pytest.mark.parametrize("swaps", SWAPS)
def test_no_request_fails_or_sees_two_generations_while_dumps_are_taken_up(
    tmp_path: Path, minilm: SentenceEncoder, make_server: MakeServer, swaps: int
) -> None:
    collection = tmp_path / "data" / "toywiki"
    encoder = CountingEncoder(minilm)

    def take_up(number: int) -> Manifest:
        edition = article(99, "Town wall", f"The wall of the town is of stone{number}.")
        edition = edition.replace("<id>990</id>", f"<id>{990 + number}</id>")
        towns = [article(n, f"Town {n}", HARBOUR.format(n=n)) for n in range(1, 13)]
        dump = write_dump(tmp_path / f"dump{number}", [*towns, edition], f"202611{number + 1:02}")
        options = BuildOptions(workers=1, guards=Guards(open_encoder=open_shared_encoder))
        arguments = (collection, dump, encoder, "all", QuietProgress(), options)
        return build_collection(*arguments).manifest

    expected = {take_up(0).generation: "stone0"}
    assert len(encoder.titles) == 13
    address = make_server(collection=collection)
    seen: list[tuple[str, str, float]] = []
    failed: list[str] = []
    stop = threading.Event()

    def ask_on_and_on() -> None:
        with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
            while not stop.wait(0.05):
                try:
                    reply = client.get("/api/search", params={"q": "What is the town wall of?"})
                    found = reply.raise_for_status().json()
                    text = found["hits"][0]["text"].rstrip(".").rpartition(" ")[2]
                    seen.append((found["generation"], text, found["coverage"]))
                except Exception as error:
                    failed.append(repr(error))

    clients = [threading.Thread(target=ask_on_and_on) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        for number in range(1, swaps + 1):
            encoder.titles.clear()
            manifest = take_up(number)
            assert encoder.titles == ["Town wall"]
            assert (manifest.vectors, manifest.carried_over) == (13, 12)
            expected[manifest.generation] = f"stone{number}"
            name = manifest.generation
            wait_until(lambda name=name: failed or (seen[-1:] and seen[-1][0] == name))
        wait_until(lambda: failed or len(seen) >= REQUESTS * swaps)
    finally:
        stop.set()
        for client in clients:
            client.join(PATIENCE_S)
    assert failed == []
    assert {(generation, text) for generation, text, _ in seen} == set(expected.items())
    assert {coverage for _, _, coverage in seen} == {1.0}
