"""What templates leave behind that are dropped: punctuation, quotation marks and units of nothing.

Knows nothing of templates: where one was, a mark stands until here.
"""

import re

__all__ = ["DROPPED", "UNTOLD", "tidied", "without_dropped"]

# Stands for an unknown template, so that the marks around it do not meet: ''{{x}}'', |{{x}}||.
DROPPED = "\ue005"

# Stands before a sum of another time where today's belongs: "$5 ($5,000 of 1929 today)".
UNTOLD = f"{DROPPED}\u2060"

# A remark in brackets that tells such a sum, and what makes sense only beside today's.
_BRACKETS = re.compile(
    rf"[ \xa0]?\((?:[^()\n]|\([^()\n]*\))*?{UNTOLD}(?:[^()\n]|\([^()\n]*\))*\)"
    rf"|（[^（）\n]*{UNTOLD}[^（）\n]*）"
)
# From one dropped template to another with a dash between them only.
_RUN = re.compile(rf"{DROPPED}(?: ?[–/-] ?{DROPPED}|{DROPPED})*")
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‹": "›", "「": "」", "『": "』"}
# A unit whose number was in the template; a letter or two may be words, too.
_UNIT = re.compile(
    r"[ \xa0]*"
    r"(?:(?:km|m|cm|mm|mi|ft|ha|kg|t|GW|MW|kW|GWh|EUR|USD)(?:²|³|<sup>[23]</sup>)?|sq\.? (?:mi|km)|"
    r"%|°C|°F|°|кв\. ?км|км²?|м²?|га|千米|公里|平方公里|km2)(?![\w/])"
)
_STOPS = frozenset(",;.")
_DOUBLED = re.compile(r"[,;](?:[ ]*[,;])*[ ]*(?=[,;)])")
# A slash stays that another closes, as those around sounds do: "(/ˌæləˈbæmə/ AL-ə-BAM-ə)".
_AFTER_BRACKET = re.compile(
    r"([(（])[ ]*(?:[,;:，、；،]|/(?!/|[^\s()/](?:[^()/\n]|\([^()/\n]*\))*/))[ ]*(?=[^\s)）])"
)


def without_dropped(text: str) -> str:
    """``text`` without the marks of dropped templates and what made sense only beside their words.

    Numbers on both sides stay apart.
    """
    if DROPPED not in text:
        return text
    if UNTOLD in text:
        text = _BRACKETS.sub(DROPPED, text).replace(UNTOLD, DROPPED)
    parts: list[str] = []
    position = 0
    for match in _RUN.finditer(text):
        before, end = text[position : match.start()], match.end()
        last, following = before[-1:], text[end : end + 1]
        if last.isdigit() and following.isdigit():
            before += " "
        elif last in _QUOTES and following == _QUOTES[last]:
            before, end = before[:-1], end + 1
        elif following in _STOPS and before.rstrip(" ").endswith(":"):  # a label of nothing
            before = before.rstrip(" :")
        elif not before.rstrip(" ")[-1:].isdigit() and (unit := _UNIT.match(text, end)):
            end = unit.end()
        parts.append(before)
        position = end
    return "".join([*parts, text[position:]])


def tidied(line: str) -> str:
    """A line without punctuation that nothing stands before: "(, born" and ";;"."""
    return _AFTER_BRACKET.sub(r"\1", _DOUBLED.sub("", line))
