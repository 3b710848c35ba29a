"""Templates of the dump, expanded for one page: from a call to the wikitext that it stands for.

Names that the registry knows are rendered by it, also inside of bodies; what is left is wikitext of
links, tables and lines, and calls of boxes, for the page's own parser. Everything is counted, the
same on every machine: steps, characters, depth. What goes beyond is not expanded at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pinakes.ingest.sources.mediawiki.markup.scanner import EQUALS, PIPE
from pinakes.ingest.sources.mediawiki.markup.tables import DROPPED
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments
from pinakes.ingest.sources.mediawiki.templates.inputs import Lookups
from pinakes.ingest.sources.mediawiki.templates.invocations import (
    call_string_function,
    merged,
    template_of_module,
)
from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates, Result
from pinakes.ingest.sources.mediawiki.templates.magic_words import (
    call_text_function,
    constant_word,
    page_word,
)
from pinakes.ingest.sources.mediawiki.templates.parser_functions import call_parser_function
from pinakes.ingest.sources.mediawiki.templates.projects import project_template
from pinakes.ingest.sources.mediawiki.templates.registry import Template, find_template
from pinakes.ingest.sources.mediawiki.templates.syntax import (
    Argument,
    Call,
    Nodes,
    Parameter,
)
from pinakes.ingest.sources.mediawiki.templates.table import StoredTemplate, title_of
from pinakes.ingest.sources.mediawiki.types import SiteInfo

__all__ = ["PageTemplates"]

# Of a page, and of one place in it. MediaWiki's own limits are 2 MiB of text, a million nodes and
# 100 templates inside each other.
_MOST_STEPS, _MOST_CHARACTERS, _MOST_DEEP = 200_000, 4_000_000, 80
# Reading a body takes time as well, whether or not it was read before.
_CHARACTERS_A_STEP = 500
_MOST_REDIRECTS = 3
# Calls with longer arguments are hardly made twice.
_LONGEST_ARGUMENTS, _LONGEST_RESULT = 1_000, 20_000

_PREFIX = re.compile(r"\s*:?\s*(?:(?:safe)?subst|msg|msgnw|raw)\s*:", re.IGNORECASE)
_STARTS_A_LINE = ("{|", "|}", "*", "#", ":", ";")
_PARTS = re.compile(r"\[\[|\]\]|\{\{|\}\}|\|")
_WORD = re.compile(r"\w")
_MARKUP = re.compile(r"<[^<>]*>|\{\{[^{}]*\}\}|\[\[[^\[\]|]*:[^\[\]]*\]\]")
_LANGUAGE_MODULE = re.compile(r"lang_xx")


class _OverBudgetError(Exception):
    """A call takes more than a page may."""


@dataclass(slots=True)
class _Frame:
    """A template being expanded: its arguments, and what its result depends on besides."""

    arguments: Mapping[str, str]
    lookups: Lookups
    is_bound: bool = False  # to its page, or to the templates around it
    unknown_modules: int = 0


class PageTemplates:
    """Expands calls on the page of this title; ``lookups`` says by which templates."""

    def __init__(self, templates: KeptTemplates, site: SiteInfo, title: str) -> None:
        self.lookups = Lookups()
        self._templates = templates
        self._language = site.language
        self._namespaces = site.namespace_names(10) | {"template"}
        self._title = title
        self._of_project = project_template(site)
        self._steps = self._characters = self._depth = self._deepest = 0
        self._open: list[int] = []
        self._lazy: dict[str, Callable[[str, Call, _Frame], str]] = {
            "#if": self._if, "#ifeq": self._if_equal, "#ifexpr": self._if_expression,
            "#iferror": self._if_error, "#ifexist": self._if_exists, "#switch": self._switch,
        }  # fmt: skip

    def expand(self, name: str, arguments: Sequence[str]) -> str | None:
        """What ``{{name|arguments…}}`` stands for; None where that cannot be told.

        ``arguments`` are rendered, as they stand between the bars. The name has no prefix but that
        of the namespace.
        """
        title = title_of(self._without_namespace(name))
        page = _Frame({}, self.lookups)
        stored = self._resolved(title, page)
        if stored is None or self._steps > _MOST_STEPS or self._characters > _MOST_CHARACTERS:
            return None
        try:
            text = self._expanded(stored, _named(arguments), page)
        except _OverBudgetError:
            self._depth = self._deepest = 0
            self._open.clear()
            return None
        if page.unknown_modules and not _WORD.search(_MARKUP.sub("", text)):
            return None
        return text

    def _without_namespace(self, name: str) -> str:
        prefix, colon, rest = name.partition(":")
        is_namespace = colon and " ".join(prefix.replace("_", " ").split()).lower() in (
            self._namespaces
        )
        return rest if is_namespace else name

    def _resolved(self, title: str, frame: _Frame) -> StoredTemplate | None:
        """The template of a title, or that it leads to; every look is noted."""
        for _ in range(_MOST_REDIRECTS):
            stored = self._templates.find(title)
            if stored is None:
                frame.lookups.missing.add(title)
                return None
            frame.lookups.found.add(stored.page_id)
            if stored.target is None:
                return stored
            title = stored.target
        return None

    def _spend(self, steps: int, characters: int = 0) -> None:
        self._steps += steps
        self._characters += characters
        if self._steps > _MOST_STEPS or self._characters > _MOST_CHARACTERS:
            raise _OverBudgetError

    def _go_deeper(self, levels: int) -> None:
        self._deepest = max(self._deepest, self._depth + levels)
        if self._deepest > _MOST_DEEP:
            raise _OverBudgetError

    def _expanded(
        self, stored: StoredTemplate, arguments: Mapping[str, str], around: _Frame
    ) -> str:
        """The body with these arguments; a template inside of itself gives nothing."""
        if stored.page_id in self._open:
            around.is_bound = True
            return ""
        length = sum(map(len, arguments.values())) + sum(map(len, arguments))
        is_short = length <= _LONGEST_ARGUMENTS
        key = stored.page_id, tuple(sorted(arguments.items())) if is_short else ()
        known = self._templates.results.get(key) if is_short else None
        # Inside of one of its templates it would give something else.
        if known is not None and known.found.isdisjoint(self._open):
            self._spend(known.steps, known.characters)
            self._go_deeper(known.height)
            around.lookups.add(known.found, known.missing)
            around.unknown_modules += known.unknown_modules
            return known.text
        nodes, body_length = self._templates.body(stored.page_id)
        frame = _Frame(arguments, Lookups())
        steps, characters, deepest = self._steps, self._characters, self._deepest
        self._deepest = self._depth
        self._spend(1 + body_length // _CHARACTERS_A_STEP)
        self._open.append(stored.page_id)
        text = self._text(nodes, frame)
        self._open.pop()
        if text.startswith(_STARTS_A_LINE):
            text = "\n" + text
        found, missing = frame.lookups.found, frame.lookups.missing
        around.lookups.add(found, missing)
        around.unknown_modules += frame.unknown_modules
        around.is_bound = around.is_bound or frame.is_bound
        if is_short and not frame.is_bound and len(text) <= _LONGEST_RESULT:
            result = Result(
                text, frozenset(found), frozenset(missing), self._steps - steps,
                self._characters - characters, self._deepest - self._depth,
                frame.unknown_modules,
            )  # fmt: skip
            self._templates.keep_result(key, result, length)
        self._deepest = max(self._deepest, deepest)
        return text

    def _text(self, nodes: Nodes, frame: _Frame) -> str:
        if len(nodes) == 1 and isinstance(nodes[0], str):
            return nodes[0]
        pieces = []
        for node in nodes:
            if isinstance(node, str):
                pieces.append(node)
            else:
                self._go_deeper(1)
                self._depth += 1
                if isinstance(node, Call):
                    pieces.append(self._call(node, frame))
                else:
                    pieces.append(self._value(node, frame))
                self._depth -= 1
        text = "".join(pieces)
        self._spend(1, len(text))
        return text

    def _value(self, parameter: Parameter, frame: _Frame) -> str:
        """The argument that a parameter asks for, else its default, else the question itself."""
        name = self._text(parameter.name, frame).strip()
        if (value := frame.arguments.get(name)) is not None:
            return value
        if parameter.default is None:
            return f"{{{{{{{name}}}}}}}"
        return self._text(parameter.default, frame)

    def _call(self, call: Call, frame: _Frame) -> str:
        head = self._text(call.head, frame).strip()
        while prefix := _PREFIX.match(head):
            head = head[prefix.end() :].strip()
        function, colon, first = head.partition(":")
        if colon and not head.startswith(":"):
            name = " ".join(function.replace("_", " ").split()).lower()
            if (lazy := self._lazy.get(name)) is not None:
                return lazy(first.strip(), call, frame)
            if name == "#invoke":
                return self._invoked(first.strip(), call, frame)
            if name in self._namespaces:
                head = first.strip()
            elif (text := self._function(name, first, call, frame)) is not None:
                return text
        return self._named_call(head, call, frame)

    def _function(self, name: str, first: str, call: Call, frame: _Frame) -> str | None:
        """A function that takes all of its arguments, or what the registry knows as one."""
        if not call.arguments:
            if page_word(name, "") is not None:
                return page_word(name, first.strip())
            if (word := constant_word(name, self._language)) is not None:
                return word
        template = find_template(name, self._language)
        if template.kind == "silent":
            return ""
        parts = [first, *(self._written(argument, frame) for argument in call.arguments)]
        if template.kind == "function":
            return call_parser_function(name, parts)
        if template.kind == "rendered" and template.render is not None:
            return _closed(template.render(Arguments(tuple(parts), {}, self._language)))
        return call_text_function(name, parts)

    def _named_call(self, head: str, call: Call, frame: _Frame) -> str:
        name = " ".join(head.replace("_", " ").split()).lower()
        if not call.arguments:
            if (word := page_word(name, self._title)) is not None:
                frame.is_bound = True
                return word
            if (word := constant_word(name, self._language)) is not None:
                return word
        if (render := self._of_project(name)) is not None:
            frame.is_bound = True
            arguments = self._arguments(call.arguments, frame)
            given = merged(Arguments((), {}), arguments, self._language)
            return _closed(render(given, self._title))
        template = find_template(name, self._language)
        if template.kind in ("silent", "function"):
            return ""
        if template.kind == "disambiguation":
            return f"{{{{{name}}}}}"
        arguments = self._arguments(call.arguments, frame)
        if template.kind == "unknown":
            stored = self._resolved(title_of(head), frame) if not head.startswith(":") else None
            if stored is not None:
                return self._expanded(stored, arguments, frame)
            return _written_call(head, arguments)
        if template.kind == "infobox" or name == "coord":
            return _written_call(name, arguments)
        return self._rendered(template, merged(Arguments((), {}), arguments, self._language))

    def _rendered(self, template: Template, arguments: Arguments) -> str:
        return _closed(template.render(arguments)) if template.render is not None else ""

    def _arguments(self, written: Sequence[Argument], frame: _Frame) -> dict[str, str]:
        """The arguments of a call by name; those without one by their number."""
        arguments: dict[str, str] = {}
        number = 0
        for argument in written:
            self._spend(1)
            if argument.name is None:
                number += 1
                arguments[str(number)] = self._text(argument.value, frame)
            else:
                name = self._text(argument.name, frame).strip()
                arguments[name] = self._text(argument.value, frame).strip()
        return arguments

    def _written(self, argument: Argument, frame: _Frame) -> str:
        """An argument of a function, in which an equals sign is only a letter."""
        self._spend(1)
        value = self._text(argument.value, frame)
        return value if argument.name is None else f"{self._text(argument.name, frame)}={value}"

    def _part(self, call: Call, place: int, frame: _Frame) -> str:
        if place >= len(call.arguments):
            return ""
        return self._written(call.arguments[place], frame).strip()

    def _if(self, condition: str, call: Call, frame: _Frame) -> str:
        return self._part(call, 0 if condition else 1, frame)

    def _if_equal(self, one: str, call: Call, frame: _Frame) -> str:
        other = self._part(call, 0, frame)
        is_equal = call_parser_function("#ifeq", (one, other, "yes", ""))
        return self._part(call, 1 if is_equal else 2, frame)

    def _if_expression(self, expression: str, call: Call, frame: _Frame) -> str:
        value = call_parser_function("#ifexpr", (expression, "yes", ""))
        return value if value == DROPPED else self._part(call, 0 if value else 1, frame)

    def _if_error(self, text: str, call: Call, frame: _Frame) -> str:
        if DROPPED in text:
            return self._part(call, 0, frame)
        return self._part(call, 1, frame) if len(call.arguments) > 1 else text

    def _if_exists(self, _title: str, call: Call, frame: _Frame) -> str:
        return self._part(call, 0, frame)  # which pages there are is not known here

    def _switch(self, wanted: str, call: Call, frame: _Frame) -> str:
        """The value of the first case that matches, through cases without one; else the default."""
        if call.cases is not None:
            return self._text(call.cases.chosen(wanted), frame).strip()
        default: Nodes = ()
        is_found = is_default = False
        for number, argument in enumerate(call.arguments, start=1):
            self._spend(1)
            if argument.name is None and number == len(call.arguments):
                return self._text(argument.value, frame).strip()
            label = argument.value if argument.name is None else argument.name
            case = self._text(label, frame).strip()
            is_found = is_found or bool(call_parser_function("#ifeq", (case, wanted, "yes", "")))
            is_default = is_default or case == "#default"
            if argument.name is not None:
                if is_found:
                    return self._text(argument.value, frame).strip()
                if is_default:
                    default, is_default = argument.value, False
        return self._text(default, frame).strip()

    def _invoked(self, module: str, call: Call, frame: _Frame) -> str:
        """What a function of a module gives where that is known; others give nothing, and count."""
        module = self._templates.table.module(title_of(module)).lower()
        function = self._part(call, 0, frame).lower()
        named = self._arguments(call.arguments[1:], frame)
        own = merged(Arguments((), {}), named, self._language)
        text = call_string_function(module, function, own)
        if text is not None:
            return text
        name = template_of_module(module, function)
        if name == "lang" and _LANGUAGE_MODULE.match(function):
            name = f"lang-{own.get('code')}"
        template = find_template(name, self._language) if name else None
        if template is None or name is None or template.kind == "unknown":
            frame.unknown_modules += 1
            return ""
        if template.kind in ("silent", "disambiguation", "function"):
            return ""
        if template.kind == "infobox" or name == "coord":
            return _written_call(name, {**frame.arguments, **named})
        return self._rendered(template, merged(own, frame.arguments, self._language))


def _named(written: Sequence[str]) -> dict[str, str]:
    """The arguments of a call on a page, by name or number."""
    arguments: dict[str, str] = {}
    number = 0
    for part in written:
        name, equals, value = part.partition("=")
        if equals and "<" not in name and "[" not in name:
            arguments[name.strip()] = value.strip().replace(EQUALS, "=")
        else:
            number += 1
            arguments[str(number)] = part.replace(EQUALS, "=")
    return arguments


def _closed(text: str) -> str:
    """Rendered text, in which braces are only letters."""
    if "{{" in text or "}}" in text:
        return text.replace("{{", "&#123;&#123;").replace("}}", "&#125;&#125;")
    return text


def _written_call(name: str, arguments: Mapping[str, str]) -> str:
    """A call for the page's parser; bars and equals signs that part nothing are letters."""
    pieces = [name]
    number = 0
    for key, value in arguments.items():
        value = _without_bars(value).replace("=", EQUALS)
        if key == str(number + 1):
            number += 1
            pieces.append(value)
        else:
            pieces.append(f"{_without_bars(key).replace('=', EQUALS)}={value}")
    return f"{{{{{'|'.join(pieces)}}}}}"


def _without_bars(text: str) -> str:
    """``text`` in which bars outside of links and calls are letters."""
    if "|" not in text:
        return text
    pieces = []
    depth = place = 0
    for mark in _PARTS.finditer(text):
        pieces.append(text[place : mark.start()])
        place = mark.end()
        if mark[0] in ("[[", "{{"):
            depth += 1
        elif mark[0] in ("]]", "}}"):
            depth = max(depth - 1, 0)
        pieces.append(PIPE if mark[0] == "|" and not depth else mark[0])
    return "".join((*pieces, text[place:]))
