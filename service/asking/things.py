"""The things that a text names, and what they are.

A thing is the name of a page, or whatever is written as a name. What it is says the beginning of
its page: "was a Danish architect", and "he" further on. Knows nothing of conversations.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pinakes.index.aliases.titles import title_key
from pinakes.index.retrieval.search import Index
from pinakes.ingest.text.scripts import WORD
from pinakes.service.reading.words import LanguageWords

__all__ = [
    "PERSONS",
    "Thing",
    "agrees",
    "begun",
    "called",
    "definition",
    "is_a",
    "is_common",
    "tells_of",
    "things_in",
]

# Of the groups of pronouns in a language's file those that mean persons.
PERSONS = ("man", "woman")

_WORD = re.compile(rf"{WORD}(?:['’-]{WORD})*")
# Small words inside names, of all languages that write names so.
_INSIDE_NAMES = frozenset(
    ["of", "the", "de", "la", "le", "les", "du", "des", "von", "van", "der", "den", "di", "da",
     "del", "della", "dos", "el", "al", "bin", "ibn", "y"]
)  # fmt: skip
_SENTENCE_END = frozenset(".!?:\n")
# What a page says first tells what its thing is, and a little more which pronoun it goes by.
_DEFINITION, _BEGINNING = 500, 1_200
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_MOST_NESTED = 2
_NUMERAL = re.compile(r"[IVXLC\d]+")
_WORD_OR_MARK = re.compile(rf"{_WORD.pattern}|[,;.:]")
_OFTEN = 3
# A word in more of the passages than this says nothing of its own.
_COMMON_SHARE = 0.025


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing named from ``start`` to ``end`` of a text, and how its page begins, if it has one."""

    name: str
    start: int
    end: int
    is_name: bool
    article: str = ""
    page_id: int | None = None
    lead: str = ""

    @property
    def said(self) -> str:
        """The name as it stands in a sentence: *the* Rosetta Stone."""
        return f"{self.article} {self.name}".strip()

    @property
    def is_proper(self) -> bool:
        """Whether it is a name, though perhaps typed without capitals: world cup."""
        return self.is_name or " " in self.name

    def same(self, other: "Thing") -> bool:
        """Whether both are one, perhaps by a part of the name: Amundsen, Roald Amundsen."""
        mine, others = (set(title_key(thing.name).split()) for thing in (self, other))
        return mine <= others or others <= mine


def things_in(
    text: str, index: Index, words: LanguageWords, *, only_names: bool = False
) -> list[Thing]:
    """The things that ``text`` names in its order, those written as names before all others.

    No years and dates, no words that are everywhere, no names that only list what they may mean.
    ``only_names``: none but those that are written as such.
    """
    names = list(_names(text, words, index))
    others: list[Thing] = []
    for start, end, alias in index.named(text):
        said = text[start:end]
        around = [place for place, one in enumerate(names) if one.start < end and start < one.end]
        wider = any(names[place].start < start or end < names[place].end for place in around)
        if wider and (" " not in said or alias.is_disambiguation):
            continue  # "Mona" in "Mona Lisa" is another thing, "Franz Ferdinand" of Austria is none
        unknown = alias.is_disambiguation or _says_little(said, index, words)
        if not around and (only_names or unknown):
            continue
        thing = Thing(said, start, end, bool(around), _article(text, start, words))
        if not alias.is_disambiguation:
            lead = index.store.passages([alias.first_passage])[0][0].text
            thing = replace(thing, page_id=alias.page_id, lead=lead)
        if around:
            names[around[0] : around[-1] + 1] = [thing]
        else:
            others.append(thing)
    return names + others


def agrees(thing: Thing, pronoun: str, words: LanguageWords) -> bool | None:
    """Whether ``thing`` may be called so, by what its own page calls it; None: nobody knows."""
    group = words.referring.agreement.get(pronoun)
    if group is None or not thing.lead:
        return None
    likeliest = called(thing, words)
    if likeliest is None:
        return None
    if group in PERSONS:
        return likeliest == group
    if group == "several":
        return True if likeliest == group else None
    return likeliest not in PERSONS


def called(thing: Thing, words: LanguageWords) -> str | None:
    """The group of pronouns that the page goes on with: the first that begins a sentence."""
    used = [
        (token[0][0].isupper(), words.referring.agreement[token[0].casefold()])
        for token in _WORD.finditer(thing.lead[:_BEGINNING])
        if token[0].casefold() in words.referring.agreement
    ]
    counted = Counter(group for _, group in used).most_common(1)
    return next((group for begins, group in used if begins), counted[0][0] if counted else None)


def is_a(thing: Thing, noun: str, index: Index, words: LanguageWords, *, loosely: bool) -> bool:
    """Whether ``thing`` is a ``noun``: its name says so, or its page, which begins "X is a noun".

    ``loosely``: the word may also stand further on in what the page says first.
    """
    terms = set(index.keywords.content_terms(noun))
    defined = definition(thing)
    heads = [defined] if loosely else [_head(thing.name), *_heads(defined, words)]
    if thing.is_name and not is_common(noun, index):
        heads.append(thing.name.partition(" ")[0])  # Lake Titicaca, Mount Kenya
    return bool(terms) and any(terms <= set(index.keywords.content_terms(head)) for head in heads)


