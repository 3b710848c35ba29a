"""Questions that take more than one search, taken apart: comparisons, and questions in two steps.

Pure rules over English questions, told where these name things; of other languages, and of what
the rules do not know, the question is asked as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Comparison", "Kind", "Span", "TwoSteps", "parts_of"]

# Start and end of a thing that a question names.
Span = tuple[int, int]
# "thing": anything, a person as well.
Kind = Literal["man", "woman", "person", "thing"]

_NAME = r"(?:the )?[^,?]+?"
# What to look for when one thing is said to be more of something than another.
_ATTRIBUTES = {
    "live|lived|lives": "When was {0} born, and when did {0} die?",
    "older|oldest|younger|youngest|first|earlier|earliest|last|later|latest|newer|newest|before|"
    "after|longer ago|recent": "When was {0} born, founded, built or made?",
    "larger|largest|bigger|biggest|smaller|smallest": "How large is {0}, its area and population?",
    "taller|tallest|higher|highest|deeper|deepest|lower|lowest": "How high is {0}?",
    "longer|longest|shorter|shortest": "How long is {0}?",
    "heavier|heaviest|lighter|lightest": "How heavy is {0}?",
    "faster|fastest|slower|slowest": "How fast is {0}?",
    "populous|people|inhabitants": "What is the population of {0}?",
    "near|nearer|nearest|closer|closest|north|south|east|west": "Where is {0}?",
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
        rf"(?P<rest>(?:have |an? |much |far )*(?:\w+er|more \w+|less \w+)(?: \w+)?) "
        rf"than (?P<b>{_NAME})$",
        re.IGNORECASE,
    ),
    # Did X and Y both …?
    re.compile(
        rf"^(?:is|was|are|were|does|did|do|has|have) (?P<a>{_NAME}) and (?P<b>{_NAME}) "
        r"(?P<rest>both\b.*|in the same\b.*|from the same\b.*|of the same\b.*)$",
        re.IGNORECASE,
    ),
)
# What else says that two things are compared, with both named.
_OF_BOTH = re.compile(r"\b(?:both|same|in common|differen\w+)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:or|than)\b", re.IGNORECASE)
_EARLIER = re.compile(
    r"^(?:did|was|were|is|are|does|do|has|have) .*?\b(before|after)\b", re.IGNORECASE
)

_PERSONS = (
    "author|writer|composer|painter|sculptor|director|founder|co-founder|inventor|discoverer|"
    "architect|designer|creator|builder|producer|developer|singer|drummer|guitarist|poet|maker|"
    "winner|leader|president|king|queen|emperor|empress|ruler|prime minister|general|commander|"
    "captain|wife|husband|spouse|father|mother|son|daughter|brother|sister|child|parents|uncle|"
    "aunt|nephew|niece|grandfather|grandmother|teacher|mentor|pupil|student|successor|predecessor|"
    "rival|friend|murderer|assassin|killer|owner|star|hero|protagonist|translator|publisher|"
    "namesake|discoverers|inventors|founders|authors|writers|creators"
)
_MEN = "man|boy|king|emperor|husband|father|son|brother|uncle|nephew|grandfather"
_WOMEN = "woman|girl|queen|empress|wife|mother|daughter|sister|aunt|niece|grandmother"
_THINGS = (
    "capital|birthplace|hometown|home town|homeland|country|city|state|continent|currency|"
    "language|religion|party|company|band|team|university|school|burial place|place of birth|"
    "birth place|seat|headquarters|setting|sequel|debut album|first novel"
)
_RELATION = rf"(?:{_PERSONS}|{_THINGS})"
# A thing by its relation to another: "the composer of …", "the man after whom …".
_HEAD = re.compile(
    rf"(?P<article>\b(?:the|an?) )?(?:\b(?:\w+est|first|second|third|last|former) )?\b(?:"
    rf"(?P<noun>{_RELATION}) (?P<of>of|to) |"
    r"(?P<other>[\w-]+) (?P<link>(?:(?:in|on|at|after|by|for|from|with|to|under) )?"
    r"(?:whom|which|whose)|who|that|where) )",
    re.IGNORECASE,
)
_OWNED = re.compile(rf"['’]s? (?P<noun>{_RELATION})\b", re.IGNORECASE)
_PARTICIPLE = (
    r"(?:\w+ed|born|built|made|written|found|sold|bought|brought|taken|begun|lost|won|held|drawn|"
    r"given|known|shown|thrown|grown|fought|taught|laid|sent|left|cut|led|shot|broken|chosen|"
    r"stolen|driven)"
)
# "the man born who discovered penicillin": the clause belongs to the noun.
_PUT_BEHIND = re.compile(
    rf"\bthe (?P<noun>[\w-]+) (?P<verb>{_PARTICIPLE}) (?P<clause>(?:who|that) .+)$", re.IGNORECASE
)
# A verb that waits for its end behind the thing: "did the … die", "where was the … born".
_HELPED = re.compile(
    r"^(?:(?:\w+ ){0,3}?(?:did|does|do|has|have|had|can|could|will)|"
    r"(?:(?:in|on|at|from) )?(?:when|where|how|why|(?:what|which) \w+) (?:is|was|are|were)) "
    r"(?:the |an? |[\w-]+ of )*$",
    re.IGNORECASE,
)
_IN_CLAUSE = re.compile(r"\b(?:which|whom|whose|that|where|when) (?:the |an? )?$", re.IGNORECASE)
_OWN_VERB = re.compile(rf" (?:(?:{_PARTICIPLE}|[\w-]+)(?: (?:of|in|from|for|with|at|on|to))?)$")
_ASKING = re.compile(
    r"\b(?:what|which|who|is|was|are|were|did|does|do|it|the|an?|of|in|on|to|by|for|s)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same asked of two things, or of three."""

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TwoSteps:
    """A question whose answer stands in another: ``outer`` with ``{}`` where that belongs.

    ``noun`` and ``kind``: what the answer of ``inner`` is.
    """

    inner: str
    outer: str
    noun: str
    kind: Kind = "thing"


