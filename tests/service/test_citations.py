import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import DumpRecord, Hit, Manifest, Placing
from ingest.types import PageCounts, Passage
from service.citations import (
    cite,
    content_words,
    make_citation,
    overlap,
    supporting_passage,
    wiki_permalink,
)

PASSAGES = {
    1: "Library of Alexandria. Planned under Ptolemy I Soter. It held 40,000 scrolls in 48 BC.",
    2: "Bi Sheng. Bi Sheng made movable type of baked clay around 1040, under the Song dynasty.",
    3: "Café Zürich. The café in Zürich opened in 1911.",
}

# name, what the model wrote, what is shown
MARKS = [
    ("a valid mark stays", "Kings planned it [1].", "Kings planned it [1]."),
    ("an unknown mark goes", "Horses eat grass [7].", "Horses eat grass."),
    ("zero is no passage", "Horses eat grass [0].", "Horses eat grass."),
    ("valid among unknown", "Kings planned it [7][1][9].", "Kings planned it [1]."),
    ("the same mark twice", "Kings planned it [1] [1].", "Kings planned it [1]."),
    ("a list", "Kings planned it [1, 2].", "Kings planned it [1] [2]."),
    ("a list with semicolons", "Kings planned it [2;1].", "Kings planned it [2] [1]."),
    ("a range", "Kings planned it [1-3].", "Kings planned it [1] [2] [3]."),
    ("a range with a dash", "Kings planned it [1–2].", "Kings planned it [1] [2]."),
    ("a range beyond reason", "Kings planned it [1-99].", "Kings planned it [1]."),
    ("source in brackets", "Kings planned it (source 2).", "Kings planned it [2]."),
    ("source with a colon", "Kings planned it [Source: 2].", "Kings planned it [2]."),
    ("two sources", "Kings planned it (sources 1 and 2).", "Kings planned it [1] [2]."),
    ("passage", "Kings planned it [passage 3].", "Kings planned it [3]."),
    ("like a footnote", "Kings planned it [^2].", "Kings planned it [2]."),
    ("East Asian brackets", "Kings planned it【2】.", "Kings planned it [2]."),
    ("a number in round brackets is no mark", "Kings (2) planned it.", "Kings (2) planned it."),
    ("a year in brackets is no mark", "Horses [1998] eat grass.", "Horses [1998] eat grass."),
    ("a Markdown link is no mark", "See [1](there) for all.", "See [1](there) for all."),
    ("no space before the mark", "Kings planned it[1].", "Kings planned it [1]."),
    ("inside the sentence", "Kings [1] planned it.", "Kings planned it [1]."),
    ("after the full stop", "Kings planned it. [1]", "Kings planned it [1]."),
    ("after two stops", "He came. [1] She went. [2]", "He came [1]. She went [2]."),
    ("alone on the next line", "Kings planned it.\n\n[1]", "Kings planned it [1]."),
    ("before each sentence", "[1] He came. [2] She went.", "He came [1]. She went [2]."),
    ("after a quotation", '"It is so." [2] He went [1].', '"It is so [2]." He went [1].'),
    ("after a question", "Did kings plan it? [1]", "Did kings plan it [1]?"),
    ("no stop at all", "Kings planned it [1]", "Kings planned it [1]"),
    ("lines stay lines", "- He came [1]\n- She went [2]", "- He came [1]\n- She went [2]"),
    ("an abbreviation ends nothing", "It was c. Easter [1].", "It was c. Easter [1]."),
    ("Japanese", "これは文。[1]次の文。[2]", "これは文 [1]。次の文 [2]。"),
    ("Arabic", "كانت مكتبة كبيرة [1].", "كانت مكتبة كبيرة [1]."),
    ("marks without words", "[1] [2].", ""),
    ("only stops", "...", ""),
    ("nothing", " \n ", ""),
]


@pytest.mark.parametrize(("raw", "text"), [case[1:] for case in MARKS], ids=[c[0] for c in MARKS])
def test_marks(raw: str, text: str) -> None:
    assert cite(raw, PASSAGES).text == text


def test_sentences_and_what_each_cites() -> None:
    raw = (
        "The library was planned under Ptolemy. Horses eat grass [9]. "
        "Clay type came in 1040 [1][2]. 𠮷 café 🐎 [3]!"
    )
    cited = cite(raw, PASSAGES)
    assert [(cited.text[one.start : one.end], one.citations) for one in cited.sentences] == [
        ("The library was planned under Ptolemy [1].", (1,)),
        ("Horses eat grass.", ()),
        ("Clay type came in 1040 [1] [2].", (1, 2)),
        ("𠮷 café 🐎 [3]!", (3,)),
    ]


def test_a_valid_mark_is_kept_even_if_another_passage_fits_better() -> None:
    assert cite("Bi Sheng made type of baked clay [1].", PASSAGES).sentences[0].citations == (1,)


