"""Sentences: where they end, and where they only seem to."""

import pytest

from pinakes.ingest.text.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. J. R. Smith met St. Paul. He left.", ["Dr. J. R. Smith met St. Paul.", "He left."]),
        ("It is c. 300 BC. Then no. 5 came.", ["It is c. 300 BC.", "Then no. 5 came."]),
        ('He said "Go." She went.', ['He said "Go."', "She went."]),
        ("It weighs 3.5 kg. That is all.", ["It weighs 3.5 kg.", "That is all."]),
        ("In 1799. 54 lines stand.", ["In 1799.", "54 lines stand."]),
        ("A row: 1\nA row: 2", ["A row: 1", "A row: 2"]),
        ("1. First item\n2. Second item", ["1. First item", "2. Second item"]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("他说：“这里没有。”然后走了。", ["他说：“这里没有。”", "然后走了。"]),
        ("यह नदी है। वह पहाड़ है।\nसूची", ["यह नदी है।", "वह पहाड़ है।", "सूची"]),
        ("یہ دریا ہے۔ کیا وہ پہاڑ ہے؟ ہاں۔", ["یہ دریا ہے۔", "کیا وہ پہاڑ ہے؟", "ہاں۔"]),
        ("Ἐν ἀρχῇ. Ὁ λόγος.", ["Ἐν ἀρχῇ.", "Ὁ λόγος."]),
        ("See (e.g. Smith, i.e. Him). Done.", ["See (e.g. Smith, i.e. Him).", "Done."]),
        ("He joined I.G. Farben. So it was.", ["He joined I.G. Farben.", "So it was."]),
        ("It is Foo Inc.\nNext line", ["It is Foo Inc.", "Next line"]),
        ("Who? 'Me?' \"No!\" (Yes.) So", ["Who?", "'Me?'", '"No!"', "(Yes.)", "So"]),
        ("no capital. follows here", ["no capital. follows here"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences
