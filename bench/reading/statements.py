"""A question and its answer as one statement, by the forms of English questions.

"Who wrote Faust?", "Goethe": "Goethe wrote Faust." Where no form fits, the answer follows the
question: "How does it end? In silence."
"""

import random
import re

__all__ = ["statement"]

_BE = "is|are|was|were"
_DO = "did|do|does"
_MODAL = "can|could|will|would|has|have|had|should|may|might|must"
_PREPOSITIONS = re.compile(
    r"(?:in|on|at|by|from|near|under|over|between|during|after|before|since|until|about|around|"
    r"within|through|for|with|to|into|because|the \w+ of)\b",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    r"^(.+?) ((?:\w+ed|born|built|made|held|found|set|won|written|known|taken|given|sold|fought|"
    r"sent|shot|spoken|drawn|grown|kept|led|left|lost|put|said|seen|shown|spent|taught|thought|"
    r"told|worn|used)\b.*)$"
)


def statement(question: str, answer: str, chance: random.Random) -> str:
    """What is said when this question is answered so."""
    asked = re.sub(r"\s+", " ", question).strip().rstrip("?. ").strip()
    said = answer.strip().rstrip(".")
    if not asked or not said:
        return f"{question} {answer}"
    told = _told(asked, said, chance) if chance.random() < 0.8 else None
    return told[0].upper() + told[1:] + "." if told else f"{asked}? {said}."


def _told(asked: str, said: str, chance: random.Random) -> str | None:
    if match := re.match(rf"(?:who|what|which) ({_BE}) (.+)$", asked, re.IGNORECASE):
        be, rest = match.groups()
        turned = re.match(r"(the|a|an|his|her|its|their)\b", rest) and not _PARTICIPLE.match(rest)
        if turned and chance.random() < 0.6:
            return f"{rest} {be} {said}"
        return f"{said} {be} {rest}"
    if match := re.match(rf"(when|where) ({_BE}) (.+)$", asked, re.IGNORECASE):
        word, be, rest = match.groups()
        placed = _placed(word, said)
        done = _PARTICIPLE.match(rest)
        return f"{done[1]} {be} {done[2]} {placed}" if done else f"{rest} {be} {placed}"
    if match := re.match(rf"(when|where|how|why) (?:{_DO}) (.+)$", asked, re.IGNORECASE):
        return f"{match[2]} {_placed(match[1], said)}"
    if match := re.match(
        r"how many (.+?) (?:are|is|were|was) there\b ?(.*)$", asked, re.IGNORECASE
    ):
        return f"there are {said} {match[1]} {match[2]}".strip()
    if match := re.match(rf"how many (\w+(?: \w+)?) (?:{_DO}) (.+)$", asked, re.IGNORECASE):
        many = said if match[1].split()[0].lower() in said.lower() else f"{said} {match[1]}"
        return f"{match[2]} {many}"
    if match := re.match(r"how many (\w+) (.+)$", asked, re.IGNORECASE):
        many = said if match[1].lower() in said.lower() else f"{said} {match[1]}"
        return f"{many} {match[2]}"
    pattern = rf"(?:in|on|during) (?:what|which) (\w+) (?:{_DO}|{_BE}) (.+)$"
    if match := re.match(pattern, asked, re.IGNORECASE):
        return f"{match[2]} {_placed('when', said)}"
    pattern = rf"(?:what|which|whose) ((?:\w+ ){{0,4}}?)(?:{_DO}) (.+)$"
    if match := re.match(pattern, asked, re.IGNORECASE):
        return f"{match[2]} {said}"
    pattern = rf"(?:what|which) (\w+(?: \w+)?) ({_BE}|{_MODAL}) (.+)$"
    if match := re.match(pattern, asked, re.IGNORECASE):
        return f"{said} {match[2]} {match[3]}"
    if match := re.match(
        r"(?:who|what|which \w+|what \w+) (\w+(?:s|ed|\w) .+)$", asked, re.IGNORECASE
    ):
        return f"{said} {match[1]}"
    if match := re.match(rf"(?:who|what|when|where) ({_MODAL}) (.+)$", asked, re.IGNORECASE):
        return f"{said} {match[1]} {match[2]}"
    return None


def _placed(word: str, said: str) -> str:
    if _PREPOSITIONS.match(said) or word.lower() in ("how", "why"):
        return said
    if word.lower() == "when" and re.match(r"\d{1,2} [A-Z]|[A-Z]\w+ \d{1,2}\b", said):
        return f"on {said}"
    return f"in {said}"
