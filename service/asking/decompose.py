"""Questions that take more than one search, taken apart: comparisons, and questions in two steps.

Pure rules over English questions; of other languages, and of what the rules do not know, the
question is asked as it is.
"""

import re
from dataclasses import dataclass

__all__ = ["Comparison", "TwoSteps", "parts_of"]

_NAME = r"(?:the )?[^,?]+?"
# What to look for when one thing is said to be more of something than another.
_ATTRIBUTES = {
    "older|oldest|younger|youngest|first|earlier|earliest|last|later|latest|newer|newest|before|"
    "after|longer ago|recent": "When was {} born, founded, built or made?",
    "larger|largest|bigger|biggest|smaller|smallest": "How large is {}, its area and population?",
    "taller|tallest|higher|highest|deeper|deepest|lower|lowest": "How high is {}?",
    "longer|longest|shorter|shortest": "How long is {}?",
    "heavier|heaviest|lighter|lightest": "How heavy is {}?",
    "faster|fastest|slower|slowest": "How fast is {}?",
    "populous|people|inhabitants": "What is the population of {}?",
    "near|nearer|nearest|closer|closest|north|south|east|west": "Where is {}?",
}
_COMPARED = (
    # Which of X and Y is older?
    re.compile(
        rf"^(?:which|who|what)(?: one)?(?: \w+)? of (?P<a>{_NAME}) (?:and|or) (?P<b>{_NAME}) "
        r"(?P<rest>(?:is|was|are|were|has|had|came|lived|died|did)\b.*)$",
        re.IGNORECASE,
    ),
    # Who was born first, X or Y?
    re.compile(
        rf"^(?:which|who|what)\b(?P<rest>[^,?]*)[,:] (?P<a>{_NAME}) or (?P<b>{_NAME})$",
        re.IGNORECASE,
    ),
    # Is X older than Y?
    re.compile(
        rf"^(?:is|was|are|were|does|did|do|has|have) (?P<a>{_NAME}) "
        rf"(?P<rest>(?:an? |much |far )?(?:\w+er|more \w+|less \w+)(?: \w+)?) than (?P<b>{_NAME})$",
        re.IGNORECASE,
    ),
    # Did X and Y both …?
    re.compile(
        rf"^(?:is|was|are|were|does|did|do|has|have) (?P<a>{_NAME}) and (?P<b>{_NAME}) "
        r"(?P<rest>both\b.*|in the same\b.*|from the same\b.*|of the same\b.*)$",
        re.IGNORECASE,
    ),
)
_CLAUSE = re.compile(
    r"\bthe (?P<noun>[\w-]+(?: [\w-]+)?) (?P<link>where|in which|that|who|which|whose|in whose) "
    r"(?P<clause>[^,?]+)",
    re.IGNORECASE,
)
# Questions whose own verb stands behind the clause: "When was the library of the city where
# Callimachus worked | founded?", "When did the man who deciphered Linear B | die?"; but "was born".
_PARTICIPLE = (
    r"\w+ed|born|built|made|written|found|sold|bought|brought|taken|begun|lost|won|held|drawn|given|"
    r"known|shown|thrown|grown|fought|taught|laid|sent|left|cut|led|shot|broken|chosen|stolen|driven"
)
_ASKED_OF_IT = re.compile(
    r"^(?:what|when|where|how|why) (?P<verb>was|were|did|does|do)\b", re.IGNORECASE
)
_NO_AUXILIARY = r" (?!(?:is|was|are|were|be|been|has|had|have|did|does) )[\w-]+"
_OWN_VERB = {
    "be": re.compile(rf"{_NO_AUXILIARY}(?P<own> (?:{_PARTICIPLE}))$", re.IGNORECASE),
    "do": re.compile(rf"{_NO_AUXILIARY}(?P<own> [\w-]+)$", re.IGNORECASE),
}
_OF = re.compile(
    r"\bthe (?P<noun>author|writer|composer|painter|director|founder|inventor|discoverer|architect|"
    r"creator|builder|wife|husband|father|mother|son|daughter|brother|sister|teacher|pupil|student|"
    r"successor|predecessor|capital|birthplace|hometown|country|currency) of (?P<of>[^,?]+)$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:what|which|who|is|was|are|were|did|does|do|the|an?|of|in|on|to|by|for|s)\b",
    re.IGNORECASE,
)
_PLACES = frozenset(["capital", "birthplace", "hometown", "country", "currency"])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same asked of two things."""

    questions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class TwoSteps:
    """A question whose answer stands in another: ``outer`` with ``{}`` where that belongs."""

    inner: str
    outer: str


def parts_of(question: str) -> Comparison | TwoSteps | None:
    """How to ask ``question`` in parts; None where one search is as good."""
    text = " ".join(question.split()).rstrip("?.! ")
    for pattern in _COMPARED:
        if match := pattern.match(text):
            template = _template(match["rest"])
            one, other = (template.format(match[group].strip()) for group in ("a", "b"))
            return Comparison((one, other))
    return _two_steps(text)


def _template(rest: str) -> str:
    lower = rest.casefold()
    for words, question in _ATTRIBUTES.items():
        if re.search(rf"\b(?:{words})\b", lower):
            return question
    return "{} " + _no_braces(rest).strip()


def _two_steps(text: str) -> TwoSteps | None:
    match = _CLAUSE.search(text) or _OF.search(text)
    if match is None:
        return None
    start, end = (_no_braces(part) for part in (text[: match.start()], text[match.end() :]))
    clause = match.groupdict().get("clause", "")
    if (asked := _ASKED_OF_IT.match(start)) and not end:
        verb = _OWN_VERB["be" if asked["verb"].casefold() in ("was", "were") else "do"]
        if own := verb.search(clause):
            end, clause = own["own"], clause[: own.start("own")]
    if not re.search(r"\w", _ASKING.sub("", start + end)):
        return None  # nothing is asked of the thing itself: one step
    outer = f"{start}{{}}{end}?"
    noun = match["noun"]
    if "of" in match.groupdict():
        return TwoSteps(
            f"{'What' if noun in _PLACES else 'Who'} is the {noun} of {match['of']}?", outer
        )
    return TwoSteps(f"Which {noun} {clause}?", outer)


def _no_braces(text: str) -> str:
    return text.replace("{", "").replace("}", "")
