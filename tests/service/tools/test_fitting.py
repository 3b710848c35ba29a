"""Every result keeps to its budget, whatever is in it."""

from dataclasses import replace

import pytest

from pinakes.index.retrieval.search import Index
from pinakes.index.types import Hit, ListRank, Manifest, StoredPage
from pinakes.ingest.types import Passage, Section
from pinakes.service.asking.citations import make_citation
from pinakes.service.tools.fitting import Frame, answered, fetched, found, json_of
from pinakes.service.tools.tool_views import SearchResult
from pinakes.service.types import Answer, NearPage, PassageRef, Sentence, ShortAnswer, parse_ref

PROSE = "The library of the kings held four hundred thousand rolls of papyrus. " * 40
KINDS = {
    "prose": PROSE,
    "one word": "Donaudampfschifffahrt" * 300,
    "quotation marks": 'He said "no" \\ she said "yes".\n' * 200,
    "unspaced": "図書館は古代世界最大の図書館であった。" * 200,
}


@pytest.fixture(scope="module")
def manifest(index: Index) -> Manifest:
    return index.manifest


def hit(page_id: int, text: str, headings: tuple[str, ...] = ("Rolls",)) -> Hit:
    passage = Passage(page_id, page_id, f"Library {page_id}", headings, text, 100, 100 + len(text))
    return Hit(
        passage, 10 * page_id, "toy", 1.0, {"keyword": ListRank(1, 1.0)}, highlights=((4, 11),)
    )


def page(text: str, title: str = "Library") -> StoredPage:
    sections = (Section((), 0, 50), Section(("Rolls",), 50, len(text)))
    return StoredPage(7, title, 70, "2026-01-01T00:00:00Z", False, 0, text, sections)


@pytest.mark.parametrize("budget", [2_000, 6_000])
@pytest.mark.parametrize("text", KINDS.values(), ids=list(KINDS))
def test_search_shows_something_of_every_page_that_fits(
    manifest: Manifest, text: str, budget: int
) -> None:
    hits = [hit(number % 12 + 1, text, ("A very long heading " * 20,)) for number in range(36)]
    result = found(hits, 10, Frame(manifest, "http://127.0.0.1:8707", budget))
    assert budget * 0.8 < len(json_of(result)) <= budget
    ids = [parse_ref(one.id).page_id for one in result.results]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) == 10 or budget == 2_000
    for one in result.results:
        assert one.text.endswith(" …")
        assert len(one.text) >= 40
        assert len(one.title) <= 160


def test_search_takes_the_best_passage_of_each_page(manifest: Manifest) -> None:
    hits = [hit(2, "Best."), hit(1, "Second."), hit(2, "Worse.")]
    result = found(hits, 10, Frame(manifest, "http://here", 2_000))
    assert [one.text for one in result.results] == ["Best.", "Second."]
    assert result.results[0].title == "Library 2 › Rolls"
    assert (
        result.results[0].url
        == "http://here/c/samplewiki/page/2?revision=20&start=100&end=105#passage"
    )
    assert found([], 10, Frame(manifest, "", 2_000)).results == []


def test_a_page_that_was_kept_says_of_when(manifest: Manifest) -> None:
    kept = replace(hit(2, "It held 400,000 rolls."), kept_as_of="2026-10-01")
    frame = Frame(manifest, "", 2_000)
    [one, other] = found([kept, hit(1, "Rolls.")], 10, frame).results
    assert (one.kept_as_of, other.kept_as_of) == ("2026-10-01", None)
    whole = answer(manifest, "It held rolls [1].", 1, "It held 400,000 rolls.", 1)
    cited = replace(whole, citations=(make_citation(1, kept, manifest),))
    [source] = answered(cited, frame).sources
    assert source.kept_as_of == "2026-10-01"
    assert "kept_as_of" not in json_of(answered(whole, frame))


def test_without_an_address_readers_are_sent_to_the_wiki(manifest: Manifest) -> None:
    frame = Frame(manifest, "", 2_000)
    wiki = "https://sample.invalid/w/index.php?title=Library"
    assert found([hit(2, "Text.")], 10, frame).results[0].url == f"{wiki}_2&oldid=20"
    changed = fetched(page(PROSE), PassageRef("samplewiki", 7, 69, 0, 9), frame)
    assert changed.url == changed.metadata.permalink == f"{wiki}&oldid=70"
    nameless = manifest.model_copy(
        update={"dump": manifest.dump.model_copy(update={"base_url": ""})}
    )
    [bare] = found([hit(2, "Text.")], 10, Frame(nameless, "", 2_000)).results
    assert bare.url is None
    assert "url" not in json_of(SearchResult(results=[bare]))


def test_search_shows_where_the_words_of_the_question_are(manifest: Manifest) -> None:
    text = PROSE + "The zebra sleeps in the last room of all. " + PROSE
    start = text.index("zebra")
    one = hit(1, text)
    late = Hit(one.passage, 10, "toy", 1.0, one.ranks, highlights=((start, start + 5),))
    hits = [late, *(hit(number, PROSE) for number in range(2, 11))]
    result = found(hits, 10, Frame(manifest, "", 3_000))
    assert result.results[0].text.startswith("… The zebra sleeps")


@pytest.mark.parametrize("budget", [2_000, 6_000])
@pytest.mark.parametrize("text", KINDS.values(), ids=list(KINDS))
def test_fetch_widens_a_passage_within_its_budget(
    manifest: Manifest, text: str, budget: int
) -> None:
    asked = PassageRef("samplewiki", 7, 70, 1_000, 1_100)
    # Titles have at most 255 bytes; and a hostile one.
    for title in ("Library", "é" * 127, '"' * 5_000):
        result = fetched(page(text, title), asked, Frame(manifest, "http://here", budget))
        assert len(json_of(result)) <= budget
        start, end = result.metadata.passage_start, result.metadata.passage_end
        assert start is not None
        assert result.text[start:end] == text[1_000:1_100]
        assert start > 100 or budget == 2_000 or text == KINDS["one word"]


