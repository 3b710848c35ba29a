"""When a template changes, an update reads the pages that use it again, and no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pinakes.index.generations import current_generation
from pinakes.index.store.store import Store
from tests.index.build.test_unchanged_pages import parsed, updated
from tests.index.toys import article, redirect, write_dump

pytestmark = pytest.mark.usefixtures("thread_executor")

WIKI = {
    1: article(1, "Papyrus", "Reeds of {{height of|papyrus}}. " * 3),
    2: article(2, "Scroll", "Rolls, {{outer|5}}. " * 3),
    3: article(3, "Codex", "Leaves. " * 9),
    4: article(4, "Ink", "Of {{nowhere}} soot, {{nowrap|black}}. " * 3),
    50: article(50, "Template:Height of", "{{#switch:{{{1}}}|papyrus=4 m|reed=2 m}}", 10),
    51: article(51, "Template:Outer", "{{inner|{{{1}}}}}", 10),
    52: article(52, "Template:Inner", "{{{1}}} cubits", 10),
    53: article(53, "Template:Of nobody", "words", 10),
}


def states() -> Iterator[tuple[str, dict[int, str], list[str], str]]:
    """What happens, the wiki then, who is read again, and words that somebody then has."""
    wiki = dict(WIKI)
    wiki[50] = article(50, "Template:Height of", "{{#switch:{{{1}}}|papyrus=5 m|reed=2 m}}", 10)
    yield "a choice", dict(wiki), ["Papyrus"], "Reeds of 5 m."
    wiki[52] = article(52, "Template:Inner", "{{{1}}} ells", 10)
    yield "inside of another", dict(wiki), ["Scroll"], "Rolls, 5 ells."
    wiki[53] = article(53, "Template:Of nobody", "other words", 10)
    yield "that nobody uses", dict(wiki), [], "Rolls, 5 ells."
    wiki[54] = article(54, "Template:Nowhere", "lamp", 10)
    yield "that was missing", dict(wiki), ["Ink"], "Of lamp soot"
    del wiki[52]
    wiki[55] = redirect(55, "Template:Inner", "Template:Innermost").replace("<ns>0<", "<ns>10<")
    wiki[56] = article(56, "Template:Innermost", "{{{1}}} spans", 10)
    yield "moved", dict(wiki), ["Scroll"], "Rolls, 5 spans."
    wiki[56] = article(56, "Template:Innermost", "{{{1}}} fathoms", 10)
    yield "that a redirect leads to", dict(wiki), ["Scroll"], "Rolls, 5 fathoms."
    wiki = {number: text for number, text in wiki.items() if number < 50}
    yield "all gone", dict(wiki), ["Papyrus", "Scroll", "Ink"], "Rolls, 5."
    yield "all back", dict(WIKI), ["Papyrus", "Scroll", "Ink"], "Rolls, 5 cubits."


def test_a_template_changes_and_its_users_are_read_again(tmp_path: Path) -> None:
    """Each time with the result of a build from nothing, which ``updated`` compares."""
    updated(tmp_path, write_dump(tmp_path / "0", WIKI.values(), "20250101"))
    for month, (what, wiki, again, words) in enumerate(states(), start=2):
        date = f"2025{month:02d}01"
        with pytest.MonkeyPatch.context() as patch:
            titles = parsed(patch)
            updated(tmp_path, write_dump(tmp_path / date, wiki.values(), date))
        # The build from nothing comes second, and reads all.
        assert titles == [*again, "Papyrus", "Scroll", "Codex", "Ink"], what
        with Store(current_generation(tmp_path / "updated" / "wiki") / "pages.db") as store:
            texts = [page.text for page in map(store.page, range(1, 5)) if page]
        assert any(words in text for text in texts), what
