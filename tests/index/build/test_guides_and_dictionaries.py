"""A travel guide and a dictionary, built and searched; pages written by hand in their syntax."""

import json
from pathlib import Path

import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.retrieval.search import Index
from pinakes.ingest.sources.mediawiki.source import MediaWikiSource
from tests.index.toys import QuietProgress, article

GUIDE = [
    article(1, "Lisbon", "A city.\n==Eat==\n* {{eat|name=Ao 26|lat=38.7|long=-9.1|content=A vegan "
            "restaurant without a buffet.}}\n* {{eat|name=Bife|content=Steaks for carnivores, and "
            "nothing else.}}\n* {{eat|content=A stall that has no name and sells chestnuts.}}"),
    article(2, "Porto", "A city.\n==Eat==\n* {{eat|name=Casa|content=A vegan restaurant by the "
            "river, with soup.}}"),
    *(article(10 + n, f"Town {n}", f"A town.\n==Eat==\n* {{{{eat|name=Inn {n}|content=A restaurant "
              "with soup, and vegan dishes on one day of the week.}}") for n in range(30)),
]  # fmt: skip
DICTIONARY = [
    article(1, "hoist", "==English==\n===Verb===\n{{en-verb}}\n# {{lb|en|nautical}} To raise.\n"
            "===Noun===\n{{en-noun}}\n# A machine that lifts."),
    article(2, "cat", "==English==\n===Verb===\n{{en-verb}}\n# To hoist an anchor."),
    *(article(10 + n, f"word{n}", "==English==\n===Verb===\n{{en-verb}}\n# To do.\n===Noun===\n"
              "{{en-noun}}\n# A thing.") for n in range(30)),
]  # fmt: skip


def built(directory: Path, database: str, pages: list[str], progress: QuietProgress) -> Path:
    path = directory / f"{database}-20261101-pages-articles.xml"
    path.write_text(
        f'<mediawiki xml:lang="en"><siteinfo><dbname>{database}</dbname><namespaces>'
        f'<namespace key="0"/></namespaces></siteinfo>{"".join(pages)}</mediawiki>'
    )
    collection = directory / "data" / database
    source = MediaWikiSource.open([path])
    build_collection(collection, source, None, "none", progress, BuildOptions(workers=1))
    return collection


def test_restaurants_of_a_city_are_found_one_by_one(tmp_path: Path) -> None:
    progress = QuietProgress()
    collection = built(tmp_path, "enwikivoyage", GUIDE, progress)
    with Index.open(collection) as index:
        first = index.search("vegan restaurants in Lisbon")[0].passage
    assert (first.title, first.heading_path) == ("Lisbon", ("Eat",))
    assert first.text == ("Ao 26. A vegan restaurant without a buffet. Coordinates: 38.7, -9.1.")
    report = (collection / "current" / "quarantine.jsonl").read_text()
    assert [json.loads(line)["title"] for line in report.splitlines()] == ["Lisbon"]
    assert any("something odd" in note for note in progress.notes)


@pytest.mark.parametrize(("part", "text"), [("noun", "A machine"), ("verb", "(nautical) To raise")])
def test_words_are_found_by_language_and_part_of_speech(
    tmp_path: Path, part: str, text: str
) -> None:
    with Index.open(built(tmp_path, "enwiktionary", DICTIONARY, QuietProgress())) as index:
        first = index.search(f"define hoist English {part}")[0].passage
    assert (first.title, first.heading_path) == ("hoist", ("English", part.capitalize()))
    assert text in first.text
