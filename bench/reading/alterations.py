"""Sentences made untrue: another number, month or name, roles changed, the opposite said.

And sentences made other than they were without saying anything else: shortened, turned round. By
the forms of English words alone; what a sentence means, nothing here knows.
"""

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

__all__ = ["NAME", "falsified", "names_in", "reworded", "shortened"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_NUMBER_WORDS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_OPPOSITES = dict(
    pair
    for a, b in (
        ("largest", "smallest"), ("larger", "smaller"), ("large", "small"), ("north", "south"),
        ("northern", "southern"), ("east", "west"), ("eastern", "western"), ("before", "after"),
        ("more", "fewer"), ("most", "least"), ("increased", "decreased"), ("won", "lost"),
        ("higher", "lower"), ("highest", "lowest"), ("high", "low"), ("older", "younger"),
        ("oldest", "youngest"), ("early", "late"), ("earlier", "later"), ("father", "mother"),
        ("son", "daughter"), ("brother", "sister"), ("husband", "wife"), ("male", "female"),
        ("men", "women"), ("king", "queen"), ("above", "below"), ("first", "last"),
        ("began", "ended"), ("born", "died"), ("always", "never"), ("all", "none"),
        ("hot", "cold"), ("left", "right"), ("black", "white"), ("public", "private"),
        ("good", "bad"), ("strong", "weak"), ("rich", "poor"), ("short", "long"),
        ("shorter", "longer"), ("opened", "closed"), ("inside", "outside"), ("major", "minor"),
        ("majority", "minority"), ("success", "failure"), ("successful", "unsuccessful"),
        ("unlike", "like"), ("including", "excluding"), ("solid", "liquid"), ("winter", "summer"),
        ("acid", "base"), ("positive", "negative"), ("upper", "lower"), ("with", "without"),
        ("many", "few"), ("often", "rarely"), ("usually", "rarely"), ("common", "rare"),
        ("against", "for"), ("victory", "defeat"), ("rise", "fall"), ("rose", "fell"),
        ("supported", "opposed"), ("accepted", "rejected"), ("same", "different"),
        ("buy", "sell"), ("city", "river"), ("novel", "film"), ("singer", "painter"),
        ("actor", "politician"), ("player", "coach"), ("American", "British"),
        ("French", "German"), ("Italian", "Spanish"), ("Chinese", "Japanese"),
        ("red", "green"), ("blue", "yellow"), ("wood", "stone"), ("oxygen", "nitrogen"),
        ("gold", "copper"), ("iron", "silver"), ("island", "mountain"), ("cat", "dog"),
    )
    for pair in ((a, b), (b, a))
)  # fmt: skip
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|had|can|could|will|would|may|should|does|did)\b(?! not)"
)
_WORD = r"[A-Z][\w’'-]*"
NAME = re.compile(rf"\b{_WORD}(?:(?: (?:of|the|de|von|van|and the|of the))? {_WORD})*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w]|[.,]\d)")
_NO_NAMES = frozenset(
    """The A An In On At By For From With He She It They His Her Its Their This That These Those
    There When While After Before During Since As If But And Or However Although Some Many Most
    All Both Each One Two Three Other Such Under Over Between Because Also According To Of
    Despite Later Until Through Not No I We You What Which Who Where How Its Several Another
    Today Now Then Only Even Like Unlike Among Within Without Often Although Though So Thus
    Additionally Furthermore Moreover First Second Third Finally Initially Originally Since
    """.split()  # noqa: SIM905
)


def names_in(sentence: str, *, at_start: bool = False) -> list[tuple[int, int]]:
    """Offsets of what looks like names; of the sentence's first word only with ``at_start``."""
    found = []
    for match in NAME.finditer(sentence):
        start, end = match.span()
        first = match[0].split()[0]
        if first in _NO_NAMES:
            if " " not in match[0]:
                continue
            start += len(first) + 1
            if sentence[start].islower():
                continue
        elif start == 0 and " " not in match[0] and not at_start:
            continue
        found.append((start, end))
    return found