# name, sentence, number of the passage that bears it out
SUPPORT = [
    ("words", "Bi Sheng made movable type.", 2),
    ("other case, no accents, plural", "ZURICH CAFES", 3),
    ("words and the right number", "Bi Sheng made clay type in 1040.", 2),
    ("a wrong number", "Bi Sheng made clay type in 1041.", None),
    ("a number of another passage", "Bi Sheng made clay type in 1911.", None),
    ("part of a number", "Bi Sheng made clay type in 104.", None),
    ("thousands without their comma", "Held 40000 scrolls.", 1),
    ("a number alone", "40,000.", 1),
    ("too few of the words", "Bi Sheng rode tall horses over green hills.", None),
    ("one word says too little", "Ptolemy.", None),
    ("only little words", "It was the one that is in it.", None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(
    ("sentence", "number"), [case[1:] for case in SUPPORT], ids=[case[0] for case in SUPPORT]
)
def test_supporting_passage(sentence: str, number: int | None) -> None:
    assert supporting_passage(sentence, PASSAGES) == number
    assert cite(sentence, PASSAGES).sentences == () or (
        cite(sentence, PASSAGES).sentences[0].citations == (() if number is None else (number,))
    )


def test_the_passage_that_shares_most_wins_and_the_first_of_equals() -> None:
    passages = {4: "clay pots", 5: "baked clay type", 6: "baked clay type"}
    assert supporting_passage("baked clay type", passages) == 5


def test_without_passages_nothing_is_cited() -> None:
    cited = cite("Bi Sheng made type [1].", {})
    assert cited.text == "Bi Sheng made type."
    assert cited.sentences[0].citations == ()


@pytest.mark.parametrize(
    ("words", "passage", "share"),
    [
        ("", "clay type", 0.0),
        ("clay type", "", 0.0),
        ("clay type", "type clay ink", 1.0),
        ("clay type ink paper", "clay", 0.25),
        ("clay 1040", "clay type", 0.0),
        ("clay 1040", "1040 press", 0.5),
    ],
)
def test_overlap(words: str, passage: str, share: float) -> None:
    assert overlap(content_words(words), content_words(passage)) == share


def test_content_words_are_what_is_compared() -> None:
    words = content_words("What were the Libraries' glass_case sizes? 1,234.5 m in the Éclair")
    assert words == {"librarie", "glass", "case", "size", "1234.5", "m", "eclair"}


# Letters of several scripts, stops, marks good and bad: whatever comes, the result is consistent.
PIECES = (
    "Bi Sheng |𠮷🐎|مكتبة |in 1040|. |.|。|! |\n|[1]|[2, 9]|[|]| (source 3)|[1-3]|“|”|)|c. "
    "|【1】|[^2]|[1998]|  |\u2028"
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map("".join))
def test_whatever_a_model_writes(raw: str) -> None:
    cited = cite(raw, PASSAGES)
    end = 0
    for sentence in cited.sentences:
        assert end <= sentence.start < sentence.end <= len(cited.text)
        assert cited.text[end : sentence.start].isspace() or sentence.start == end
        assert set(sentence.citations) <= set(PASSAGES)
        shown = re.findall(r"\[(\d)\]", cited.text[sentence.start : sentence.end])
        assert tuple(map(int, shown)) == sentence.citations
        end = sentence.end
    assert end == len(cited.text)


MANIFEST = Manifest(
    format_version=1,
    collection="enwiki",
    generation="20261101-1",
    created="2026-11-02T00:00:00+00:00",
    dump=DumpRecord(
        name="enwiki",
        date="20261101",
        language="en",
        base_url="https://en.wikipedia.org/wiki/Main_Page",
        files=[],
        fingerprint="",
    ),
    pages=PageCounts(read=1, documents=1),
    passages=1,
    vectors=0,
    encoder=None,
    versions={},
    files={},
)
PASSAGE = Passage(7, 617, "Bi Sheng", ("Life", "Type"), "He baked  clay.\n- 𠮷", 10, 28)


def test_a_citation_carries_the_stored_text_and_both_addresses() -> None:
    citation = make_citation(2, Hit(PASSAGE, 99, 1.0, {"keyword": Placing(1, 1.0)}), MANIFEST)
    assert citation.quote == PASSAGE.text
    assert (citation.number, citation.title, citation.heading_path) == (
        2,
        "Bi Sheng",
        ("Life", "Type"),
    )
    assert str(citation.ref) == "enwiki/617@99:10-28"
    assert citation.url == "/page/617?revision=99&start=10&end=28#passage"
    assert citation.permalink == "https://en.wikipedia.org/w/index.php?title=Bi_Sheng&oldid=99"


def test_a_dump_that_does_not_name_its_wiki_gives_no_permalink() -> None:
    manifest = MANIFEST.model_copy(
        update={"dump": MANIFEST.dump.model_copy(update={"base_url": ""})}
    )
    hit = Hit(replace(PASSAGE, title="X"), 99, 1.0, {})
    assert make_citation(1, hit, manifest).permalink is None


@pytest.mark.parametrize(
    ("base_url", "title", "address"),
    [
        ("http://a.org/wiki/Main", "A", "https://a.org/w/index.php?title=A&oldid=5"),
        (
            "https://a.org/wiki/M",
            "A&B?#=",
            "https://a.org/w/index.php?title=A%26B%3F%23%3D&oldid=5",
        ),
        ("https://a.org/wiki/M", "é d", "https://a.org/w/index.php?title=%C3%A9_d&oldid=5"),
        ("https://a.org/M", "A", None),
        ("javascript:alert(1)/wiki/M", "A", None),
        ("", "A", None),
    ],
)
def test_wiki_permalink(base_url: str, title: str, address: str | None) -> None:
    assert wiki_permalink(base_url, title, 5) == address