def _head(name: str) -> str:
    """The word of a name that says what it is: *Battle* of Hastings, World *War* I."""
    said: list[str] = []
    for token in _WORD.finditer(name):
        if said and (token[0].casefold() in _INSIDE_NAMES or _NUMERAL.fullmatch(token[0])):
            break
        said.append(token[0])
    return said[-1] if said else ""


def definition(thing: Thing) -> str:
    """What its page says first of a thing, without what stands in brackets."""
    text = begun(thing.lead)
    for _ in range(_MOST_NESTED):
        text = _IN_BRACKETS.sub(" ", text)
    return text[:_DEFINITION]


def begun(text: str) -> str:
    """How a page begins, without its title where a text dump has that on a line of its own."""
    title, _, rest = text.partition("\n\n")
    return rest if rest and title[-1:] not in _SENTENCE_END else text


def _heads(definition: str, words: LanguageWords) -> Iterator[str]:
    """The nouns by which a thing is called: director, producer of "was a film director and …"."""
    tokens = [token[0].casefold() for token in _WORD_OR_MARK.finditer(definition)]
    verb = next(
        (at for at, word in enumerate(tokens) if word in words.referring.copulas), len(tokens)
    )
    said = ""
    for word in tokens[verb + 1 :]:
        goes_on = (
            word[0].isalnum() and word not in words.referring.prepositions | words.referring.joiners
        )
        is_noun = not any(word.endswith(ending) for ending in words.referring.verbal_endings)
        if goes_on and is_noun and word not in words.referring.restricting:
            said = word
            continue
        if said and said not in words.referring.proforms:
            yield said
            said = ""
        if (
            not goes_on
            and word not in words.referring.joiners
            and word != ","
            and said not in words.referring.proforms
        ):
            return
    yield said


def tells_of(thing: Thing, nouns: Sequence[str], index: Index) -> bool:
    """Whether the page of ``thing`` says the first of ``nouns`` again and again, the others too."""
    page = None if thing.page_id is None else index.page(thing.page_id)
    if page is None or not nouns:
        return False
    said = Counter(index.keywords.content_terms(page.text))
    first, *others = (index.keywords.content_terms(noun) for noun in nouns)
    return all(said[term] >= _OFTEN for term in first) and all(
        said[term] for terms in others for term in terms
    )


def is_common(text: str, index: Index) -> bool:
    """Whether ``text`` has no word of its own: all are in a good part of the passages."""
    return all(
        math.exp(-index.keywords.idf(term)) > _COMMON_SHARE for term in index.keywords.terms(text)
    )


def _names(text: str, words: LanguageWords, index: Index) -> Iterator[Thing]:
    """Runs of words with capitals, without what only begins a sentence."""
    run: list[re.Match[str]] = []
    for token in _WORD.finditer(text):
        if run and text[run[-1].end() : token.start()].strip():
            yield from _name(text, run, words)
            run = []
        capital = token[0][0].isupper()
        if (run and (capital or token[0] in _INSIDE_NAMES)) or (
            capital and not _only_begins(text, token, index, words)
        ):
            run.append(token)
        elif run:
            yield from _name(text, run, words)
            run = []
    yield from _name(text, run, words)


def _name(text: str, run: list[re.Match[str]], words: LanguageWords) -> Iterator[Thing]:
    while run and run[-1][0] in _INSIDE_NAMES:
        run.pop()
    if run:
        start = run[0].start()
        said = text[start : run[-1].end()].removesuffix("'s").removesuffix("’s")
        if not _is_date(said, words):
            article = _article(text, start, words)
            yield Thing(said, start, start + len(said), True, article)


def _article(text: str, start: int, words: LanguageWords) -> str:
    """The definite article before a name, which belongs to it in a sentence."""
    before = text[:start].rsplit(maxsplit=1)[-1:]
    said = before[0].casefold() if before and text[:start].endswith(" ") else ""
    return said if said in words.referring.definite and said in words.articles else ""


def _only_begins(text: str, match: re.Match[str], index: Index, words: LanguageWords) -> bool:
    """Whether a word has its capital only because a sentence begins with it."""
    lower = match[0].casefold()
    if lower in words.asking or lower in words.numbers:
        return True
    before = text[: match.start()].rstrip(" \"'“„«([¿¡")
    if before and before[-1] not in _SENTENCE_END:
        return False
    says_nothing = any(
        lower in group
        for group in (words.stop_words, words.lead_ins, words.referring.interjections)
    )
    behind = text[match.end() :]
    # "Born in Pella, he …"
    is_participle = lower.endswith(tuple(words.referring.verbal_endings)) and any(
        word in words.placed for word in _WORD.findall(behind[:20])[:1]
    )
    return (
        says_nothing
        or is_participle
        or not index.keywords.content_terms(lower)
        or behind[:1] == ","
    )


def _says_little(text: str, index: Index, words: LanguageWords) -> bool:
    """Whether small letters name nothing, although a page is called so: yes, people, 1984."""
    said = text.casefold()
    known = said in words.referring.interjections or _is_date(said, words)
    return known or not words.spaced or is_common(said, index)


def _is_date(text: str, words: LanguageWords) -> bool:
    said = _WORD.findall(text.casefold())
    return all(not word[0].isalpha() or word in words.months for word in said)
