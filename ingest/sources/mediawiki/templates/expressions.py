"""Arithmetic as ``{{#expr:…}}`` knows it: a number from an expression, or None.

Operators and their precedence follow the help page of MediaWiki's ParserFunctions. One pass with
two stacks over a bounded number of tokens; nothing an expression holds can raise or take long.
"""

import math
import re
from collections.abc import Callable

__all__ = ["evaluate", "number_text"]

_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*|\.\d+)|([a-z]+)|(<=|>=|<>|!=|[-+*/^=<>()−×÷]))", re.IGNORECASE
)
_LONGEST = 2_000
_MOST_TOKENS = 400
_LARGEST_EXPONENT = 300
_DIGITS = 14

_CONSTANTS = {"pi": math.pi, "e": math.e}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "not": lambda a: float(not a), "ceil": lambda a: float(math.ceil(a)),
    "floor": lambda a: float(math.floor(a)), "trunc": lambda a: float(math.trunc(a)), "abs": abs,
    "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "negative": lambda a: -a, "positive": lambda a: a,
}  # fmt: skip
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "e": lambda a, b: a * 10.0 ** _exponent(b), "^": lambda a, b: _power(a, b),
    "*": lambda a, b: a * b, "/": lambda a, b: a / b, "div": lambda a, b: a / b,
    "mod": lambda a, b: math.fmod(math.trunc(a), math.trunc(b)), "fmod": math.fmod,
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "round": lambda a, b: _round(a, b),
    "=": lambda a, b: float(_same(a, b)), "<>": lambda a, b: float(not _same(a, b)),
    "!=": lambda a, b: float(not _same(a, b)), "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b), "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b), "and": lambda a, b: float(bool(a) and bool(b)),
    "or": lambda a, b: float(bool(a) or bool(b)),
}  # fmt: skip
_RANK = {
    "or": 2, "and": 3, "=": 4, "<>": 4, "!=": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "round": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "div": 7, "mod": 7, "fmod": 7, "^": 8, "e": 10,
}  # fmt: skip
_FUNCTION_RANK = 9
_SIGN_RANK = 10
_SAME_SIGN = {"−": "-", "×": "*", "÷": "/"}


def evaluate(expression: str) -> float | None:
    """The value of ``expression``; None if it is empty, wrong, or divides by zero."""
    if len(expression) > _LONGEST:
        return None
    tokens = _tokens(expression)
    if not tokens:
        return None
    try:
        value = _value(tokens)
    except (ArithmeticError, ValueError, IndexError, TypeError):
        return None
    return value if math.isfinite(value) else None


def number_text(value: float) -> str:
    """A result as MediaWiki prints it: whole numbers without a point, 14 digits at most."""
    if value == math.trunc(value) and abs(value) < 10**_DIGITS:
        return str(int(value))
    return f"{value:.{_DIGITS}g}".replace("e+", "E+").replace("e-", "E-")


def _tokens(expression: str) -> list[str]:
    """The words and signs of an expression in lower case; none if there is anything else."""
    tokens: list[str] = []
    position = 0
    text = expression.rstrip().lower()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) >= _MOST_TOKENS:
            return []
        word = match[1] or match[2] or match[3]
        tokens.append(_SAME_SIGN.get(word, word))
        position = match.end()
    return tokens


def _value(tokens: list[str]) -> float:
    operands: list[float] = []
    waiting: list[tuple[str, int]] = []
    expects_operand = True

    def apply_down_to(rank: int) -> None:
        while waiting and waiting[-1][0] != "(" and waiting[-1][1] >= rank:
            name, _ = waiting.pop()
            if name in _FUNCTIONS:
                operands.append(_FUNCTIONS[name](operands.pop()))
            else:
                right, left = operands.pop(), operands.pop()
                operands.append(_OPERATORS[name](left, right))

    for word in tokens:
        if expects_operand:
            if word[0].isdigit() or word[0] == ".":
                operands.append(float(word))
                expects_operand = False
            elif word in _CONSTANTS:
                operands.append(_CONSTANTS[word])
                expects_operand = False
            elif word in "+-":
                waiting.append(("negative" if word == "-" else "positive", _SIGN_RANK))
            elif word == "(":
                waiting.append(("(", 0))
            elif word in _FUNCTIONS:
                waiting.append((word, _FUNCTION_RANK))
            else:
                raise ValueError(word)
        elif word == ")":
            apply_down_to(0)
            if not waiting:
                raise ValueError(word)
            waiting.pop()
        elif word in _OPERATORS:
            apply_down_to(_RANK[word])
            waiting.append((word, _RANK[word]))
            expects_operand = True
        else:
            raise ValueError(word)
    apply_down_to(0)
    if waiting or len(operands) != 1:
        raise ValueError("unfinished")
    return operands[0]


def _exponent(value: float) -> float:
    if abs(value) > _LARGEST_EXPONENT:
        raise OverflowError
    return value


def _power(base: float, exponent: float) -> float:
    return math.pow(base, exponent)


def _same(left: float, right: float) -> bool:
    return abs(left - right) <= 1e-14 * max(abs(left), abs(right))


def _round(value: float, places: float) -> float:
    """Half away from zero, as PHP rounds."""
    digits = max(-15, min(15, math.trunc(places)))
    if abs(value) >= 1e15:
        return value
    scale = 10.0 ** abs(digits)
    scaled = value * scale if digits >= 0 else value / scale
    whole = math.copysign(math.floor(abs(float(f"{scaled:.15g}")) + 0.5), scaled)
    return float(f"{whole / scale if digits >= 0 else whole * scale:.15g}")
