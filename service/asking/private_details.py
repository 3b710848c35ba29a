"""What tells one person, machine or case from all others, by its form: addresses, numbers, paths.

Rules alone, and those that hold in any language. Knows no names: these have no form of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["PrivateDetail", "private_details"]

_LEAST_DIGITS = 6
# Names of machines that are nobody's but one's own, by their last part (RFC 6762, 8375).
_OWN_HOSTS = "local|lan|internal|intranet|corp|home|localdomain|arpa"
# Money, dates and street addresses tell of somebody only where somebody is spoken of.
_ALWAYS = {
    "e-mail": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.?\w"
    r"|(?<!\S)[\w.+-]+ [\[(]?at[\])]? (?:[\w-]+ [\[(]?dot[\])]? )+"
    r"(?:com|org|net|edu|gov|info|[a-z]{2})\b",
    "handle": r"(?<![\w@])@\w[\w.-]*\w",
    "web address": r"https?://\S+?(?=[.,;:!?)]*(?:\s|$))",
    # Those that every system has tell of nobody.
    "path": r"(?<![\w/.])(?:(?:~|/(?:home|Users|root|mnt|media|srv|data))(?:/[\w.@+-]*)+"
    r"|[A-Za-z]:\\[^\s?!,;]+)",
    "host": rf"\b(?:[\w-]+\.)+(?:{_OWN_HOSTS})\b|\b(?!127\.)(?:\d{{1,3}}\.){{3}}\d{{1,3}}\b"
    r"|\b[A-Z]+(?:-[A-Z]+)+-\d{3,}\b"
    # Not the initials of a name (J.R.R.).
    r"|(?<![\w.-])(?!(?:[A-Z]\.)+[A-Z])(?:[\w-]+\.){2,}[A-Za-z][\w-]+\b",
    # Of a known beginning, or long and of digits and both cases, or long and hexadecimal.
    "key": r"(?<![\w-])(?:sk|pk|rk|pat|ghp|gho|ghs|glpat|github_pat|xox[abprs]|hf|npm|pinakes)"
    r"[-_][\w-]{8,}|(?<![\w-])(?:AKIA|AIza|eyJ)[\w-]{12,}(?:\.[\w-]+)*"
    r"|(?<!\w)(?=\w*\d\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{20,}"
    r"|(?<!\w)(?=[a-f]*\d)(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?!\w)",
    "social security number": r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])",
    "account or card": r"\b(?:\d{4}[ -]){3}\d{4}\b|\b[A-Z]{2}\d{2}(?: ?\w{4}){3,7}(?: ?\d{1,3})?\b",
    "phone number": r"(?<!\w)(?:\+\d[\d ()/-]{6,}\d|0\d{1,4}[ /-]\d[\d /-]{4,}\d)(?!\w)",
    "id": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|\b[A-Z]{2,6}[-/.]?(?:\d+[-/.]){0,3}\d{3,}(?:[-/.]\d+)+\b|\b[A-Z]{2,}-\d{5,}\b|#\d{4,}\b"
    r"|\b[A-Z]{1,3}\d{6,}\b",
}
_OF_SOMEBODY = {
    "amount of money": r"(?:(?:[$€£¥]|\b(?:CHF|USD|EUR|GBP|SEK|NOK|DKK)) ?\d[\d.,'’]*\d?"
    r"|\b\d[\d.,'’]* ?(?:[$€£¥]|(?:CHF|USD|EUR|GBP|dollars|euros|francs|pounds)\b))"
    r"(?: (?:thousand|million|billion)\b)?",
    "date": r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)? {month}\b(?:,? \d{4}\b)?"
    r"|\b{month} \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4}\b)?",
    "street address": r"\b\d{1,5}[a-z]? (?:[A-Z]\w+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane"
    r"|Drive|Way|Square|Close)\b\.?|\b[A-Z]\w+(?:strasse|straße|gasse|weg|platz) \d{1,4}[a-z]?\b"
    r"|(?<=, )\d{4} [A-Z]\w+|\b\d{5} [A-Z]\w+",
}


@dataclass(frozen=True, slots=True)
class PrivateDetail:
    """A slice of a text, and what it is."""

    start: int
    end: int
    kind: str


def private_details(
    text: str, months: frozenset[str], *, of_somebody: bool
) -> Iterator[PrivateDetail]:
    """Private details in their order, none within another.

    ``months``: names of months. ``of_somebody``: somebody who asks, or is close to who does, is
    spoken of: then amounts, dates and street addresses are private, too.
    """
    month = "(?i:" + "|".join(map(re.escape, sorted(months))) + ")" if months else "(?!)"
    kinds = _ALWAYS | (_OF_SOMEBODY if of_somebody else {})
    pattern = "|".join(
        f"(?P<k{number}>{rule.replace('{month}', month)})"
        for number, rule in enumerate(kinds.values())
    )
    names = list(kinds)
    for found in re.finditer(pattern, text):
        kind = names[int((found.lastgroup or "k0")[1:])]
        if kind == "id" and found[0][0] != "#" and sum(map(str.isdigit, found[0])) < _LEAST_DIGITS:
            continue  # ISO-8859-1
        yield PrivateDetail(found.start(), found.end(), kind)
