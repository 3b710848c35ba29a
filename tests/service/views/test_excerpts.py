import pytest

from pinakes.ingest.characters import cut_place
from pinakes.service.views.excerpts import best_excerpt, marked_pieces

FILLER = "Nothing is said here of the matter at hand. " * 6


def spans(text: str, *words: str) -> list[tuple[int, int]]:
    """Every place of the words in ``text``, in order."""
    return sorted(
        (start, start + len(word))
        for word in words
        for start in range(len(text))
        if text.startswith(word, start)
    )


def shown(text: str, length: int, *words: str) -> str:
    start, end = best_excerpt(text, spans(text, *words), length)
    assert end - start <= length
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "length", "words", "excerpt"),
    [
        pytest.param("", 10, [], "", id="no text"),
        pytest.param("A reed.", 80, ["reed"], "A reed.", id="all of a short text"),
        pytest.param("One two three four", 9, [], "One two", id="no highlights: how it begins"),
        pytest.param(
            FILLER + "Reeds grow by the Nile. " + FILLER,
            50, ["Reeds", "Nile"], "Reeds grow by the Nile. Nothing is said here of",
            id="the sentence that matches",
        ),
        pytest.param(
            "Nile, Nile. " + FILLER + "Papyrus is a reed. " + FILLER,
            40, ["Nile", "Papyrus", "reed"], "Papyrus is a reed. Nothing is said here",
            id="different words before repeated ones",
        ),
        pytest.param(
            "Papyrus is a reed. " + FILLER + "Papyrus, reed. " + FILLER,
            40, ["Papyrus", "reed"], "Papyrus is a reed. Nothing is said here",
            id="the beginning before a nearer place",
        ),
        pytest.param(
            FILLER + "Papyrus grows, it is said, like a reed. " + FILLER + "Papyrus reed! It ends.",
            44, ["Papyrus", "reed"], "Papyrus reed! It ends.",
            id="the end of the text",
        ),
        pytest.param(
            "a" * 30 + " " + "so long a sentence goes on and on " * 9 + "until papyrus ends it",
            40, ["papyrus"], "on and on until papyrus ends it",
            id="inside a long sentence",
        ),
        pytest.param("埃" * 50 + "图书" + "及" * 50, 6, ["图书"], "埃埃图书及及", id="no spaces"),
        pytest.param("م" * 20 + " كتاب " + "ن" * 20, 9, ["كتاب"], "كتاب", id="right to left"),
        pytest.param("x" * 90, 20, ["x" * 90], "x" * 20, id="a highlight longer than all"),
        pytest.param("𠮷野" * 9 + "山" + "𠮷野" * 9, 5, ["山"], "𠮷野山𠮷野", id="beyond 16 bits"),
    ],
)  # fmt: skip
def test_the_part_worth_showing(text: str, length: int, words: list[str], excerpt: str) -> None:
    assert shown(text, length, *words) == excerpt


def test_what_supports_an_answer_comes_before_the_words_of_the_question() -> None:
    text = "Papyrus is a reed. " + FILLER + "It was sold in rolls. " + FILLER
    place = (text.index("It was sold"), text.index(" rolls") + 7)
    start, end = best_excerpt(text, spans(text, "Papyrus", "reed"), 40, [place])
    assert text[start:end].startswith("It was sold in rolls.")
    # What does not fit has no say.
    start, end = best_excerpt(text, spans(text, "Papyrus", "reed"), 40, [(0, len(text))])
    assert text[start:end].startswith("Papyrus is a reed.")


def test_what_is_shown_holds_its_words_whole() -> None:
    text = FILLER + "Papyrus was written on with a reed, as the Greeks tell. " + FILLER
    for length in range(60, 200):
        found = shown(text, length, "Papyrus", "reed", "Greeks")
        assert "Papyrus" in found
        assert found == text or text[text.index(found) + len(found) :][:1].isspace()


def test_a_passage_full_of_matches_is_no_burden() -> None:
    text = "reed papyrus " * 20_000
    highlights = spans(text[:13_000], "reed", "papyrus")
    assert best_excerpt(text, highlights, 100)[0] == 0


def test_pieces_add_up_to_the_stretch() -> None:
    text = "Reeds and papyrus by the Nile"
    highlights = spans(text, "Reeds", "papyrus", "Nile")
    pieces = list(marked_pieces(text, highlights, 2, 27))
    assert pieces == [
        ("eds", True), (" and ", False), ("papyrus", True), (" by the ", False), ("Ni", True),
    ]  # fmt: skip
    assert list(marked_pieces(text, highlights, 10, 10)) == []
    assert list(marked_pieces(text, [], 0, len(text))) == [(text, False)]


def test_overlapping_highlights_show_every_letter_once() -> None:
    pieces = list(marked_pieces("图书馆员", [(0, 2), (1, 3)], 0, 4))
    assert pieces == [("图书", True), ("馆", True), ("员", False)]


@pytest.mark.parametrize("text", ["e\u0301" * 300, "दिल्ली" * 100, "👩🏽\u200d🔬" * 100])
def test_no_letter_is_torn(text: str) -> None:
    for length in range(40, 60):
        for at in range(200, 210):
            for edge in best_excerpt(text, [(at, at + 2)], length):
                assert cut_place(text, edge) == edge or at <= edge <= at + 2
