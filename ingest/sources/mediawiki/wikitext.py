"""Wikitext to a document: what templates, links and tables mean as text.

The nesting is resolved by ``scanner``, the lines by ``layout``. Knows nothing of files or
passages. Never raises on markup, however broken.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from urllib.parse import unquote

from pinakes.ingest.characters import cleaned
from pinakes.ingest.layout import pack_layout
from pinakes.ingest.sources.mediawiki.markup.boxes import (
    box_mark,
    box_marks,
    settled,
    without_box_marks,
)
from pinakes.ingest.sources.mediawiki.markup.debris import DROPPED
from pinakes.ingest.sources.mediawiki.markup.emphasis import bold_runs
from pinakes.ingest.sources.mediawiki.markup.extension_tags import without_extensions
from pinakes.ingest.sources.mediawiki.markup.hidden import without_furniture, without_hidden
from pinakes.ingest.sources.mediawiki.markup.infoboxes import (
    box_lines,
    infobox_facts,
    is_box,
    row_fact,
)
from pinakes.ingest.sources.mediawiki.markup.laid_lines import (
    KeptText,
    PageMarks,
    kept_mark,
    placed_lines,
    with_links,
    without_block_marks,
)
from pinakes.ingest.sources.mediawiki.markup.layout import (
    assemble,
    lines_of,
    plain_words,
    sections_of,
    unescape,
)
from pinakes.ingest.sources.mediawiki.markup.located import (
    LONGEST_ANCHOR,
    Located,
    TextBlock,
    joined,
)
from pinakes.ingest.sources.mediawiki.markup.scanner import EQUALS, Renderers, Unread, scan
from pinakes.ingest.sources.mediawiki.markup.tables import BREAK, CAPTION, render_table
from pinakes.ingest.sources.mediawiki.markup.variants import has_variants, without_variants
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments
from pinakes.ingest.sources.mediawiki.templates.expansion import PageTemplates
from pinakes.ingest.sources.mediawiki.templates.inputs import NO_TEMPLATES, packed
from pinakes.ingest.sources.mediawiki.templates.invocations import template_of_module
from pinakes.ingest.sources.mediawiki.templates.kept_templates import KeptTemplates
from pinakes.ingest.sources.mediawiki.templates.listings import LISTINGS, is_nameless
from pinakes.ingest.sources.mediawiki.templates.lists import QUOTATIONS
from pinakes.ingest.sources.mediawiki.templates.local_names import (
    EVERY_LANGUAGE,
    is_disambiguation_title,
    local_names,
)
from pinakes.ingest.sources.mediawiki.templates.parser_functions import call_parser_function
from pinakes.ingest.sources.mediawiki.templates.projects import cut_by, project_template
from pinakes.ingest.sources.mediawiki.templates.registry import find_template
from pinakes.ingest.sources.mediawiki.templates.unknown import read_unknown
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.types import INFOBOX_HEADING, Document, Link

__all__ = ["parse_document"]

# Characters this package uses for itself.
_PRIVATE = re.compile("[\ue000-\ue00f]")
_LINE_BREAK = re.compile(r"<(?:\s*/)?\s*br\b[^<>]*>", re.IGNORECASE)
# In capitals, or in letters that have none; __init__ is text.
_SWITCH = re.compile(r"__(?=[^\W\d_])([^\Wa-z]{2,40}?)__")
_IMAGE_OPTION = re.compile(
    r"^(thumb(nail)?|frame(d|less)?|border|right|left|center|centre|none|baseline|middle|sub|super|"
    r"top|text-top|bottom|text-bottom|upright( ?[\d.]+)?|\d*x?\d+ ?px|"
    r"(thumb(nail)?|upright|link|alt|page|lang|class|start|end|thumbtime)=.*|mini|miniatur)$",
    re.IGNORECASE | re.DOTALL,
)
# Pictures with these alone stand in a line or in a cell: what they are called is not shown.
_PLAIN_OPTION = re.compile(
    r"(frameless|border|right|left|none|baseline|middle|sub|super|top|bottom|text-top|text-bottom|"
    r"center|centre|\d*x?\d+ ?px|(link|alt|lang|class|page)=.*)?",
    re.IGNORECASE | re.DOTALL,
)
_INTERLANGUAGE = re.compile(
    r"^(?:[a-z]{2,3}|simple|be-x-old|zh-[a-z-]+|roa-[a-z]+|map-bms|cbk-zam|fiu-vro|bat-smg|nds-nl)"
    r":\S"
)
_INTERWIKI = frozenset(
    ("wikt", "wiktionary", "commons", "c", "s", "wikisource", "q", "wikiquote", "b", "wikibooks",
     "n", "wikinews", "v", "wikiversity", "voy", "wikivoyage", "d", "wikidata", "species",
     "wikispecies", "m", "meta", "w", "wikipedia", "mw", "doi", "iarchive", "special", "image talk")
)  # fmt: skip
_CANONICAL_FILE = frozenset(("file", "image"))
_CANONICAL_CATEGORY = frozenset(("category",))
# Namespaces whose links lead to no article: their words stay, the target is not kept.
_OTHER_NAMESPACES = frozenset(
    ("user", "user talk", "talk", "wikipedia", "wikipedia talk", "template", "help", "portal",
     "special", "media", "module", "draft", "mediawiki", "wp", "book", "file talk", "timedtext")
)  # fmt: skip
_LONGEST_TITLE = 255
_LARGEST_LAID = 2 << 20
_MOST_BOLD = 8
# What tells a title from others of the name: Mercury (planet).
_IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")
# How lists, indented notes, headers of lists and rows of tables begin.
_NO_PARAGRAPH = frozenset("*#:;|!{")
# Words without a sign that means something in a link: most links hold nothing else.
_PLAIN_WORD = r"[^\s:#_&%<\['\ue000-\ue00f]+"
_PLAIN_WORDS = re.compile(rf"{_PLAIN_WORD}(?: {_PLAIN_WORD})*")


def parse_document(
    page: Page,
    site: SiteInfo,
    dropped: Counter[str] | None = None,
    templates: KeptTemplates | None = None,
    *,
    with_layout: bool = True,
) -> Document:
    """The article as plain text, with sections, links and the facts of its infoboxes.

    The text is the same with its layout and without; pages of more than two million letters, which
    no wiki has by default, have none: it would take more memory than they do.

    ``dropped`` counts, by name, the templates that were left out because no renderer knows them,
    nor are they among ``templates``, those of the dump.
    """
    with_layout = with_layout and len(page.wikitext) <= _LARGEST_LAID
    expansion = PageTemplates(templates, site, page.title) if templates else None
    counter = Counter[str]() if dropped is None else dropped
    parser = _Parser(page.title, page.timestamp, site, counter, expansion, with_layout=with_layout)
    marks = PageMarks(parser.links, wanted=with_layout)
    expanded = marks.marked(parser.expand(page.wikitext))
    text, facts, added = settled(expanded, parser.boxes)
    marks.shift(added)
    blocks = list(sections_of(text, parser.kept, marks))
    if facts := [*parser.facts, *facts]:
        facts = lines_of("\n".join(facts), parser.kept)
        if with_layout:
            facts = with_links(facts, parser.links, blocks)
        blocks.insert(1, ((INFOBOX_HEADING,), facts))
    body, sections = assemble(blocks)
    layout = b""
    if with_layout:
        layout = pack_layout(body, placed_lines(blocks, body, sections), parser.fragments)
    return Document(
        key=page.page_id,
        title=page.title,
        revision_id=page.revision_id,
        timestamp=page.timestamp,
        text=body,
        sections=sections,
        links=tuple(parser.links),
        is_disambiguation=parser.is_disambiguation or is_disambiguation_title(page.title),
        bold_names=_bold_names(text, page.title, parser.kept),
        inputs=parser.inputs,
        layout=layout,
        cut_by=cut_by(site),
        remarks=parser.remarks,
    )


def _bold_names(text: str, title: str, kept: Sequence[KeptText]) -> tuple[str, ...]:
    """Other names of the subject: what the lead's first paragraph with bold words has in bold."""
    lead = text.partition("\n=")[0] if not text.startswith("=") else ""
    if "'''" not in lead:
        return ()
    lead = without_block_marks(lead)
    lines = (line for line in lead.split("\n") if "'''" in line and line[0] not in _NO_PARAGRAPH)
    names = dict.fromkeys(plain_words(run, kept) for run in bold_runs(next(lines, "")))
    return tuple(
        name
        for name in islice(names, _MOST_BOLD)
        if name not in {"", title} and len(name) <= LONGEST_ANCHOR
    )


