"""Templates of dates and ages, in the order of words that English Wikipedia gives them."""

import re

from ingest.template_arguments import Arguments, small_number

__all__ = ["as_of", "date", "death_date_and_age", "life_date"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def _date_text(year: str, month: str, day: str, *, month_first: bool) -> str:
    number = small_number(month, 12)
    name = _MONTHS[number - 1] if number else month
    if not name:
        return year
    if not day:
        return f"{name} {year}".strip()
    return f"{name} {day}, {year}" if month_first else f"{day} {name} {year}"


def _date_parts(arguments: Arguments, first: int, *, month_first: bool) -> str:
    parts = [arguments.get(first), arguments.get(first + 1), arguments.get(first + 2)]
    if re.search(r"\D", parts[0].lstrip("-−")) and not parts[1]:
        return parts[0]  # a date written out
    parts[1], parts[2] = (part.lstrip("0") for part in parts[1:])
    return _date_text(parts[0], parts[1], parts[2], month_first=month_first)


def _is_yes(arguments: Arguments, *names: str) -> bool:
    return arguments.get(*names).lower() in {"y", "yes"}


def date(arguments: Arguments) -> str:
    """A date with its day first, as tables and plain dates have it unless ``mf=yes``."""
    return _date_parts(arguments, 1, month_first=_is_yes(arguments, "mf"))


def life_date(arguments: Arguments) -> str:
    """A birth, death, start or end: month first unless ``df=yes``."""
    return _date_parts(arguments, 1, month_first=not _is_yes(arguments, "df"))


def death_date_and_age(arguments: Arguments) -> str:
    """A date of death with the age, or two ages where only years are known."""
    died = life_date(arguments)
    values = [small_number(arguments.get(position), 9999) for position in range(1, 7)]
    died_year, died_month, died_day, born_year, born_month, born_day = values
    if died_year is None or born_year is None:
        return died
    years = died_year - born_year
    if died_month is None or died_day is None or born_month is None or born_day is None:
        return f"{died} (aged {years - 1}–{years})"
    before = (died_month, died_day) < (born_month, born_day)
    return f"{died} (aged {years - before})"


def as_of(arguments: Arguments) -> str:
    """``{{as of|2024|3}}``: "As of March 2024"."""
    if text := arguments.get("alt"):
        return text
    date = _date_parts(arguments, 1, month_first=arguments.get("df").lower() == "us")
    word = "since" if _is_yes(arguments, "since") else "as of"
    return f"{word if arguments.get('lc') else word.capitalize()} {date}"
