"""Text for benchmarks: as real text where BM25 looks, and the same at every run."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.corpora.synthetic_text import Material, invented_word, read_material
from pinakes.ingest.sources.mediawiki.files.dumps import find_dump, plan_units
from pinakes.ingest.sources.mediawiki.types import Page
from pinakes.ingest.sources.mediawiki.wikitext import parse_document
from pinakes.ingest.sources.mediawiki.xml.pages import read_pages

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def material() -> Material:
    [path] = SAMPLE.glob("*-multistream.xml.bz2")
    dump = find_dump([path])
    pages = (page for unit in plan_units(dump) for page in read_pages(unit))
    documents = (
        parse_document(page, dump.site)
        for page in pages
        if isinstance(page, Page) and page.namespace == 0 and page.redirect_to is None
    )
    return read_material((document.title, document.text) for document in documents)


def page(material: Material, seed: int, invented: tuple[int, int] = (0, 0)) -> str:
    rng = np.random.default_rng(seed)
    sections = material.sections(rng, 400, "Quellin Harbour", invented)
    return "\n".join("".join(words) for _, paragraphs in sections for words in paragraphs)


def test_a_page_is_the_same_at_every_run_and_like_no_other(material: Material) -> None:
    assert page(material, 1) == page(material, 1)
    assert page(material, 1) != page(material, 2)


def test_no_sentence_of_the_source_stands_in_a_page_whole(material: Material) -> None:
    starts = material.starts
    sentences = {
        "".join(material.words[n] for n in material.tokens[begin:stop])
        for begin, stop in pairwise(starts)
        if stop - begin > 30
    }
    assert sentences
    text = page(material, 3)
    assert not [sentence for sentence in sentences if sentence.strip() in text]


def test_a_page_speaks_of_its_subject(material: Material) -> None:
    found = [page(material, seed) for seed in range(20)]
    assert sum("Quellin" in text or "Harbour" in text for text in found) > 10


def test_function_words_keep_their_share(material: Material) -> None:
    text = " ".join(page(material, seed) for seed in range(40))
    share = Counter(re.findall(r"\w+", text))["the"] / len(re.findall(r"\w+", text))
    real = material.frequency[material.numbers["the"]] / material.word_count
    assert share == pytest.approx(real, rel=0.25)


def test_new_words_are_as_many_as_asked_for(material: Material) -> None:
    names = {invented_word(material, number) for number in range(3)}
    words = set(re.findall(r"\w+", page(material, 4, (0, 3)).lower()))
    assert len(names) == 3
    assert names <= words
    assert not names & set(re.findall(r"\w+", page(material, 4).lower()))


def test_the_vocabulary_grows_more_slowly_than_the_text(material: Material) -> None:
    once, ten = material.invented(1e6), material.invented(1e7)
    assert material.invented(0) == 0
    assert 0.3 < material.heaps_exponent < 0.95
    assert once < ten < 10 * once