class _Parser:
    """One page on its way to text; collects links, infobox facts and what was dropped."""

    def __init__(
        self,
        title: str,
        written: str,
        site: SiteInfo,
        dropped: Counter[str],
        templates: PageTemplates | None,
        *,
        with_layout: bool,
    ) -> None:
        self.title = title
        self._written = written
        self._templates = templates
        self._asks_for_templates = False
        self.links: list[Link] = []
        self.facts: list[str] = []
        self.boxes: list[list[str]] = []
        self.fragments: dict[int, str] = {}
        self.kept: list[KeptText] = []
        self.dropped = dropped
        self.is_disambiguation = False
        self._of_project = project_template(site)
        self._nameless = 0
        placed = self.links if with_layout else ()
        self._renderers = Renderers(self._template, self._link, _table, placed)
        self._language = site.language
        self._site_name = site.name
        self._files = _CANONICAL_FILE | site.namespace_names(6) | _file_names(site.language)
        self._categories = _CANONICAL_CATEGORY | site.namespace_names(14)
        others = {key for key, _ in site.namespaces if key != 0}
        self._elsewhere = (
            _INTERWIKI
            | _OTHER_NAMESPACES
            | self._files
            | self._categories
            | site.namespace_names(*others)
        )

    @property
    def inputs(self) -> bytes:
        """By which templates of the dump the text was made."""
        if self._templates is None:
            return NO_TEMPLATES if self._asks_for_templates else b""
        return packed(self._templates.lookups)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd about the page."""
        if not self._nameless:
            return ()
        listings = "a listing" if self._nameless == 1 else f"{self._nameless} listings"
        return (f"{listings} without a name; the text of it stays",)

    def expand(self, wikitext: str) -> str:
        """Templates, links and tables replaced by text; line markup still in place."""
        return scan(self._prepared(_without_private(wikitext)), self._renderers)

    def _prepared(self, wikitext: str) -> str:
        """Wikitext in which what is no text is gone, and what is no markup is hidden."""
        text = without_hidden(without_extensions(wikitext, self._keep))
        if has_variants(self._language):
            text = without_variants(text)
        return _LINE_BREAK.sub(BREAK, _SWITCH.sub(self._switch, text))

    def _switch(self, match: re.Match[str]) -> str:
        name = match[1].replace("_", " ").lower()
        if find_template(name, self._language).kind == "disambiguation":
            self.is_disambiguation = True
        return ""

    def _keep(self, text: KeptText) -> str:
        """Hide text from all further parsing; ``finish`` puts it back."""
        self.kept.append(text)
        return kept_mark(len(self.kept) - 1)

    def _template(self, parts: Sequence[str]) -> str:
        head, rest = parts[0], list(parts[1:])
        name = " ".join(head.replace("_", " ").split()).lower()
        function, colon, first = name.partition(":")
        if colon and function in ("template", "t", "msg", "subst", "safesubst"):
            name = first.strip()
        elif colon:
            name = function.strip()
            rest = [head.partition(":")[2].strip(), *rest]
            if name == "#invoke" and (own := template_of_module(*_named_module(rest))):
                name, rest = own, rest[2:]
        if name in ("pagename", "fullpagename", "subpagename"):
            return self.title
        if name == "pagenamebase":
            return _IN_BRACKETS.sub("", self.title)
        if name == "sitename":
            return self._site_name
        if (render := self._of_project(name)) is not None:
            arguments = _arguments(rest, self._language, self._written)
            self._nameless += name in LISTINGS and is_nameless(arguments)
            return render(arguments, self.title)
        template = find_template(name, self._language)
        if template.kind == "silent":
            return ""
        if template.kind == "disambiguation":
            self.is_disambiguation = True
            return ""
        if template.kind == "function":
            return call_parser_function(name, rest)
        arguments = _arguments(rest, self._language, self._written)
        if template.kind == "infobox":
            self.facts += self._facts(arguments)
            if not arguments.named and len(given := arguments.given()) > 1:
                self.facts.append(row_fact(given))
            return ""
        if template.render is None:
            if (expanded := self._expanded(head, rest)) is not None:
                return expanded
            return self._unknown(head, name, arguments)
        rendered = template.render(arguments)
        if template.render in QUOTATIONS and rendered.strip():
            inside = len(rendered) - len(rendered.lstrip()), len(rendered.rstrip())
            return Located(rendered, (), (TextBlock(*inside, None),))
        if name == "coord" and arguments.get("display") in ("title", "t"):
            self.facts.append(f"Coordinates: {rendered}")
            return ""
        return rendered

    def _expanded(self, head: str, arguments: Sequence[str]) -> str | None:
        """What the dump's own template says, to be read as wikitext; None where it has none."""
        if self._templates is None:
            self._asks_for_templates = True
            return None
        text = self._templates.expand(head, arguments)
        if text is None:
            return None
        text = self._prepared(without_furniture(text))
        if is_box(text):
            self.boxes.append(box_lines(scan(text, self._renderers)))
            return box_mark(len(self.boxes) - 1)
        return Unread(text)

    def _unknown(self, written: str, name: str, arguments: Arguments) -> str:
        """What becomes of a template that no renderer is for."""
        call = read_unknown(written, arguments)
        if call.is_box:
            self.boxes.append(self._facts(arguments))
            return box_mark(len(self.boxes) - 1)
        if call.text is not None:
            return call.text
        self.dropped[name[:80]] += 1
        inside = box_marks(arguments.positional) + box_marks(arguments.named)
        return DROPPED + "".join(map(box_mark, inside))

    def _facts(self, arguments: Arguments) -> list[str]:
        """The facts of a box; those of boxes inside it come before its own."""
        named, spelled = arguments.named, arguments.spelled
        inside = box_marks(named)
        if not inside:
            return infobox_facts(named, spelled, self._language)
        facts = [fact for number in inside for fact in self.boxes[number]]
        return facts + infobox_facts(without_box_marks(named), spelled, self._language)

    def _link(self, parts: Sequence[str]) -> str:
        target, words = parts[0], parts[-1]
        if len(parts) <= 2 and _is_plain(target) and (words is target or _is_plain(words)):
            self.links.append(Link(target[0].upper() + target[1:], words))
            return words
        target, labels = target.strip(), parts[1:]
        if "%" in target:
            target = unquote(target)
        is_article, name = True, target
        if ":" in target:
            escaped = target.startswith(":")
            target = target.lstrip(":").strip()
            prefix, colon, name = target.partition(":")
            prefix = prefix.replace("_", " ").strip().lower() if colon else ""
            is_interlanguage = bool(_INTERLANGUAGE.match(target))
            if colon and not escaped:
                if prefix in self._files:
                    return _caption(labels)
                if prefix in self._categories or (is_interlanguage and not labels):
                    return ""
            is_article = prefix not in self._elsewhere and not is_interlanguage
            if name.startswith("//"):  # [[http://example.org words]]
                return "|".join(labels).strip() or target.partition(" ")[2] or target
        words = "|".join(labels).strip() if labels else target.replace("_", " ").lstrip("#")
        words = words or name.strip() or target
        if is_article:
            name, _, fragment = target.partition("#")
            title = " ".join(unescape(name).replace("_", " ").split())
            if 0 < len(title) <= _LONGEST_TITLE and not _PRIVATE.search(title):
                title = title[:1].upper() + title[1:]
                if fragment and (fragment := plain_words(fragment.replace("_", " "), self.kept)):
                    self.fragments[len(self.links)] = fragment[:LONGEST_ANCHOR]
                self.links.append(Link(title, plain_words(words, self.kept)[:LONGEST_ANCHOR]))
        # What begins with marks of its own does not join those before it: ''[[A|''A'' b]].
        return DROPPED + words if words.startswith("''") else words


