"""What becomes of a template by its name: its words, facts of a box, nothing, or unknown.

Renderers lie in tables by the name of the template they are for, other names lead to them: in
English by ``names``, in other languages by ``local_names``. Templates that only decorate,
navigate or complain are silent; unknown ones are reported to the caller, who counts them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer
from pinakes.ingest.sources.mediawiki.templates.dates import DATE_RENDERERS
from pinakes.ingest.sources.mediawiki.templates.inline import INLINE_RENDERERS
from pinakes.ingest.sources.mediawiki.templates.languages import LANGUAGE_RENDERERS, in_language
from pinakes.ingest.sources.mediawiki.templates.lists import LIST_RENDERERS
from pinakes.ingest.sources.mediawiki.templates.local_names import EVERY_LANGUAGE, local_names
from pinakes.ingest.sources.mediawiki.templates.names import (
    ALIASES,
    DISAMBIGUATION,
    INFOBOX_PREFIXES,
    SILENT,
    SILENT_PREFIXES,
    SILENT_SUFFIXES,
)
from pinakes.ingest.sources.mediawiki.templates.numbers import NUMBER_RENDERERS
from pinakes.ingest.sources.mediawiki.templates.parser_functions import is_parser_function
from pinakes.ingest.sources.mediawiki.templates.places import PLACE_RENDERERS
from pinakes.ingest.sources.mediawiki.templates.results import RESULT_RENDERERS

__all__ = ["Template", "find_template"]

_WORDS: dict[str, Renderer] = {
    "lc": lambda a: a.get(1).lower(),
    "uc": lambda a: a.get(1).upper(),
    "ucfirst": lambda a: a.get(1)[:1].upper() + a.get(1)[1:],
    "lcfirst": lambda a: a.get(1)[:1].lower() + a.get(1)[1:],
    "plural": lambda a: a.get(2) if a.get(1) == "1" else a.get(3, 2),
    "grammar": lambda a: a.get(2),
    "gender": lambda a: a.get(2, 3),
    "padleft": lambda a: _padding(a) + a.get(1),
    "padright": lambda a: a.get(1) + _padding(a),
    "#tag": lambda _: "",
    "nowiki": lambda a: a.get(1),
}
_RENDERERS: dict[str, Renderer] = (
    INLINE_RENDERERS
    | LIST_RENDERERS
    | LANGUAGE_RENDERERS
    | NUMBER_RENDERERS
    | DATE_RENDERERS
    | PLACE_RENDERERS
    | RESULT_RENDERERS
    | _WORDS
)
_LONGEST_PADDING = 50


def _padding(arguments: Arguments) -> str:
    """What to put before or behind to reach the width asked for."""
    width, fill = arguments.get(2), arguments.get(3) or "0"
    wanted = min(int(width), _LONGEST_PADDING) if re.fullmatch(r"[0-9]{1,4}", width) else 0
    missing = max(wanted - len(arguments.get(1)), 0)
    return (fill * missing)[:missing]


@dataclass(frozen=True, slots=True)
class Template:
    """What a name means: ``render`` is there for the kind "rendered" alone."""

    kind: Literal["rendered", "function", "infobox", "disambiguation", "silent", "unknown"]
    render: Renderer | None = None


_SILENT, _UNKNOWN = Template("silent"), Template("unknown")
_INFOBOX, _DISAMBIGUATION = Template("infobox"), Template("disambiguation")


@lru_cache(maxsize=1 << 16)
def find_template(name: str, language: str = "") -> Template:
    """What the template of this normalized name (lower case, single spaces) means on a wiki.

    The language's own names come first, then the English ones, then those of all languages.
    """
    local = local_names(language)
    if target := local.names.get(name):
        return Template("rendered", _renderer(target))
    if name in local.disambiguation or name in DISAMBIGUATION or name.startswith("disambiguation"):
        return _DISAMBIGUATION
    if name in local.silent or (local.silent_prefixes and name.startswith(local.silent_prefixes)):
        return _SILENT
    if is_parser_function(name):
        return Template("function")
    if (renderer := _RENDERERS.get(ALIASES.get(name, name))) is not None:
        # "infobox" alone has a renderer for a box inside of a box
        return Template("infobox") if name == "infobox" else Template("rendered", renderer)
    if _is_infobox(name, local.infobox_prefixes, local.infobox_suffixes):
        return _INFOBOX
    if name.endswith((" span", "-span")):  # words that somebody complains of
        return Template("rendered", _RENDERERS["text"])
    if name in SILENT or name.startswith(SILENT_PREFIXES) or name.endswith(SILENT_SUFFIXES):
        return _SILENT
    if (renderer := _by_pattern(name)) is not None:
        return Template("rendered", renderer)
    if target := EVERY_LANGUAGE.names.get(name):
        return Template("rendered", _renderer(target))
    if name in EVERY_LANGUAGE.disambiguation:
        return _DISAMBIGUATION
    if _is_infobox(name, EVERY_LANGUAGE.infobox_prefixes, EVERY_LANGUAGE.infobox_suffixes):
        return _INFOBOX
    return _SILENT if name in EVERY_LANGUAGE.silent else _UNKNOWN


def _renderer(target: str) -> Renderer:
    """The renderer of this name, of a constant text, or of one with places for arguments."""
    if target.startswith("constant "):
        text = target.removeprefix("constant ")
        return lambda _arguments: text
    if target.startswith("pattern "):
        return _pattern(target.removeprefix("pattern "))
    return _RENDERERS[ALIASES.get(target, target)]


def _pattern(pattern: str) -> Renderer:
    """A text with {1}, {2}, …; what stands in [ ] goes where an argument in it is blank."""

    def render(arguments: Arguments) -> str:
        def filled(text: str, *, is_optional: bool) -> str:
            values = [arguments.get(int(place)) for place in _PLACE.findall(text)]
            if is_optional and not all(values):
                return ""
            return _PLACE.sub(lambda match: arguments.get(int(match[1])), text)

        text = _OPTIONAL.sub(lambda match: filled(match[1], is_optional=True), pattern)
        return filled(text, is_optional=False)

    return render


_PLACE = re.compile(r"\{([1-9])\}")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_ROUND = re.compile(r"round ?\d+(?:-.*)?")
_SHORTEST_TOGETHER = 8
_WRITTEN_TOGETHER = {
    joined: name
    for name in _RENDERERS
    if " " in name and len(joined := name.replace(" ", "").replace("-", "")) >= _SHORTEST_TOGETHER
}


def _is_infobox(name: str, prefixes: tuple[str, ...], suffixes: tuple[str, ...]) -> bool:
    return (
        name.startswith(INFOBOX_PREFIXES + prefixes)
        or name.endswith(("infobox", "taxobox"))
        or bool(suffixes and name.endswith(suffixes))
    )


def _by_pattern(name: str) -> Renderer | None:
    """Families of names: lang-xx, ipa-xx."""
    family, dash, code = name.partition("-")
    if dash and family in ("lang", "vol"):
        return lambda a: in_language(code, a.get(1), a)
    if name.startswith("script/"):
        return _RENDERERS["first"]
    if _ROUND.fullmatch(name):
        return _RENDERERS["cup round"]
    if name.startswith("election box "):
        kinds = (key for key in _RENDERERS if key.startswith("election box "))
        return next((_RENDERERS[key] for key in kinds if name.startswith(key)), None)
    # Written together or apart: birthdateandage.
    if (whole := _WRITTEN_TOGETHER.get(name.replace(" ", "").replace("-", ""))) is not None:
        return _RENDERERS[whole]
    if dash and family in ("ipa", "ipac"):
        return _RENDERERS["ipa"] if family == "ipa" else _RENDERERS["ipac-en"]
    return None