def parts_of(question: str, things: Sequence[Span] = ()) -> Comparison | TwoSteps | None:
    """How to ask ``question`` in parts; None where one search is as good.

    ``things``: where it names some, in any order.
    """
    text = question.rstrip("?.! ")
    spans = sorted((start, end) for start, end in things if end <= len(text))
    for pattern in _COMPARED:
        if match := pattern.match(text):
            (a, _), (b, end) = (_only_name(match, group, text, spans) for group in ("a", "b"))
            is_behind = match.start("rest") > match.start("b")
            rest = text[end : match.end("rest")] if is_behind else match["rest"]
            template = _template(rest)
            return Comparison((template.format(a), template.format(b)))
    return _two_steps(text, spans) or _compared(text, spans)


def _template(rest: str) -> str:
    lower = rest.casefold()
    for words, question in _ATTRIBUTES.items():
        if re.search(rf"\b(?:{words})\b", lower):
            return question
    return "{0} " + _no_braces(rest).strip()


def _only_name(
    match: re.Match[str], group: str, text: str, spans: Sequence[Span]
) -> tuple[str, int]:
    """What a pattern took for a name, but only the thing in it where one is; and where it ends."""
    start, end = match.span(group)
    inside = [(low, high) for low, high in spans if start <= low and high <= end]
    if len(inside) == 1 and text[start : inside[0][0]].casefold() in ("", "the "):
        end = inside[0][1]
    return text[start:end].strip(), end


def _compared(text: str, spans: Sequence[Span]) -> Comparison | None:
    """Both things asked for, each without the other."""
    if len(spans) < 2:
        return None
    one, other = spans[:2]
    if not _OF_BOTH.search(text):
        sign = _BETWEEN.search(text, one[1]) or _EARLIER.match(text)
        behind = [span for span in spans[1:] if sign and span[0] >= sign.end()]
        if not behind:
            return None
        other = behind[0]
    without_other = f"{text[: other[0]]}{text[other[1] :]}"
    without_one = f"{text[: one[0]]}{text[one[1] :]}"
    return Comparison((" ".join(without_other.split()), " ".join(without_one.split())))


