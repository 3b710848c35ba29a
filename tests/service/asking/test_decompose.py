"""Which questions are asked in parts, and in which."""

import pytest

from pinakes.service.asking.decompose import Comparison, Kind, Span, TwoSteps, parts_of

BORN = "When was {} born, founded, built or made?"

COMPARISONS = [
    ("Which of the Great Library and the Library of Pergamum is older?", "the Great Library",
     "the Library of Pergamum", BORN),
    ("Who was born first, Callimachus or Eratosthenes?", "Callimachus", "Eratosthenes", BORN),
    ("Is the Rosetta Stone older than the Gutenberg Bible?", "the Rosetta Stone",
     "the Gutenberg Bible", BORN),
    ("Which is larger, Paris or London?", "Paris", "London",
     "How large is {}, its area and population?"),
    ("Who lived longer, Plato or Euclid?", "Plato", "Euclid",
     "When was {0} born, and when did {0} die?"),
    ("Was Bi Sheng more famous than Gutenberg?", "Bi Sheng", "Gutenberg", "{} more famous"),
    ("Were Plato and Euclid both Greek?", "Plato", "Euclid", "{} both Greek"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other", "template"), COMPARISONS)
def test_comparisons(question: str, one: str, other: str, template: str) -> None:
    assert parts_of(question) == Comparison((template.format(one), template.format(other)))


def _spans(question: str, names: tuple[str, ...]) -> list[Span]:
    return [(question.find(name), question.find(name) + len(name)) for name in names]


# question, what it names, the first step, the second
STEPS = [
    ("What is the capital of the country where the Rosetta Stone was found?", ("Rosetta Stone",),
     "Which country the Rosetta Stone was found?", "What is the capital of {}?"),
    ("When did the man who deciphered Linear B die?", ("Linear B",),
     "Which man deciphered Linear B?", "When did {} die?"),
    ("In which year did the man who deciphered Linear B die?", ("Linear B",),
     "Which man deciphered Linear B?", "In which year did {} die?"),
    ("When was the library of the city where Callimachus worked founded?", ("Callimachus",),
     "Which city Callimachus worked?", "When was the library of {} founded?"),
    ("Who is the wife of the man who deciphered {Linear B}?", ("Linear B",),
     "Which man deciphered {Linear B}?", "Who is the wife of {}?"),
    ("Where was the author of the Pinakes born?", ("Pinakes",),
     "Who is the author of the Pinakes?", "Where was {} born?"),
    ("Where was Hamlet's author born?", ("Hamlet",),
     "Who is the author of Hamlet?", "Where was {} born?"),
    ("Where was the man born who deciphered Linear B?", ("Linear B",),
     "Which man deciphered Linear B?", "Where was {} born?"),
    ("Who was the father of the composer of Don Giovanni?", ("Don Giovanni",),
     "Who is the composer of Don Giovanni?", "Who was the father of {}?"),
    ("what did the father of the architect of the louvre do for a living", ("louvre",),
     "Who is the architect of the louvre?", "what did the father of {} do for a living?"),
    ("what town was the composer of tosca from", ("tosca",),
     "Who is the composer of tosca?", "what town was {} from?"),
    ("Where was the man after whom the volt is named born?", ("volt",),
     "Which man after whom the volt is named?", "Where was {} born?"),
    ("What is the currency of the country whose capital is Lima?", ("Lima",),
     "Which country whose capital is Lima?", "What is the currency of {}?"),
    ("Where is the university at which Euclid taught?", ("Euclid",),
     "Which university at which Euclid taught?", "Where is {}?"),
    ("Which queen invited the author of Emile to the city where he died?", ("Emile",),
     "Who is the author of Emile to the city where he died?", "Which queen invited {}?"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "names", "inner", "outer"), STEPS)
def test_two_steps(question: str, names: tuple[str, ...], inner: str, outer: str) -> None:
    steps = parts_of(question, _spans(question, names))
    assert isinstance(steps, TwoSteps)
    assert (steps.inner, steps.outer) == (inner, outer)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Where was the author of Emma born?", "person"),
        ("Where was the mother of Emma born?", "woman"),
        ("When did the man who wrote Emma die?", "man"),
        ("Which river flows through the capital of Peru?", "thing"),
    ],
)
def test_what_stands_between_two_steps(question: str, kind: Kind) -> None:
    steps = parts_of(question, _spans(question, ("Peru" if "Peru" in question else "Emma",)))
    assert isinstance(steps, TwoSteps)
    assert steps.kind == kind


@pytest.mark.parametrize(
    ("question", "names", "one", "other"),
    [
        ("were bach and handel born in the same year", ("bach", "handel"),
         "bach born in the same year", "handel born in the same year"),
        ("Did Plato die before Euclid?", ("Plato", "Euclid"), "Did Plato die before",
         "Did die before Euclid"),
        ("rome or paris: which is older?", ("rome", "paris"), "rome or : which is older",
         "or paris: which is older"),
    ],
)  # fmt: skip
def test_each_of_two_things_is_asked_for_without_the_other(
    question: str, names: tuple[str, ...], one: str, other: str
) -> None:
    assert parts_of(question, _spans(question, names)) == Comparison((one, other))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("", ()),
        ("Who founded the Library of Alexandria?", ("Library of Alexandria",)),
        ("What is the capital of Egypt?", ("Egypt",)),
        ("What is the largest city of Egypt?", ("Egypt",)),
        ("Which is it?", ()),
        ("Is it so?", ()),
        ("Who was the Author of the Quixote?", ("Author of the Quixote",)),
        ("Who was president of France before the war?", ("France",)),
        ("¿Cuál es más antigua, la Piedra o la Biblia?", ()),
    ],
)
def test_one_search_is_as_good(question: str, names: tuple[str, ...]) -> None:
    assert parts_of(question, _spans(question, names)) is None
