"""Sentences: where they end, and where they only seem to, in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinakes.ingest.text.sentences import sentence_break, sentence_spans


def cut(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language=language)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["One.", "Two!", "Three?"],
        ["Dr. J. R. Smith met St. Paul.", "He left."],
        ["It is c. 300 BC.", "Then no. 5 came."],
        ['He said "Go."', "She went."],
        ["It weighs 3.5 kg.", "That is all."],
        ["In 1799.", "54 lines stand."],
        ["See (e.g. Smith, i.e. Him).", "Done."],
        ["He joined I.G. Farben.", "So it was."],
        ["Who?", "'Me?'", '"No!"', "(Yes.)", "So"],
        ["no capital. follows here"],
        ["On Jan. 5 he came.", "See art. 5, vols. 1–3."],
        ["He loves art.", "She does not.", "It was in May.", "They left."],
        ["It is below −40 °C.", "So it was in the 1930s.", "It isn't.", "Nor the F-14's."],
        ["It ended in chapter 3.", "Then World War II.", "The end."],
        ["Maj. Gen. Polk met Sen. Sumner."],
        ["He came… Then he left..."],
    ],
)
def test_english(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("de", ["Er starb am 3. Februar 1468 in Mainz.", "Danach kam der 2. Weltkrieg."]),
        ("de", ["Am 11. Sept. 1999, 1. 5. 2001 und (17. Juni) z. B. Karl u. a. Könige."]),
        ("de", ["Zum 100. Geburtstag.", "Er war Ludwig XIV. von Frankreich.", "Es war 1945."]),
        ("de", ["Er trug die Nummer 10.", "Später wog er 110 000.", "Das war 1945.", "Er ging."]),
        ("de", ["Siehe S. 12, Nr. 5 und Dr. Müller.", "Er hieß »Mr. Potato«.", "„Ja.“", "Gut."]),
        ("lb", ["Den 3. Oktober 1990 ass Berlin Haaptstad.", "Et ass grouss."]),
        ("da", ["Han døde den 3. februar i det 19. århundrede.", "Det var f.eks. Bonn."]),
        ("da", ["Klubben er i den tyske 2. Bundesliga.", "Det var i 1871.", "Stilen var ny."]),
        ("no", ["Han ble født 3. mars.", "I 2. Verdenskrig kom bl.a. Karl."]),
        ("fi", ["Hän kuoli 3. helmikuuta 1468.", "Se oli esim. Helsinki."]),
        ("hu", ["Meghalt 1468. február 3-án.", "Itt XIV. Lajos és IV. Béla volt király."]),
        ("hu", ["Az 1936. évi játékok.", "Ez 1945. április 30. óta áll."]),
        ("cs", ["Zemřel 3. února 1468.", "Ludvík XIV. byl král.", "Např. Karel, č. 5, tj. on."]),
        ("pl", ["Zmarł 3. Dywizji dowódca, m. in. Jan, ul. Długa.", "Był tu do 1945.", "Potem."]),
        ("hr", ["Rođen je 3. siječnja u crkvi sv. Petra.", "Poslije je otišao."]),
        ("sr", ["У 13. веку, од 2006. године, Ф. Ц. Флик.", "Оно је данас ту."]),
        ("lv", ["Dzimis 1918. gada 18. novembrī.", "Tas bija 44. Amerikas prezidents."]),
        ("fr", ["M. Dupont, p. 12 et art. 5, éd. Seuil.", "Il aime l'art.", "C'est tout."]),
        ("fr", ["Louis XIV mourut en Allemagne de l’Est.", "Il revint."]),
        ("es", ["El Sr. López vive en la av. Mayor, núm. 5.", "EE. UU. Ganó.", "¿Quién?", "Él."]),
        ("ru", ["А. С. Пушкин умер в 1837 г. в Петербурге, т. е. Питере.", "См. с. 15."]),
        ("ru", ["Он родился в 1799 г.", "Он был поэтом и т. д.", "Вот."]),
        ("uk", ["Голов. тренер: Д. Сігурдссон, 52° півн. ш., 13° сх. д.", "Місто росте."]),
        ("el", ["Ποιος είναι;", "Ο κ. Παπάς, π.χ. Εγώ.", "Ἐν ἀρχῇ.", "Ὁ λόγος."]),
        ("ka", ["ა. ჭავჭავაძე იყო.", "ის იყო."]),
        ("hy", ["Սա գիրք է։", "Ա. Խաչատրյանը գրեց։"]),
        ("la", ["Urbs deletus est.", "Tamen vol. 3, pp. 20 legit."]),
        ("ltg", ["I. un II. Školas gromota, 5. Liga.", "Breiveibys ūļneicā 202.", "Kleštora."]),
    ],
)
def test_alphabets(language: str, sentences: list[str]) -> None:
    assert cut(" ".join(sentences), language) == sentences


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("ja", "これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("ja", "「はい。」と言った。1945年。", ["「はい。」", "と言った。", "1945年。"]),
        ("zh", "他说：“这里没有。”然后走了。", ["他说：“这里没有。”", "然后走了。"]),
        ("zh", "真的！是吗？3.5公里。", ["真的！", "是吗？", "3.5公里。"]),
        ("ko", "그는 3. 1 운동을 했다. 끝.", ["그는 3.", "1 운동을 했다.", "끝."]),
        ("hi", "यह नदी है। डॉ. राम आए।\nसूची", ["यह नदी है।", "डॉ. राम आए।", "सूची"]),
        ("mr", "तो इ.स. १७०१ मध्ये आला. तो गेला.", ["तो इ.स. १७०१ मध्ये आला.", "तो गेला."]),
        ("ur", "یہ دریا ہے۔ کیا وہ پہاڑ ہے؟ ہاں۔", ["یہ دریا ہے۔", "کیا وہ پہاڑ ہے؟", "ہاں۔"]),
        ("ar", "التقى د. أحمد عام 1936م. وعاد. هل عاد؟ نعم.",
         ["التقى د. أحمد عام 1936م.", "وعاد.", "هل عاد؟", "نعم."]),
        ("he", "ד\"ר כהן וא. ב. יהושע באו. הם הלכו.", ["ד\"ר כהן וא.", "ב. יהושע באו.",
         "הם הלכו."]),
        ("th", "เขาเกิดเมื่อ พ.ศ. 2500 ที่กรุงเทพ แล้วไป", ["เขาเกิดเมื่อ พ.ศ. 2500 ที่กรุงเทพ แล้วไป"]),
        ("my", "သူသွားသည်။ သူလာသည်။", ["သူသွားသည်။", "သူလာသည်။"]),
        ("am", "እሱ ሄደ። እሷ መጣች።", ["እሱ ሄደ።", "እሷ መጣች።"]),
    ],
)  # fmt: skip
def test_other_scripts(language: str, text: str, sentences: list[str]) -> None:
    assert cut(text, language) == sentences


@pytest.mark.parametrize("language", ["", "en", "de", "zh"])
@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A row: 1\nA row: 2", ["A row: 1", "A row: 2"]),
        ("1. First item\n2. Second item", ["1. First item", "2. Second item"]),
        ("It is Foo Inc.\nNext line", ["It is Foo Inc.", "Next line"]),
        ("It is so. \nand so", ["It is so.", "and so"]),
        ("Am 3.\nFebruar", ["Am 3.", "Februar"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_lines_stand_for_themselves(language: str, text: str, sentences: list[str]) -> None:
    assert cut(text, language) == sentences


@pytest.mark.parametrize("language", ["", "xx", "tlh"])
def test_a_language_without_rules_has_those_of_english(language: str) -> None:
    assert cut("Dr. Smith came on Jan. 5. So it was.", language) == [
        "Dr. Smith came on Jan. 5.",
        "So it was.",
    ]


texts = st.lists(
    st.sampled_from(
        ["Am", "am", "3.", "Februar", "XIV.", "z.", "B.", "Dr.", "Er.", "т.", "е.", "(", "»", "„A",
         "1468.", "go?", "。", "दूर।", "ა.", "\n", '"So."', "S.", "12", "1930s.", "es"]
    )
)  # fmt: skip


@given(texts, st.sampled_from(["en", "de", "ru", "hu"]))
def test_a_break_is_where_the_first_sentence_of_the_whole_ends(
    words: list[str], language: str
) -> None:
    text = " ".join(words).strip()
    spans = sentence_spans(text, language=language)
    found = sentence_break(text, language=language)
    assert found == ((spans[0][1], spans[1][0]) if len(spans) > 1 else None)


@given(texts, st.sampled_from(["en", "de", "ru", "hu"]))
def test_what_has_been_cut_stays_so_whatever_comes(words: list[str], language: str) -> None:
    text = " ".join(words).strip()
    whole = sentence_spans(text, language=language)
    for length in range(len(text)):
        part = sentence_spans(text[:length].rstrip(), language=language)
        assert part[:-1] == whole[: max(0, len(part) - 1)]
