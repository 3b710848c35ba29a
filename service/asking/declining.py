"""Whether a model has said that the sources do not hold the answer, and nothing else."""

import re

__all__ = ["is_decline"]

_GIVEN = r"(?:provided|given|available|supplied|above|cited|quoted)"
# "The documents" may be those of a story; those that were given are ours.
_SOURCES = (
    r"(?:any of )?(?:the |these |those |your |my |our )?(?:"
    rf"(?:{_GIVEN} )?(?:sources?|passages?|context|excerpts?)(?: {_GIVEN})?|"
    rf"{_GIVEN} (?:texts?|documents?|articles?|material|information)|"
    rf"(?:texts?|documents?|articles?|material|information) {_GIVEN})"
)
_DO_NOT = r"(?:do|does|did)(?: not|n['’]t)(?: \w+ly)?"
_TELL = (
    r"(?:say|state|mention|tell|contain|hold|provide|give|include|specify|answer|address|discuss|"
    r"have|indicate|describe|name|list|reveal|offer|explain|cover|identify|record|support|report)"
)
# Nothing that claims something: what is not said goes on to the end.
_REST = r"(?:(?!\b(?:but|however|although|though|yet|whereas|instead|only that)\b|[;:—]).)*"
_BEFORE = (
    r"(?:(?:sorry|unfortunately|I(?:['’]m| am) (?:sorry|afraid)|apologies|no)[,.]? ?"
    r"(?:but |that )?|"
    rf"(?:based on|according to|in|from) {_SOURCES},? |however, )*"
)
_DECLINE = re.compile(
    rf"{_BEFORE}(?:"
    rf"(?:{_SOURCES}|they) {_DO_NOT} {_TELL}{_REST}|"
    rf"(?:it|this|that|the answer|(?:the |this |that )?information)(?: is|['’]s) ?(?:not|nowhere) "
    rf"(?:(?:mentioned|stated|provided|given|specified|said|found|available|contained) ?)?"
    rf"(?:(?:in|by|from) {_SOURCES}{_REST})?|"
    rf"(?:there(?: is|['’]s) )?(?:no|not enough|insufficient) (?:such |relevant |specific )?"
    rf"(?:information|mention|answer|evidence|data)(?: is| was)?(?: {_GIVEN})?"
    rf"(?:(?: about| on| of| in| to| regarding| for| that){_REST})?|"
    rf"(?:I|we) (?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|am unable to|was unable to"
    rf") (?:know|find|answer|determine|tell|say|see|have){_REST}|"
    rf"{_SOURCES} (?:is|are) (?:silent|insufficient|not sufficient|not enough){_REST})[.!]?",
    re.IGNORECASE | re.DOTALL,
)
_MARKERS = re.compile(r"\s*\[\d{1,3}\]")


def is_decline(sentence: str) -> bool:
    """Whether the whole sentence says so: not "The sources do not freeze in winter."."""
    bare = _MARKERS.sub("", sentence).strip("*_ \n\t\"'“”")
    return _DECLINE.fullmatch(bare) is not None