def test_fetch_of_an_enormous_article_leads_through_all_of_it(manifest: Manifest) -> None:
    text = "".join(f"Sentence number {number} is no other. " for number in range(3_000)).rstrip()
    frame = Frame(manifest, "", 4_000)
    asked = PassageRef("samplewiki", 7, 70, 0, 20)
    seen = 0
    calls = 0
    while True:
        result = fetched(page(text), asked, frame)
        calls += 1
        assert len(json_of(result)) <= 4_000
        stretch = result.text.removeprefix("… ").removesuffix(" …")
        begin = text.index(stretch)
        assert begin <= seen
        assert begin == 0 or text[begin - 2 : begin] == ". "
        assert stretch.endswith(".")
        seen = begin + len(stretch) + 1
        assert result.text.endswith(" …") == (result.metadata.next is not None)
        if result.metadata.next is None:
            break
        asked = parse_ref(result.metadata.next)
    assert seen > len(text)
    assert calls < 2 * len(text) / 4_000 + 5
    before = parse_ref(result.metadata.previous or "")
    assert before.end <= begin


def test_fetch_of_a_changed_page_gives_its_beginning(manifest: Manifest) -> None:
    asked = PassageRef("samplewiki", 7, 69, 1_000, 1_100)
    result = fetched(page(PROSE * 3), asked, Frame(manifest, "http://here", 2_000))
    assert result.id == str(asked)
    assert result.metadata.changed
    assert result.metadata.revision_id == 70
    assert result.metadata.passage_start is None
    assert result.text.startswith("The library of the kings")
    assert result.title == "Library"
    assert result.url == "http://here/c/samplewiki/page/7"
    assert parse_ref(result.metadata.next or "").revision_id == 70


def answer(manifest: Manifest, text: str, sentences: int, quote: str, cited: int) -> Answer:
    hits = tuple(hit(number, quote) for number in range(1, cited + 1))
    numbers = tuple(range(1, cited + 1))
    spans = [(n * (len(text) + 1), n * (len(text) + 1) + len(text)) for n in range(sentences)]
    return Answer(
        question="Which?", mode="answer", kind="answer", text="\n".join([text] * sentences),
        sentences=tuple(
            Sentence(start, end, numbers[n % max(cited, 1) :][:1], "partly", 0.6, ("1455",))
            for n, (start, end) in enumerate(spans)
        ),
        citations=tuple(
            make_citation(n, one, manifest) for n, one in enumerate(hits, start=1)
        ),
        short_answer=ShortAnswer("rolls", 1, 0, 5), searched=("Which?",), nearest=(), hits=hits,
        confidence=0.5, withheld=1, as_of="2026-11-01", model="toy", coverage=1.0,
        collection=manifest.collection, generation="1", prompt_tokens=1, answer_tokens=1,
        timings={},
    )  # fmt: skip


@pytest.mark.parametrize("budget", [2_000, 6_000])
@pytest.mark.parametrize("quote", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("sentence", ["It held rolls [1].", PROSE, "x" * 9_000], ids=len)
def test_answers_are_cut_by_whole_sentences(
    manifest: Manifest, sentence: str, quote: str, budget: int
) -> None:
    whole = answer(manifest, sentence, 30, quote, 3)
    result = answered(whole, Frame(manifest, "http://127.0.0.1:8707", budget))
    assert budget * 0.7 < len(json_of(result)) <= budget
    assert result.text.endswith(" …") == (result.text != whole.text)
    assert 1 <= len(result.sentences) <= 30
    for one in result.sentences:
        assert one.end <= len(result.text)
        if sentence[0] != "x":
            assert result.text[one.start : one.end] in (sentence, result.text)
    used = {number for one in result.sentences for number in one.citations}
    assert {one.number for one in result.sources} == used


def test_a_short_answer_keeps_everything(manifest: Manifest) -> None:
    whole = answer(manifest, "It held rolls [1].", 1, "It held 400,000 rolls.", 1)
    result = answered(whole, Frame(manifest, "", 2_000))
    assert result.text == "It held rolls [1]."
    [sentence], [source] = result.sentences, result.sources
    assert (sentence.verdict, sentence.citations, sentence.missing) == ("partly", (1,), ("1455",))
    assert (source.number, source.title) == (1, "Library 1 › Rolls")
    assert source.quote == "It held 400,000 rolls."
    assert (result.short_answer, result.withheld, result.as_of) == ("rolls", 1, "2026-11-01")
    assert result.collection == "samplewiki"


def test_a_refusal_has_pages_to_fetch_instead(manifest: Manifest) -> None:
    hits = (hit(3, PROSE), hit(3, "Other."), hit(4, PROSE))
    empty = answer(manifest, "Nothing here answers.", 0, "", 0)
    refusal = Answer(
        **{field: getattr(empty, field) for field in empty.__slots__}
        | {"kind": "refusal", "text": "Nothing here answers.", "hits": hits, "short_answer": None}
        | {"nearest": (NearPage(4, "Library 4", "/page/4"), NearPage(3, "Library 3", "/page/3"))}
    )
    result = answered(refusal, Frame(manifest, "", 2_000))
    assert result.text == "Nothing here answers."
    assert [parse_ref(one.id).page_id for one in result.nearest] == [4, 3]
    assert parse_ref(result.nearest[1].id).end == 100 + len(PROSE)
    assert "short_answer" not in json_of(result)
