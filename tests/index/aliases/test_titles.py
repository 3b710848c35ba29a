import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.index.aliases.titles import title_key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Library of Alexandria", "library of alexandria"),
        ("Library_of_Alexandria", "library of alexandria"),
        ("  Index (publishing) ", "index publishing"),
        ("Encyclopédie", "encyclopedie"),
        ("Encyclope\u0301die", "encyclopedie"),
        ("Jean-François Champollion", "jean francois champollion"),
        ("Ts'ai Lun", "ts ai lun"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ΑΛΕΞΆΝΔΡΕΙΑ", "αλεξανδρεια"),
        ("Ἀλεξάνδρεια", "αλεξανδρεια"),
        ("مكتبة الإسكندرية", "مكتبة الاسكندرية"),
        ("書物", "書物"),
        ("ℌ", "h"),
        ("C++", "c"),
        ("!!!", ""),
        ("", ""),
    ],
)
def test_titles_that_a_reader_would_type_alike_share_a_key(title: str, key: str) -> None:
    assert title_key(title) == key


@given(st.text())
def test_a_key_is_its_own_key(title: str) -> None:
    assert title_key(title_key(title)) == title_key(title)


@given(st.text(), st.text())
def test_a_longer_title_begins_with_the_words_typed_so_far(words: str, more: str) -> None:
    assert title_key(f"{words} {more}").startswith(title_key(words))