def _two_steps(text: str, spans: Sequence[Span]) -> TwoSteps | None:
    if match := _PUT_BEHIND.search(text):
        text = f"{text[: match.start()]}the {match['noun']} {match['clause']} {match['verb']}"
        moved = len(match["verb"]) + 1
        spans = [(low - moved, high - moved) if low > match.start() else (low, high)
                 for low, high in spans]  # fmt: skip
    if steps := _owned(text, spans):
        return steps
    heads = [
        head
        for head in _HEAD.finditer(text)
        if (head["of"] or head["article"]) and not _in_name(head, spans)
    ]
    for head in reversed(heads):
        behind = [
            (low, high)
            for low, high in spans
            if low >= head.end() and not any(one.start("noun") == low for one in heads)
        ]
        if behind:
            return _steps(text, head, behind)
    if heads and (heads[-1]["link"] or not spans):
        return _steps(text, heads[-1], ())
    return None


def _in_name(head: re.Match[str], spans: Sequence[Span]) -> bool:
    """Whether it is part of a name: Author *of the Quixote*."""
    noun = "noun" if head["noun"] else "other"
    return any(low <= head.start(noun) and head.end(noun) < high for low, high in spans)


def _steps(text: str, head: re.Match[str], behind: Sequence[Span]) -> TwoSteps | None:
    start, rest = text[: head.start()], text[head.end() :]
    waits = _HELPED.match(start) or _IN_CLAUSE.search(start)
    own = ""
    verb = _OWN_VERB.search(rest)
    if waits and head["of"] and behind:
        own = text[behind[0][1] :]
    elif waits and verb and _is_over(rest[: verb.start()], head, behind):
        own = verb[0]
    phrase = rest[: len(rest) - len(own)].strip()
    if not phrase or not re.search(r"\w", _ASKING.sub("", start + own)):
        return None  # nothing is asked of the thing itself: one step
    outer = f"{_no_braces(start)}{{}}{_no_braces(own)}?"
    if head["of"]:
        noun = head["noun"]
        kind = _kind(noun)
        asked = "What" if kind == "thing" else "Who"
        return TwoSteps(f"{asked} is the {noun} {head['of']} {phrase}?", outer, noun, kind)
    noun, link = head["other"], head["link"].casefold()
    kind = "person" if "who" in link and "whose" not in link else "thing"
    clause = phrase if link in ("who", "that", "where") else f"{link} {phrase}"
    return TwoSteps(f"Which {noun} {clause}?", outer, noun, _kind(noun, kind))


def _is_over(clause: str, head: re.Match[str], behind: Sequence[Span]) -> bool:
    """Whether a clause has its own verb without the last one: "who wrote Hamlet | die"."""
    if not behind:
        return " " in clause.strip()
    left = behind[0][1] - head.end()
    has_subject = head["link"].casefold() not in ("who", "that")
    return len(clause) > left or (len(clause) == left and not has_subject)


def _kind(noun: str, otherwise: Kind = "thing") -> Kind:
    """What a noun says that somebody is."""
    if re.fullmatch(_MEN, noun, re.IGNORECASE):
        return "man"
    if re.fullmatch(_WOMEN, noun, re.IGNORECASE):
        return "woman"
    return "person" if re.fullmatch(_PERSONS, noun, re.IGNORECASE) else otherwise


def _owned(text: str, spans: Sequence[Span]) -> TwoSteps | None:
    """What an owner in the question has: "Where was Hamlet's author born?"."""
    for low, high in spans:
        match = _OWNED.match(text, high)
        if match is None:
            continue
        start, rest = text[:low], text[match.end() :]
        if re.search(r"\w", _ASKING.sub("", start + rest)):
            noun = match["noun"]
            kind = _kind(noun)
            outer = f"{_no_braces(start)}{{}}{_no_braces(rest)}?"
            asked = "What" if kind == "thing" else "Who"
            return TwoSteps(f"{asked} is the {noun} of {text[low:high]}?", outer, noun, kind)
    return None


def _no_braces(text: str) -> str:
    return text.replace("{", "").replace("}", "")