def _is_plain(words: str) -> bool:
    """Whether these are a title, or words of a link, as they are."""
    return len(words) <= LONGEST_ANCHOR and _PLAIN_WORDS.fullmatch(words) is not None


def _without_private(text: str) -> str:
    text = cleaned(text)
    # In UTF-8 these characters, and no others in use, begin with the byte EE. To look for one byte
    # takes a fifth of the time that looking for a set of characters takes.
    return _PRIVATE.sub("", text) if b"\xee" in text.encode() else text


def _named_module(rest: Sequence[str]) -> tuple[str, str]:
    """Module and function of ``{{#invoke:Module|function|…}}``, in lower case."""
    module, function = (*rest, "")[:2]
    return " ".join(module.replace("_", " ").split()).lower(), function.strip().lower()


def _table(markup: str) -> str:
    return joined(["\n", render_table(markup), "\n"])


def _caption(labels: Sequence[str]) -> str:
    """A picture's caption as a paragraph: the last label that is no display option.

    Pictures without a frame show none.
    """
    options = [_is_image_option(label.strip()) for label in labels]
    if all(_PLAIN_OPTION.fullmatch(label.strip()) for label in labels[:-1]):
        return ""
    captions = [
        label.strip() for label, is_option in zip(labels, options, strict=True) if not is_option
    ]
    if not captions or len(labels) == 1:
        return ""
    mark = "" if "\n" in captions[-1] else CAPTION  # what has lines of its own stays in its place
    return f"\n{mark}{captions[-1]}\n"


def _is_image_option(label: str) -> bool:
    return (
        not label
        or bool(_IMAGE_OPTION.match(label))
        or label.partition("=")[0].rstrip().lower() in EVERY_LANGUAGE.image_options
    )


def _file_names(language: str) -> frozenset[str]:
    """Older names of the file namespace, which a dump's header does not list."""
    return local_names(language).file if language else EVERY_LANGUAGE.file


def _arguments(values: Sequence[str], language: str, written: str) -> Arguments:
    positional: list[str] = []
    named: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for value in values:
        key, equals, content = value.partition("=")
        if equals and "<" not in key and "[" not in key:
            name = key.strip()
            small = name.lower()
            if small != name:
                spelled[small] = name
            named[small] = content.strip().replace(EQUALS, "=")
        else:
            positional.append(value.replace(EQUALS, "="))
    while (number := str(len(positional) + 1)) in named:  # {{lang|1=grc|2=…}} is {{lang|grc|…}}
        positional.append(named[number])
    return Arguments(tuple(positional), named, language, written, spelled)