def falsified(sentence: str, others: Sequence[str], chance: random.Random) -> str | None:
    """The sentence with one thing in it made wrong; None where nothing in it can be.

    ``others``: names that other sentences hold.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _other_number(sentence, chance),
        lambda: _other_word(sentence, _MONTHS, chance),
        lambda: _other_word(sentence, _NUMBER_WORDS, chance),
        lambda: _other_word(sentence, _ORDINALS, chance),
        lambda: _other_name(sentence, others, chance),
        lambda: _roles_changed(sentence, chance),
        lambda: _opposite(sentence, chance),
        lambda: _denied(sentence, chance),
    ]
    weights = [3.0, 1.5, 1.5, 0.7, 4.0, 2.0, 3.0, 1.2]
    while ways:
        [place] = chance.choices(range(len(ways)), weights)
        altered = ways.pop(place)()
        weights.pop(place)
        if altered and altered != sentence:
            return altered
    return None


def shortened(sentence: str, chance: random.Random) -> str:
    """The sentence without what stands in brackets, or after a comma at its end; or as it is."""
    plain = re.sub(r" ?\([^()]*\)", "", sentence)
    cuts = [
        match.start()
        for match in re.finditer(
            r", (?:which|who|whose|where|including|and|but|such|with|as|when|while|although)\b|;",
            plain,
        )
        if len(plain[: match.start()].split()) >= 6
    ]
    if cuts and chance.random() < 0.7:
        plain = plain[: chance.choice(cuts)].rstrip(" ,;") + "."
    return plain


def reworded(sentence: str, title: str, chance: random.Random) -> str:
    """The sentence with its pronoun named, its time at the other end, or words of like meaning."""
    match = re.match(r"(He|She|It|They)\b(?= [a-z])", sentence)
    name = title.partition(" (")[0]
    if match and chance.random() < 0.8:
        sentence = name + sentence[match.end() :]
    match = re.match(r"((?:In|On|During|By) [^,]{2,30}), (\w.*)\.$", sentence)
    if match and chance.random() < 0.5:
        rest = (
            match[2] if match[2].split()[0] not in _NO_NAMES else match[2][0].lower() + match[2][1:]
        )
        place = match[1][0].lower() + match[1][1:]
        sentence = f"{rest[0].upper()}{rest[1:]} {place}."
    else:
        match = re.match(r"(.{20,})( (?:in|on) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4})\.$", sentence)
        if match and chance.random() < 0.5:
            sentence = f"{match[2].strip().capitalize()}, {match[1]}."
    for word, like in _ALIKE:
        if chance.random() < 0.5:
            sentence = re.sub(rf"\b{word}\b", like, sentence, count=1)
    return sentence


_ALIKE = tuple(
    pair
    for a, b in (
        ("began", "started"), ("located", "situated"), ("known as", "called"),
        ("also known as", "also called"), ("approximately", "about"), ("however, ", ""),
        ("received", "got"), ("died", "passed away"), ("constructed", "built"),
        ("near", "close to"),
        ("several", "a number of"), ("wrote", "authored"), ("founded", "established"),
        ("purchased", "bought"), ("released", "published"), ("large", "big"),
        ("often", "frequently"),
        ("because", "since"), ("primarily", "mainly"), ("created", "made"),
        ("consists of", "is made up of"),
        ("used to", "employed to"), ("attempted", "tried"), ("became", "turned into"),
        ("movie", "film"), ("won", "was awarded"), ("contains", "has"), ("includes", "has"),
        ("additional", "further"), ("led", "headed"), ("obtained", "got"), ("ended", "finished"),
    )
    for pair in ((a, b), (b, a)) if a and b
)  # fmt: skip


def _other_number(sentence: str, chance: random.Random) -> str | None:
    numbers = list(_NUMBER.finditer(sentence))
    if not numbers:
        return None
    match = chance.choice(numbers)
    said = match[0]
    digits = said.replace(",", "")
    if re.fullmatch(r"1\d{3}|20[012]\d", said):
        other = str(
            int(said) + chance.choice((-100, -40, -20, -10, -7, -3, -2, -1, 1, 2, 4, 10, 25))
        )
    elif "." in digits:
        value = float(digits) * chance.choice((0.1, 0.5, 1.5, 2, 3, 10))
        other = f"{value:,.{len(digits.partition('.')[2])}f}"
    else:
        value = int(digits)
        changed = chance.choice(
            (value + 1, value * 2, value * 10, max(1, value // 2), value + chance.randint(2, 9))
        )
        other = f"{changed:,}" if "," in said or changed > 9_999 else str(changed)
    return None if other == said else sentence[: match.start()] + other + sentence[match.end() :]


def _other_word(sentence: str, words: Sequence[str], chance: random.Random) -> str | None:
    found = list(re.finditer(rf"\b(?:{'|'.join(words)})\b", sentence))
    if not found:
        return None
    match = chance.choice(found)
    other = chance.choice([word for word in words if word != match[0]])
    return sentence[: match.start()] + other + sentence[match.end() :]


def _other_name(sentence: str, others: Sequence[str], chance: random.Random) -> str | None:
    places = names_in(sentence, at_start=True)
    if not places:
        return None
    start, end = chance.choice(places)
    said = sentence[start:end]
    fits = [
        name
        for name in others
        if name not in sentence and said not in name
        if abs(len(name.split()) - len(said.split())) <= 1
    ]
    return sentence[:start] + chance.choice(fits) + sentence[end:] if fits else None


def _roles_changed(sentence: str, chance: random.Random) -> str | None:
    """Two names in each other's places, where more than "and" or a comma is between them."""
    places = names_in(sentence, at_start=True)
    pairs = [
        (one, two)
        for one, two in pairwise(places)
        if set(re.findall(r"[a-z]{2,}", sentence[one[1] : two[0]])) - {"and", "or", "with", "the"}
        and sentence[slice(*one)] != sentence[slice(*two)]
    ]
    if not pairs:
        return None
    (a, b), (c, d) = chance.choice(pairs)
    return sentence[:a] + sentence[c:d] + sentence[b:c] + sentence[a:b] + sentence[d:]


def _opposite(sentence: str, chance: random.Random) -> str | None:
    found = [match for match in re.finditer(r"\b[A-Za-z]+\b", sentence) if match[0] in _OPPOSITES]
    if not found:
        return None
    match = chance.choice(found)
    return sentence[: match.start()] + _OPPOSITES[match[0]] + sentence[match.end() :]


def _denied(sentence: str, chance: random.Random) -> str | None:
    if " not " in sentence:
        return sentence.replace(" not ", " ", 1)
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    match = found[0]
    word = " never" if chance.random() < 0.3 else " not"
    return sentence[: match.end()] + word + sentence[match.end() :]
