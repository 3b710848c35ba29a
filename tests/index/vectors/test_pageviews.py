"""Page views set the order of embedding. The files are written by hand in the published form."""

import bz2
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pinakes.index.build.pipeline import BuildOptions, build_collection
from pinakes.index.errors import UnusablePageviews
from pinakes.index.store.store import Store
from pinakes.index.types import Vectors
from pinakes.index.vectors.importance import Importance
from pinakes.index.vectors.pageviews import Pageviews
from pinakes.ingest.sources.wiki_names import domain_of_wiki
from tests.index.toys import HashingEncoder, QuietProgress, article, write_dump

LINES = """aa.wikipedia Rare 2 desktop 900 A900
de.wikipedia Seltenes 2 desktop 800 A800
en.wikipedia Linked 1 desktop 5 A5
en.wikipedia Rare 2 desktop 40 A20B20
en.wikipedia Rare 2 mobile-web 60 A60
en.wikipedia Nowhere null desktop 700 A700
en.wikipedia Gone 99 desktop 70 A70
en.wikipedia Broken
en.wikipedia Broken 2 desktop many A1
en.wikipediax Rare 2 desktop 77 A77
"""
PAGES = [
    article(1, "Linked", "Linked is a page that others link to. It is short."),
    article(2, "Rare", "Rare is a page that nobody links to. It links to [[Linked]]."),
    article(3, "Silent", "Silent is a page that nobody views. It links to [[Linked]]."),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pageviews-202610-user.bz2"
    path.write_bytes(bz2.compress(LINES.encode()))
    return path


def test_views_of_one_wiki_are_added_up_by_page(file: Path) -> None:
    views = Pageviews(file, "en.wikipedia").of(np.array([1, 2, 3]))
    assert views.tolist() == [5, 100, 0]
    assert Pageviews(file, "de.wikipedia").of(np.array([2])).tolist() == [800]
    assert Pageviews(file, "en.wikipedia").of(np.array([], dtype=np.int64)).tolist() == []
    plain = file.with_suffix(".txt")
    plain.write_text(LINES)
    assert Pageviews(plain, "en.wikipedia").of(np.array([2])).tolist() == [100]


def test_a_batch_is_as_good_as_many(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinakes.index.vectors.pageviews._BATCH", 2)
    assert Pageviews(file, "en.wikipedia").of(np.array([1, 2, 3])).tolist() == [5, 100, 0]


def test_most_viewed_leads_come_first_and_links_decide_the_rest() -> None:
    pages = [(0, 2, 9), (2, 1, 0), (3, 1, 4)]
    order = [[*map(int, ids)] for ids in Importance(pages, np.array([0, 7, 0])).chunks()]
    assert order == [[2, 0, 3], [1]]


def test_files_that_are_of_no_use_are_named(file: Path) -> None:
    with pytest.raises(UnusablePageviews, match=r"fr\.wikipedia"):
        Pageviews(file, "fr.wikipedia").of(np.array([1]))
    Pageviews(file, "en.wikipedia").check()
    with pytest.raises(UnusablePageviews, match=r"no row with a page id of fr\.wikipedia"):
        Pageviews(file, "fr.wikipedia").check()
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(UnusablePageviews, match=file.name):
        Pageviews(file, "en.wikipedia").of(np.array([1]))
    file.write_bytes(bz2.compress(b"<mediawiki>\n"))
    with pytest.raises(UnusablePageviews, match="not a file of page views"):
        Pageviews(file, "en.wikipedia").check()


def test_wikis_are_called_by_their_domains() -> None:
    names = ["enwiki", "dewiktionary", "zh_yuewiki", "toywiki2", "commonswiki"]
    assert [*map(domain_of_wiki, names)] == [
        "en.wikipedia", "de.wiktionary", "zh-yue.wikipedia", "", "",
    ]  # fmt: skip


def test_a_build_embeds_what_is_viewed_most_first(file: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    class Encoder(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            seen.extend(text.split()[0] for text in texts)
            return super().encode_passages(texts)

    progress = QuietProgress()
    options = BuildOptions(workers=1, pageviews=Pageviews(file, "en.wikipedia"))
    collection = tmp_path / "data" / "toywiki"
    source = write_dump(tmp_path / "dump", PAGES)
    build_collection(collection, source, Encoder(), "all", progress, options)
    assert seen[:3] == ["Rare", "Linked", "Silent"]
    assert any("2 of 3 pages were viewed" in note for note in progress.notes)
    with Store(collection / "current" / "pages.db") as store:
        assert list(store.pages_with_passages()) == [1, 2, 3]
