"""Questions made of what a dump says of its pages: by alias, by heading, by ambiguous name.

Gold is the page that the dump itself ties to the words: the target of a redirect or link, the
section's page, the page whose title needs brackets. As a control, stretches of text that name other
pages by their links: whoever trusts names too much goes astray there. Drawn with a seed, from the
dump as it is read, without the index, and typed as in a hurry: small letters, no accents.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from pinakes.index.aliases.kinds import name_of_topic
from pinakes.index.aliases.titles import title_key
from pinakes.ingest.sources.mediawiki.extract import read_documents
from pinakes.ingest.sources.mediawiki.files.dumps import Dump, plan_units
from pinakes.ingest.types import INFOBOX_HEADING, Document, Redirect

__all__ = ["KINDS", "NameQuestion", "name_questions"]

KINDS = {
    "title": "a page's own title, alone, in a sentence or with a word of its lead",
    "alias": "words of a redirect, of links or in bold in the lead, none of them in the title",
    "variant": "the same, some of them in the title",
    "heading": "title, heading of a section, a word of it",
    "heading alone": "a heading that no other page has",
    "ambiguous": "a name that several pages share, two words of the lead that the others lack",
    "ambiguous, bare": "that name alone: the list of its meanings, or the one it most often means",
    "other names": "eight words of a section that name other pages and not its own",
}
_SEED = 4
_TEMPLATES = ("What is {}?", "{} history", "Where is {}?", "Who or what was {}?")
_SECTIONS, _DRAWS, _CONTROLS = 2, 3, 2
_LEAST_WORDS, _LEAD = 30, 200
_STRETCH = 8
# Words that more of the pages hold say little of one of them.
_COMMON = 0.1


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """A question, its gold pages, and the slices of their text that answer it, if it says."""

    kind: str
    text: str
    pages: frozenset[int]
    sections: tuple[tuple[int, int], ...]


def name_questions(dump: Dump, kinds: Sequence[str] = tuple(KINDS)) -> list[NameQuestion]:
    """Questions of these kinds over a dump, in the order of its pages."""
    wiki = _Wiki.read(dump)
    makers = (wiki.by_title, wiki.by_alias, wiki.by_heading, wiki.by_ambiguous_name, wiki.by_text)
    made = dict.fromkeys(question for make in makers for question in make())
    return [question for question in made if question.kind in kinds]


@dataclass
class _Wiki:
    """A dump that fits in memory."""

    name: str
    language: str
    documents: dict[str, Document] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, dump: Dump) -> "_Wiki":
        wiki = cls(dump.name, dump.site.language)
        for unit in plan_units(dump):
            for entry in read_documents(unit, dump.site):
                if isinstance(entry, Document) and entry.text.strip():
                    wiki.documents.setdefault(entry.title, entry)
                elif isinstance(entry, Redirect):
                    wiki.redirects[entry.title] = entry.target.partition("#")[0].strip()
        return wiki

    def page(self, title: str) -> Document | None:
        for _ in range(5):
            if title in self.documents or title not in self.redirects:
                break
            title = self.redirects[title]
        return self.documents.get(title)

    @cached_property
    def spread(self) -> Counter[str]:
        """On how many pages a word stands."""
        return Counter(
            word for page in self.documents.values() for word in set(title_key(page.text).split())
        )

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """By key, the titles of the pages it may mean.

        By title, title without brackets, bold type, redirect, link; or as listed by the page of
        that name, if the listed title has all words of the name.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for page in self.documents.values():
            found[title_key(page.title)].add(page.title)
            found[title_key(name_of_topic(page.title))].add(page.title)
            for name in page.bold_names:
                found[title_key(name)].add(page.title)
        for name in self.redirects:
            if target := self.page(name):
                found[title_key(name)].add(target.title)
        for key, titles in self._anchors.items():
            found[key].update(titles)
        for page in self.documents.values():
            if page.is_disambiguation:
                key = title_key(name_of_topic(page.title))
                targets = (self.page(link.target) for link in page.links)
                found[key].update(
                    target.title
                    for target in targets
                    if target and set(key.split()) <= set(_words(target.title))
                )
        return found

    @cached_property
    def _anchors(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for page in self.documents.values():
            for key, title in {
                (title_key(link.anchor), target.title)
                for link in page.links
                if (target := self.page(link.target)) and target is not page
            }:
                found[key][title] += 1
        return found

    def _aliases(self) -> Iterator[tuple[Document, str]]:
        """Names of one page only that are not its title; anchors that two pages use."""
        names = [title_key(name) for name in self.redirects]
        names += [key for key, titles in self._anchors.items() if max(titles.values()) > 1]
        names += [title_key(name) for page in self.documents.values() for name in page.bold_names]
        for key in dict.fromkeys(names):
            titles = self.names.get(key, set())
            if not key or len(titles) != 1:
                continue
            page = self.documents[next(iter(titles))]
            own = {title_key(page.title), title_key(name_of_topic(page.title))}
            if key not in own and not page.is_disambiguation:
                yield page, key

    def by_alias(self) -> Iterator[NameQuestion]:
        for page, name in self._aliases():
            shared = set(name.split()) & set(_words(page.title))
            for text in self._asked(page, name):
                yield self._question("variant" if shared else "alias", text, [page])

    def by_title(self) -> Iterator[NameQuestion]:
        for page in self.documents.values():
            if not page.is_disambiguation:
                texts = list(self._asked(page, title_key(page.title)))
                yield self._question("title", self._chance(page, "title").choice(texts), [page])

    def _asked(self, page: Document, name: str) -> Iterator[str]:
        """The name alone, in a sentence where the language is English, with a word of the lead."""
        chance = self._chance(page, name)
        yield name
        if self.language == "en":
            yield chance.choice(_TEMPLATES).format(name)
        if words := self._telling(_lead(page), {*name.split(), *_words(page.title)}):
            yield f"{name} {chance.choice(words)}"

    def by_heading(self) -> Iterator[NameQuestion]:
        pages_with = Counter(
            key
            for page in self.documents.values()
            for key in {
                title_key(section.heading_path[-1])
                for section in page.sections
                if section.heading_path
            }
        )
        for page in self.documents.values():
            if page.is_disambiguation:
                continue
            chance = self._chance(page, "heading")
            sections = [
                section
                for section in page.sections
                if section.heading_path
                and section.heading_path[0] != INFOBOX_HEADING
                and len(page.text[section.start : section.end].split()) >= _LEAST_WORDS
            ]
            for section in sorted(
                chance.sample(sections, min(_SECTIONS, len(sections))),
                key=lambda section: section.start,
            ):
                heading, place = section.heading_path[-1], (section.start, section.end)
                known = {*_words(heading), *_words(page.title)}
                if words := self._telling(page.text[section.start : section.end], known):
                    text = f"{name_of_topic(page.title)} {heading} {chance.choice(words)}"
                    yield self._question("heading", text, [page], [place])
                key = title_key(heading)
                if pages_with[key] == 1 and key not in self.names:
                    yield self._question("heading alone", heading, [page], [place])

    def by_ambiguous_name(self) -> Iterator[NameQuestion]:
        for key, meanings, listing in self._ambiguous():
            for page in meanings:
                others = [meaning for meaning in meanings if meaning is not page]
                known = {*key.split(), *(w for other in others for w in _words(_lead(other)))}
                words = self._telling(_lead(page), known)
                chance = self._chance(page, key)
                for _ in range(_DRAWS if len(words) > 1 else 0):
                    text = " ".join([key, *chance.sample(words, 2)])
                    yield self._question("ambiguous", text, [page])
            links = [self._anchors.get(key, Counter())[page.title] for page in meanings]
            best = [
                meaning
                for meaning, count in zip(meanings, links, strict=True)
                if count == max(links)
            ]
            yield self._question("ambiguous, bare", key, [*best, *listing])

    def _ambiguous(self) -> Iterator[tuple[str, list[Document], list[Document]]]:
        """Key of the name, the pages it may mean, and those that list them; more than one page."""
        for key, titles in self.names.items():
            pages = [self.documents[title] for title in sorted(titles)]
            meanings = [page for page in pages if not page.is_disambiguation]
            if meanings and len(pages) > 1:
                yield key, meanings, [page for page in pages if page.is_disambiguation]

    def by_text(self) -> Iterator[NameQuestion]:
        for page in self.documents.values():
            if page.is_disambiguation:
                continue
            chance = self._chance(page, "text")
            anchors = {
                title_key(link.anchor)
                for link in page.links
                if (target := self.page(link.target)) and target is not page
            }
            title = f" {title_key(name_of_topic(page.title))} "
            found = []
            for section in page.sections:
                words = title_key(page.text[section.start : section.end]).split()
                for begin in range(0, len(words) - _STRETCH + 1, _STRETCH):
                    stretch = " ".join(words[begin : begin + _STRETCH])
                    padded = f" {stretch} "
                    if title not in padded and any(f" {name} " in padded for name in anchors):
                        found.append((stretch, (section.start, section.end)))
            for stretch, place in chance.sample(found, min(_CONTROLS, len(found))):
                yield self._question("other names", stretch, [page], [place])

    def _telling(self, text: str, known: set[str]) -> list[str]:
        """Words of ``text`` that few pages have, and more than one, beyond the ``known``."""
        most = max(3.0, _COMMON * len(self.documents))
        return sorted(
            word
            for word in set(_words(text)) - known
            if len(word) > 3 and word.isalpha() and 1 < self.spread[word] <= most
        )

    def _chance(self, page: Document, what: str) -> random.Random:
        return random.Random(f"{_SEED} {self.name} {page.key} {what}")

    def _question(
        self,
        kind: str,
        text: str,
        pages: Sequence[Document],
        sections: Sequence[tuple[int, int]] = (),
    ) -> NameQuestion:
        return NameQuestion(kind, text, frozenset(page.key for page in pages), tuple(sections))


def _lead(page: Document) -> str:
    """Its first words at most: pages without headings are all lead."""
    words = (
        word
        for section in page.sections
        if not section.heading_path
        for word in page.text[section.start : section.end].split()
    )
    return " ".join(islice(words, _LEAD))


def _words(text: str) -> list[str]:
    return title_key(text).split()
