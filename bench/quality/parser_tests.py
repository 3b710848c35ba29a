"""MediaWiki's own parser tests, read as plain text.

Measures: of the cases that are about the text of a page, how many give the same text as the HTML
that MediaWiki makes of them; the rest by reason.
Corpus: ../shared/data/wikitext/parser_tests, MediaWiki's and Parsoid's tests, wikitext and HTML.
Command: python -m bench.quality.parser_tests [--show REASON]

White space and the marks of lists are no part of the comparison. Tables are compared by their
words: here every value stands beside its heading, so that headings are repeated.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.quality.html_text import text_of_html
from bench.record import record
from pinakes.ingest.sources.mediawiki.types import Page, SiteInfo
from pinakes.ingest.sources.mediawiki.wikitext import parse_document

TESTS = Path(__file__).parents[3] / "shared/data/wikitext/parser_tests"
SITE = SiteInfo(
    "testwiki", "MediaWiki", "", "en",
    ((0, ""), (1, "Talk"), (2, "User"), (3, "User talk"), (4, "Project"), (6, "File"),
     (8, "MediaWiki"), (10, "Template"), (14, "Category")),
)  # fmt: skip

# Why a case is not about the text that a page shows: by its options, wikitext or HTML.
_SKIPPED_OPTIONS = (
    ("the serializer from HTML to wikitext", r"html2wt|wt2wt(?!,|\")|selser|\"changes\""),
    ("saving, previewing or editing a page",
     r"\b(pst|msg|preload|comment|section=|replace=|lastsavedrevision|nohtml|showtitle|"
     r"showindicators|local)\b"),
    ("another language or variant", r"\b(language|variant|htmlVariantLanguage)="),
    ("subpages and other namespaces", r"\bsubpage\b|title=\[\[(User|Subpage|Talk|User talk)"),
    ("settings of the wiki", r"\bwg[A-Z]\w+"),
    ("switched off", r"\bdisabled\b"),
)  # fmt: skip
_SKIPPED_WIKITEXT = (
    ("templates of the test file", r"\{\{(?!#|[a-z]+:)[^{}|]*[|}]|\{\{\{"),
    ("values of the running wiki", r"\{\{[A-Za-z#]+:?|__[A-Z]+__|~~~"),
    ("extension tags of the tests", r"<(aliens|tag|statictag|asidetag|sealtag|pwraptest|spanTag|"
     r"embed|style|translate|tvar|languages|section|indicator|ref|references|poem|charinsert|"
     r"templatestyles|dummy|score|hiero|rawhtml|includeonly|noinclude|onlyinclude|html)\b"),
    ("transclusion marks", r"<(include|noinclude|onlyinclude)"),
    ("language conversion", r"-\{"),
)  # fmt: skip
_SKIPPED_HTML = (
    ("error messages", r"class=\"(error|mw-error|mw-ext-cite-error)|mw:Error|Error in "),
    (
        "missing pictures and redirect notices",
        r"mw-broken-media|Special:Upload|redirectMsg|mw:PageProp/redirect|Missing\.(jpg|svg)",
    ),
)


@dataclass(frozen=True)
class Case:
    """One test: the file it comes from, its name and its parts by their headings."""

    file: str
    name: str
    parts: dict[str, str]

    @property
    def html(self) -> str | None:
        """What MediaWiki's own parser makes of it, or Parsoid's where that is all there is."""
        for key in ("html/php", "html", "html/*", "html/parsoid", "html/parsoid+standalone"):
            if key in self.parts:
                return self.parts[key]
        return None


def main() -> None:
    """Read, compare, print, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--show", metavar="REASON", help="print the cases of one reason")
    options = parser.parse_args()
    skipped, passed, failed = Counter[str](), Counter[str](), Counter[str]()
    by_file: dict[str, list[int]] = {}
    for case in read_cases(TESTS):
        reason = why_skipped(case)
        if reason is not None:
            skipped[reason] += 1
            continue
        ours, theirs = our_text(case), text_of_html(case.html or "")
        verdict = compare(ours, theirs, case)
        (passed if verdict.startswith("same") else failed)[verdict] += 1
        counts = by_file.setdefault(case.file, [0, 0])
        counts[0] += verdict.startswith("same")
        counts[1] += 1
        if options.show == verdict:
            wikitext = case.parts["wikitext"]
            print(f"--- {case.file}: {case.name}\n{wikitext}\n=== {theirs!r}\n>>> {ours!r}\n")
    _print(skipped, passed, failed)
    total = passed.total() + failed.total()
    if options.show is None:
        record(
            "parser_tests",
            "MediaWiki and Parsoid parser tests, twelve files",
            {
                "about_text": total,
                "passed": passed.total(),
                "pass_rate": round(passed.total() / total, 4),
                "passed_by_kind": dict(passed.most_common()),
                "failed_by_reason": dict(failed.most_common()),
                "skipped_by_reason": dict(skipped.most_common()),
                "passed_of_cases_by_file": {name: by_file[name] for name in sorted(by_file)},
            },
        )


