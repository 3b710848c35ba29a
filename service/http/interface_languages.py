"""The languages of the pages: which of them a browser gets, and what is said in it.

The words of templates and scripts are English; a file for each other language has what stands for
them (``web/languages/de.po``): one more file is one more language. Numbers and days are written as
CLDR has them. Nothing here is of the languages of articles.

Form of the files: GNU gettext manual, chapter 10.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from pinakes.service.errors import BadInput
from pinakes.service.http.formats import accepted

__all__ = [
    "INTERFACE_LANGUAGES",
    "LANGUAGE_CHOICE",
    "InterfaceLanguage",
    "interface_language",
    "language_choice",
    "own_path",
]

LANGUAGE_CHOICE = "/language"
_FILES = Path(__file__).parent / "web" / "languages"
# What the words are that are in no file. Days are written as in "1 November 2026".
_ENGLISH, _ENGLISH_LOCALE = "en", "en_GB"
_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"))
_COOKIE, _KEPT_S = "pinakes-language", 365 * 24 * 3600
_MOST_NAMED = 20  # of the languages that a browser names
language_choice = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class InterfaceLanguage:
    """A language of the pages; ``code`` is its tag (BCP 47)."""

    code: str

    @property
    def name(self) -> str:
        """What it calls itself."""
        name = Locale.parse(self.code).display_name or self.code
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        """In which direction it is written: ltr or rtl."""
        return Locale.parse(self.code).text_direction

    @cached_property
    def of_scripts(self) -> dict[str, list[str]]:
        """What scripts say: the English words, and what stands for them, by its plural forms."""
        if self.code == _ENGLISH:
            return {}
        return {
            message.id[0] if isinstance(message.id, tuple) else message.id: (
                [message.string] if isinstance(message.string, str) else list(message.string)
            )
            for message in _catalog(self.code)
            if any(path.endswith(".js") for path, _line in message.locations)
        }

    def gettext(self, words: str) -> str:
        """What stands for these English words; they themselves where nothing does."""
        return self._translations.ugettext(words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The same, in the form that goes with the number."""
        return self._translations.ungettext(one, many, count)

    def number(self, value: float) -> str:
        """A number with its thousands set off."""
        return format_decimal(value, locale=self._locale)

    def percent(self, share: float) -> str:
        """A share, 0 to 1, in whole hundredths: 27%."""
        return format_percent(share, locale=self._locale)

    def size(self, size: int) -> str:
        """So many bytes on a disk: 90.9 MB."""
        scale, unit = next(
            ((scale, unit) for scale, unit in _UNITS if size >= scale), (1_000, "kB")
        )
        return f"{format_decimal(round(size / scale, 1), locale=self._locale)} {unit}"

    def duration(self, seconds: int) -> str:
        """So long, to the nearest of one unit: 4 minutes."""
        return format_timedelta(timedelta(seconds=seconds), locale=self._locale)

    def day(self, day: str) -> str:
        """A day of ISO 8601 as people write it: 1 November 2026."""
        return format_date(date.fromisoformat(day), "long", locale=self._locale)

    @property
    def _locale(self) -> str:
        return _ENGLISH_LOCALE if self.code == _ENGLISH else self.code

    @cached_property
    def _translations(self) -> NullTranslations:
        if self.code == _ENGLISH:
            return NullTranslations()
        compiled = BytesIO()
        write_mo(compiled, _catalog(self.code))
        compiled.seek(0)
        return Translations(compiled)


INTERFACE_LANGUAGES = {
    code: InterfaceLanguage(code)
    for code in (_ENGLISH, *sorted(path.stem for path in _FILES.glob("*.po")))
}


def interface_language(request: Request) -> InterfaceLanguage:
    """The language chosen in this browser, else the best of those that it names, else English.

    ``Accept-Language`` and how it is matched: RFC 9110, 12.5.4; RFC 4647, 3.4 (lookup).
    """
    chosen = request.cookies.get(_COOKIE, "")
    if chosen in INTERFACE_LANGUAGES:
        return INTERFACE_LANGUAGES[chosen]
    weights = accepted(request.headers.get("accept-language", ""))
    named = sorted((one for one in weights if weights[one] > 0), key=lambda one: -weights[one])
    best = negotiate_locale(named[:_MOST_NAMED], INTERFACE_LANGUAGES, sep="-")
    return INTERFACE_LANGUAGES[best or _ENGLISH]


@language_choice.get(LANGUAGE_CHOICE)
def choose_language(
    request: Request, code: Annotated[str, Query()], to: Annotated[str, Query()] = "/"
) -> Response:
    """Keep the choice in this browser, and go back to the page where it was made."""
    if code not in INTERFACE_LANGUAGES:
        raise BadInput(f"pages are in {', '.join(INTERFACE_LANGUAGES)}; not in {code[:20]!r}")
    answer = RedirectResponse(own_path(to), 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        _COOKIE,
        code,
        max_age=_KEPT_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def own_path(to: str) -> str:
    """``to``, where it is a path of this service, else its first page."""
    own = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
    return to if own else "/"


@cache
def _catalog(code: str) -> Any:
    with (_FILES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)
