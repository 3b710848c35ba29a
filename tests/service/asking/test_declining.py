"""What a model says when the sources do not hold the answer, and what only sounds like it."""

import pytest

from pinakes.ingest.text.language import listed_languages
from pinakes.service.asking.declining import decline_in, is_decline

DECLINES = [
    "The sources do not say.",
    "The sources do not say when he was born [1].",
    "The provided sources do not contain information about this.",
    "**The sources don't mention it.**",
    "Sorry, the sources don't mention this.",
    "Based on the given sources, it is not stated in the passages.",
    "There is no information in the sources about it.",
    "No information is given about that.",
    "I cannot find the answer in the sources.",
    "The answer is not in the sources.",
    "The information is not available in the sources.",
    "This is not mentioned in the sources.",
    "Die Quellen sagen nicht, wann er geboren wurde [1].",
    "Die angegebenen Quellen enthalten keine Informationen darüber.",
    "Leider geben die Quellen darüber keine Auskunft.",
    "In den Quellen wird nicht erwähnt, wer das Papier erfand.",
    "Das wird in den Quellen nicht erwähnt.",
    "Die Antwort geht aus den Quellen nicht hervor.",
    "Es gibt keine Informationen darüber in den Quellen.",
    "Ich kann die Antwort in den Quellen nicht finden.",
    "Les sources ne disent pas quand il est né.",
    "Malheureusement, les sources fournies ne mentionnent pas cette information.",
    "Il n'y a aucune information à ce sujet dans les sources.",
    "La réponse ne figure pas dans les sources.",
    "Cela n’est pas mentionné dans les sources.",
    "Je ne sais pas.",
    "Las fuentes no mencionan cuándo nació.",
    "Lo siento, pero las fuentes proporcionadas no contienen esa información.",
    "No se menciona en las fuentes.",
    "No hay información sobre esto en las fuentes.",
    "No lo sé.",
    "抱歉，提供的资料中没有提到这一点。",
    "没有相关信息。",
]
ANSWERS = [
    "The sources do not freeze in winter.",
    "The sources do not say when he was born, but he died in 1455.",
    "The passages do not mention it; it was in 1200.",
    "The text did not survive the fire.",
    "The source of the Nile does not lie in Egypt.",
    "No information leaves a black hole.",
    "It is not known who built Stonehenge.",
    "The documents did not reveal his name until 1990.",
    "The Articles of Confederation did not give Congress the power to tax.",
    "Socrates wrote nothing himself.",
    "Die Quellen der Donau liegen nicht in Ungarn.",
    "Die Quellen sagen nicht, wann er geboren wurde, aber er starb 1455.",
    "Es ist nicht bekannt, wer Stonehenge erbaute.",
    "Die Artikel nennen keinen König.",
    "Les sources ne gèlent pas en hiver.",
    "Les sources ne le disent pas, mais il est mort en 1455.",
    "On ne sait pas qui a construit Stonehenge.",
    "Las fuentes no se congelan en invierno.",
    "Las fuentes no lo dicen, pero murió en 1455.",
    "No se sabe quién construyó Stonehenge.",
    "长江的来源不在西藏。",
    "资料来源没有说明，但他死于1455年。",
]


@pytest.mark.parametrize("sentence", DECLINES)
def test_declines(sentence: str) -> None:
    assert is_decline(sentence)


@pytest.mark.parametrize("language", sorted(filter(decline_in, listed_languages())))
def test_what_a_model_is_told_to_say_is_one(language: str) -> None:
    assert is_decline(str(decline_in(language)))


@pytest.mark.parametrize("sentence", ANSWERS)
def test_answers_that_sound_like_it(sentence: str) -> None:
    assert not is_decline(sentence)