def read_cases(directory: Path) -> Iterator[Case]:
    """The tests of all files: blocks from ``!! test`` to ``!! end``, in parts under headings."""
    for path in sorted(directory.glob("*.txt")):
        parts: dict[str, list[str]] | None = None
        lines: list[str] = []
        for line in path.read_text(encoding="utf-8").split("\n"):
            heading = re.fullmatch(r"!!\s*(\S+)\s*", line)
            if heading is None:
                lines.append(line)
            elif heading[1] == "test":
                lines = []
                parts = {"test": lines}
            elif heading[1] == "end" and parts is not None:
                texts = {key: "\n".join(value) for key, value in parts.items()}
                yield Case(path.stem, texts.pop("test"), texts)
                parts = None
            else:
                lines = []
                if parts is not None:
                    parts[heading[1]] = lines


def why_skipped(case: Case) -> str | None:
    """Why a case says nothing about plain text, or None."""
    wikitext, html = case.parts.get("wikitext"), case.html
    if wikitext is None or html is None:
        return "no wikitext or no HTML: the other direction"
    if "config" in case.parts:
        return "settings of the wiki"
    checks = (
        (_SKIPPED_OPTIONS, case.parts.get("options", "")),
        (_SKIPPED_WIKITEXT, wikitext),
        (_SKIPPED_HTML, html),
    )
    for table, text in checks:
        for reason, pattern in table:
            if re.search(pattern, text, re.IGNORECASE if table is _SKIPPED_WIKITEXT else 0):
                return reason
    return None


_STRUCK = re.compile(r"<(s|strike|del)\b[^<>]*>.*?</\1>", re.DOTALL)


def our_text(case: Case) -> str:
    """The plain text of the case as a page of its own, without the marks of lists."""
    page = Page(1, 0, "Parser test", 1, "", None, case.parts["wikitext"])
    text = parse_document(page, SITE).text
    return re.sub(r"^[ \t]*(- |\d{1,3}\. )", "", text, flags=re.MULTILINE)


def compare(ours: str, theirs: str, case: Case) -> str:
    """In what way two texts agree ("same …"), or why they do not."""
    if squeezed(ours) == squeezed(theirs):
        return "same text"
    html = case.html or ""
    if squeezed(ours).replace(":", "") == squeezed(theirs).replace(":", ""):
        return "same text, term and definition on one line"
    if squeezed(re.sub(r"[][|#]", "", ours)) == squeezed(re.sub(r"[][|#]", "", theirs)):
        return "brackets of what is no link are dropped, by design"
    if squeezed(text_of_html(_STRUCK.sub(" ", html))) == squeezed(ours):
        return "what is struck out is not told, by design"
    if "[[" in case.parts["wikitext"] and re.search(
        "mw:(File|Image)|mw-gallery|<figure|<img", html
    ):
        extra = Counter(words(ours)) - Counter(words(theirs))
        if not Counter(words(theirs)) - Counter(words(ours)) and extra:
            return "captions of unframed pictures are kept, by design"
    if "<table" in html or "{|" in case.parts["wikitext"]:
        have, want = Counter(words(ours)), Counter(words(theirs))
        if not want - have and not set(have) - set(want):
            return "same words, table as rows"
        return "tables: broken or nested markup"
    if re.search(r"<h[1-6]", html):
        bare = text_of_html(re.sub(r"<h[1-6].*?</h[1-6]>", " ", html, flags=re.DOTALL))
        if squeezed(bare) == squeezed(ours):
            return "headings without text are left out, by design"
        have, want = Counter(words(ours)), Counter(words(theirs))
        if not have - want and set(want - have) <= set(words(_headings(html))):
            return "headings without text are left out, by design"
        return "headings"
    if re.search(r"gallery", html):
        return "galleries"
    if re.search(r"typeof=\"mw:(File|Image)|<figure|class=\"image", html):
        return "pictures"
    if sorted(words(ours)) == sorted(words(theirs)):
        return "punctuation or order"
    if re.search(r"<math|<syntaxhighlight|<source|<timeline", case.parts["wikitext"]):
        return "extensions"
    if re.search(r"https?:|mailto:|//", case.parts["wikitext"]):
        return "addresses"
    if "[[" in case.parts["wikitext"]:
        return "links"
    if re.search(r"<[a-z/]", case.parts["wikitext"], re.IGNORECASE):
        return "HTML in wikitext"
    return "other"


def squeezed(text: str) -> str:
    """``text`` without any white space."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text)


def words(text: str) -> list[str]:
    """The words of a text."""
    return re.findall(r"\w+", text)


def _headings(html: str) -> str:
    found = re.findall(r"<h[1-6][^>]*>(.*?)</h[1-6]>", html, re.DOTALL)
    return " ".join(text_of_html(heading) for heading in found)


def _print(skipped: Counter[str], passed: Counter[str], failed: Counter[str]) -> None:
    total = passed.total() + failed.total()
    rate = f"{passed.total() / total:.1%}"
    table = Table(title=f"{passed.total()} of {total} cases about text pass ({rate})")
    table.add_column("")
    table.add_column("cases", justify="right")
    for kind, counts in (("passed", passed), ("failed", failed), ("skipped", skipped)):
        for reason, count in counts.most_common():
            table.add_row(f"{kind}: {reason}", str(count))
        table.add_section()
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
