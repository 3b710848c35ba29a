"""Results of searches keep to their budget, and begin with the sentence that likely answers."""

from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, Manifest, Suggestion
from pinakes.service.reading.reader import AnsweringSentence
from pinakes.service.tools.frame import Frame, json_of
from pinakes.service.tools.glance import Glance, SeenPage, glance
from pinakes.service.tools.search_results import found, titles_found
from pinakes.service.types import parse_ref
from tests.service.tools.test_ask_results import KINDS, hit

WIKI = "https://sample.invalid/wiki/"


@pytest.fixture(scope="module")
def manifest(index: Index) -> Manifest:
    return index.manifest


def seen(one: Hit, *sentences: tuple[str, float]) -> SeenPage:
    """A page whose passage holds these sentences, each with its score."""
    text = one.passage.text
    said = [
        AnsweringSentence(0, text.index(words), text.index(words) + len(words), score, 0, 1, 0.0)
        for words, score in sentences
    ]
    return SeenPage(one, "medium", tuple((one, sentence) for sentence in said))


@pytest.mark.parametrize("budget", [700, 1_500, 6_000])
@pytest.mark.parametrize("text", KINDS.values(), ids=list(KINDS))
def test_something_is_shown_of_every_page_that_fits(
    manifest: Manifest, text: str, budget: int
) -> None:
    hits = [hit(number, text, ("A very long heading " * 20,)) for number in range(1, 13)]
    pages = [seen(hits[0], (text[:400], 1.0)), *(SeenPage(one, "low", ()) for one in hits[1:])]
    result = found(Glance(tuple(pages)), Frame(manifest, "http://127.0.0.1:8707", budget))
    assert budget * 0.5 < len(json_of(result)) <= budget
    ids = [parse_ref(one.id).page_id for one in result.results]
    assert ids == list(range(1, len(ids) + 1))
    for one in result.results:
        assert len(one.text or "") >= 30
        assert len(one.title) <= 160


def test_the_likeliest_sentence_comes_first_and_others_as_they_are_likely(
    manifest: Manifest,
) -> None:
    one = hit(2, "It was old. Ptolemy founded it. It burnt. It had rolls.")
    other = hit(1, "Museums are old. A king founded it.")
    pages = (
        seen(one, ("Ptolemy founded it.", 3.0), ("It had rolls.", 0.5), ("It burnt.", 1.5)),
        seen(other, ("A king founded it.", 2.0)),
    )
    frame = Frame(manifest, "", 1_500)
    first, second = found(Glance(pages), frame).results
    assert first.text == "Ptolemy founded it. … It burnt. … It had rolls."
    assert (first.title, first.fit) == ("Library 2 › Rolls", "medium")
    assert (first.url, second.url) == (f"{WIKI}Library_2", f"{WIKI}Library_1")
    assert second.text == "A king founded it."
    assert list(first.model_dump(exclude_none=True)) == ["text", "title", "id", "url", "fit"]
    here = found(Glance(pages), Frame(manifest, "http://here", 1_500))
    assert here.results[0].url == "http://here/c/samplewiki/page/2"
    assert json_of(here).count(manifest.dump.day or "?") == 1


def test_where_nothing_fits_there_are_titles_of_the_nearest(manifest: Manifest) -> None:
    nothing = found(Glance((), (hit(3, "x"), hit(4, "y"))), Frame(manifest, "", 1_500))
    assert nothing.results == []
    assert nothing.nearest == ["Library 3", "Library 4"]
    assert nothing.as_of == "2026-11-01"


def test_a_page_that_was_kept_says_of_when(manifest: Manifest) -> None:
    kept = replace(hit(2, "It held 400,000 rolls."), kept_as_of="2026-10-01")
    pages = (SeenPage(kept, "low", ()), SeenPage(hit(1, "Rolls."), "low", ()))
    one, other = found(Glance(pages), Frame(manifest, "", 2_000)).results
    assert (one.kept_as_of, other.kept_as_of) == ("2026-10-01", None)


def test_titles_are_ids_of_whole_pages(manifest: Manifest) -> None:
    pages = [("samplewiki", Suggestion(number, f"Page {number}", None)) for number in range(50)]
    result = titles_found(pages, Frame(manifest, "", 700))
    assert len(json_of(result)) <= 700
    assert [one.id for one in result.results][:2] == ["samplewiki/0", "samplewiki/1"]
    assert "text" not in json_of(result)


def test_a_sentence_from_elsewhere_on_the_page_has_the_id_of_where_it_stands(
    manifest: Manifest,
) -> None:
    one = hit(2, "It was old. Ptolemy founded it. It burnt.")
    text = "Scholars came from Athens. Some of them stayed."
    elsewhere = replace(
        one, passage=replace(one.passage, passage_id=99, start=5_000, end=5_047, text=text)
    )
    page = seen(one, ("Ptolemy founded it.", 3.0), ("It burnt.", 1.0))
    more = seen(elsewhere, ("Scholars came from Athens.", 2.0), ("Some of them stayed.", 0.5))
    both = replace(page, sentences=(*page.sentences, *more.sentences))
    frame = Frame(manifest, "", 1_500)
    [result] = found(Glance((both,)), frame).results
    assert result.text == "Ptolemy founded it. … It burnt."
    [also] = result.also or []
    assert also.text == "Scholars came from Athens. … Some of them stayed."
    ids = [parse_ref(result.id), parse_ref(also.id)]
    assert [(ref.start, ref.end) for ref in ids] == [(100, 141), (5_000, 5_047)]
    lead = replace(one, passage=replace(one.passage, passage_id=98, text="Library 2\n" + text))
    [result] = found(Glance((replace(page, lead=lead),)), frame).results
    assert [(also.text, also.id) for also in result.also or ()] == [(text, "samplewiki/2")]


@pytest.mark.parametrize("budget", [600, 1_500, 6_000])
@pytest.mark.parametrize(
    "question",
    [
        "When was the Rosetta Stone found?",
        "Who founded the Library of Alexandria?",
        "What was written on papyrus?",
        "library Alexandria scrolls fire",
    ],
)
def test_what_is_shown_stands_where_its_id_says(index: Index, question: str, budget: int) -> None:
    result = found(glance(index, question, "hybrid", 4), Frame(index.manifest, "", budget))
    assert len(json_of(result)) <= budget
    shown = [(also.text, also.id) for one in result.results for also in one.also or ()]
    assert result.results
    for text, id in [*shown, *((one.text or "", one.id) for one in result.results)]:
        page = index.page(int(id.partition("/")[2].partition("@")[0]))
        assert page is not None
        ref = parse_ref(id) if "@" in id else None
        stands = page.text[ref.start : ref.end] if ref else page.text[:3_000]
        assert "… …" not in text
        for part in text.split(" … "):
            assert part.removeprefix("… ").removesuffix(" …") in stands
