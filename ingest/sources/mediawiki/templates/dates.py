"""Templates of dates and ages, in the words and the order of the wiki's language."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer, small_number
from pinakes.ingest.sources.mediawiki.templates.local_names import LocalNames, local_names

__all__ = ["DATE_RENDERERS"]

_MONTHS = local_names("en").months
_ISO = re.compile(r"([-−]?\d{3,4})-(\d{1,2})(?:-(\d{1,2}))?")

_SPACED = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{3,4})")


def _date_text(
    year: str, month: str, day: str, *, month_first: bool, local: LocalNames | None = None
) -> str:
    number = small_number(month, 12)
    months = local.months if local else _MONTHS
    if number and not months:  # a language whose months are not known has digits
        return "-".join(part for part in (year, f"{number:02}", day and day.zfill(2)) if part)
    name = months[number - 1] if number else month
    if not name:
        return year
    if local and local.date and number and year:
        pattern = local.date
        if not day:  # what stands between the month and the day goes with the day
            pattern = re.sub(r"\{day\}\S?(?: de)? ?", "", pattern)
        return pattern.format(year=year, month=name, day=day).strip()
    if not day:
        return f"{name} {year}".strip()
    return f"{name} {day}, {year}" if month_first else f"{day} {name} {year}".strip()


def _date_parts(arguments: Arguments, first: int, *, month_first: bool) -> str:
    parts = [arguments.get(first), arguments.get(first + 1), arguments.get(first + 2)]
    if (spaced := _SPACED.fullmatch(parts[0])) and not parts[1]:
        parts = [spaced[1], spaced[2], spaced[3]]
    if iso := _ISO.fullmatch(parts[0]):
        parts = [iso[1], iso[2], iso[3] or ""]
    elif not parts[0] and not parts[1]:
        return parts[2]
    elif not parts[1] and re.search(r"\D", parts[0].lstrip("-−")):
        return parts[0]  # a date written out
    if small_number(parts[0], 31) is not None and (
        small_number(parts[2], 31) is None and parts[2][:1].isdigit()
    ):
        parts.reverse()  # the day comes first, as most languages have it
    parts[1], parts[2] = (part.lstrip("0") for part in parts[1:])
    local = local_names(arguments.language) if arguments.language else None
    return _date_text(parts[0], parts[1], parts[2], month_first=month_first, local=local)


def _is_yes(arguments: Arguments, *names: str) -> bool:
    return arguments.get(*names).lower() in {"y", "yes", "true", "1"}


def date(arguments: Arguments) -> str:
    """A date with its day first, as tables and plain dates have it unless ``mf=yes``."""
    return _date_parts(arguments, 1, month_first=_is_yes(arguments, "mf"))


def life_date(arguments: Arguments) -> str:
    """A birth, death, start or end: month first unless ``df=yes``; with the time, if given."""
    text = _date_parts(arguments, 1, month_first=not _is_yes(arguments, "df"))
    hour, minute, second = (arguments.get(position) for position in (4, 5, 6))
    if small_number(hour, 24) is not None and small_number(minute, 59) is not None:
        time = f"{int(hour):02}:{int(minute):02}" + (f":{second}" if second else "")
        zone = arguments.get(7)
        text += f", {time}" + (" UTC" if zone == "Z" else f" {zone}" if zone else "")
    return text


def _aged(died: str, died_parts: list[int | None], born_parts: list[int | None]) -> str:
    died_year, died_month, died_day = died_parts
    born_year, born_month, born_day = born_parts
    if died_year is None or born_year is None:
        return died
    years = died_year - born_year
    if died_month is None or died_day is None or born_month is None or born_day is None:
        return f"{died} (aged {years - 1}–{years})"
    before = (died_month, died_day) < (born_month, born_day)
    return f"{died} (aged {years - before})"


def _numbers(arguments: Arguments, first: int) -> list[int | None]:
    values = [small_number(arguments.get(first + place), 9999) for place in range(3)]
    if values[0] is not None and values[2] is not None and values[0] <= 31 < values[2]:
        values.reverse()
    return values


def death_date_and_age(arguments: Arguments) -> str:
    """A date of death with the age, or two ages where only years are known."""
    died = _date_parts(arguments, 1, month_first=not _is_yes(arguments, "df"))
    if arguments.language not in {"", "en", "simple"}:
        born = _date_parts(arguments, 4, month_first=False)
        return f"{died} (* {born})" if born else died  # the age without words of the language
    return _aged(died, _numbers(arguments, 1), _numbers(arguments, 4))


def birth_then_death(arguments: Arguments) -> str:
    """A date of death whose template names the birth first, as the Japanese one does."""
    died = Arguments(arguments.positional[3:], {}, arguments.language)
    born = _date_parts(arguments, 1, month_first=False)
    return f"{date(died)} (* {born})"


def age(arguments: Arguments) -> str:
    """The years between two dates; of one alone those until the page was written, if known."""
    end = _numbers(arguments, 4)
    if end[0] is None and (written := _ISO.match(arguments.written)):
        end = [int(part) for part in written.groups("0")]
    if end[0] is None:
        return date(arguments)
    text = _aged("", end, _numbers(arguments, 1))
    return text.strip(" ()").removeprefix("aged ")


def age_parts(*units: str) -> Renderer:
    """A duration between two dates in these units; of one date alone until the page was written.

    In other languages than English, and where a date is not whole, the dates.
    """

    def render(arguments: Arguments) -> str:
        if not arguments.positional:
            arguments = replace(arguments, positional=_two_named_dates(arguments))
        start, end = (_whole_date(arguments, first) for first in (1, 4))
        if end is None and not arguments.get(4) and (now := _ISO.match(arguments.written)):
            end = _day_of(*map(int, now.groups("0")))
        if start and end and arguments.language in {"", "en", "simple"}:
            return ", ".join(_duration(min(start, end), max(start, end), units))
        texts = (_date_parts(arguments, first, month_first=True) for first in (1, 4))
        return " – ".join(text for text in texts if text)

    return render


def _two_named_dates(arguments: Arguments) -> tuple[str, ...]:
    """Those of ``{{age in years and days|year1=1950|month1=3|day1=1|year2=…}}``."""
    return tuple(arguments.get(f"{part}{n}") for n in "12" for part in ("year", "month", "day"))


def _whole_date(arguments: Arguments, first: int) -> datetime.date | None:
    if iso := _ISO.fullmatch(arguments.get(first)):
        return _day_of(*map(int, iso.groups("0")))
    year, month, day = _numbers(arguments, first)
    return _day_of(year or 0, month or 0, day or 0)


def _day_of(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _duration(start: datetime.date, end: datetime.date, units: Sequence[str]) -> Iterator[str]:
    """The time between in these units, the largest first: "3 years", "1 day".

    Of one unit alone the number, which the text around the template says the unit of.
    """
    months = 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)
    years = months // 12 if "year" in units else 0
    months = months - 12 * years if "month" in units else 0
    counts = {
        "year": years,
        "month": months,
        "day": (end - _later(start, 12 * years + months)).days,
    }
    for unit in units:
        if len(units) == 1:
            yield f"{counts[unit]:,}"
        elif counts[unit]:
            yield f"{counts[unit]:,} {unit}{'' if counts[unit] == 1 else 's'}"


def _later(start: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    days = (_day_of(start.year + years, month + 1, start.day - less) for less in range(4))
    return next(day for day in days if day is not None)


def birth_year_and_age(arguments: Arguments) -> str:
    """``{{birth year and age|1950|3}}``: the month, if known, and the year."""
    year, month = arguments.get(1), small_number(arguments.get(2), 12)
    return f"{_MONTHS[month - 1]} {year}" if month else year


def death_year_and_age(arguments: Arguments) -> str:
    """``{{death year and age|2000|1950}}``: the year with the two ages it may have been."""
    died, born = small_number(arguments.get(1), 9999), small_number(arguments.get(2), 9999)
    if died is None or born is None:
        return arguments.get(1)
    return f"{died} (aged {died - born - 1}–{died - born})"


def as_of(arguments: Arguments) -> str:
    """``{{as of|2024|3}}``: "As of March 2024"."""
    if text := arguments.get("alt"):
        return text
    date = _date_parts(arguments, 1, month_first=arguments.get("df").lower() == "us")
    word = "since" if _is_yes(arguments, "since") else "as of"
    return f"{word if arguments.get('lc') else word.capitalize()} {date}"


def film_date(arguments: Arguments) -> str:
    """Release dates with their places: year, month, day, place, and again."""
    releases = []
    for first in range(1, min(len(arguments.positional), 40) + 1, 4):
        if text := _date_parts(arguments, first, month_first=not _is_yes(arguments, "df")):
            place = arguments.get(first + 3)
            releases.append(f"{text} ({place})" if place else text)
    return "; ".join(releases)


def two_dates(arguments: Arguments) -> str:
    """``{{start and end dates|1914|7|28|1918|11|11}}``: from the one to the other."""
    is_month_first = not _is_yes(arguments, "df")
    dates = (_date_parts(arguments, first, month_first=is_month_first) for first in (1, 4))
    return " – ".join(text for text in dates if text)


def old_style_date(arguments: Arguments) -> str:
    """``{{OldStyleDate|day|year|old style day}}``: both days."""
    new, year, old = arguments.get(1), arguments.get(2), arguments.get(3)
    return f"{new} [O.S. {old}] {year}".strip() if old else f"{new} {year}".strip()


def life_span(arguments: Arguments) -> str:
    """``{{bd|1868年|8月23日|1944年|12月10日}}``: birth and death."""
    born = arguments.get(1) + arguments.get(2)
    died = arguments.get(3) + arguments.get(4)
    return f"{born}－{died}"


def time_of_day(arguments: Arguments) -> str:
    """``{{heure|10|30}}``: "10 h 30"."""
    return " ".join(part for part in (arguments.get(1), "h", arguments.get(2)) if part)


DATE_RENDERERS: dict[str, Renderer] = {
    "birth date": life_date, "start date": life_date, "end date": life_date,
    "death date": life_date, "birth date and age": life_date, "start date and age": life_date,
    "death date and age": death_date_and_age, "birth then death": birth_then_death,
    "birth year and age": birth_year_and_age, "death year and age": death_year_and_age,
    "birth-date": lambda a: a.get(1), "death-date": lambda a: a.get(1), "dts": date,
    "start and end dates": two_dates,
    "film date": film_date, "date": date, "as of": as_of, "age": age,
    "age in years, months and days": age_parts("year", "month", "day"),
    "age in years and days": age_parts("year", "day"), "age in days": age_parts("day"),
    "age in years and months": age_parts("year", "month"), "age in months": age_parts("month"),
    "old style date": old_style_date, "life span": life_span, "heure": time_of_day,
}  # fmt: skip
