"""What a reader sees of hits: on a terminal of 80 columns, and in a pipe."""

import re
from collections.abc import Callable, Mapping
from io import StringIO
from types import MappingProxyType

import pytest
from rich.console import Console

from pinakes.index.types import FIRST_STAGE, Explanation, Hit, ListRank
from pinakes.ingest.types import Passage
from pinakes.service.terminal.hit_report import print_explained, print_hits

TEXT = "Papyrus is made from the pith of a reed. " + "It was sold in rolls. " * 30
BOLD = re.compile(r"\x1b\[1m(.*?)\x1b\[0m")
ESCAPE = re.compile(r"\x1b\[[\d;]*m")

Print = Callable[[Console], None]


def hit(title: str = "Papyrus", text: str = TEXT, **values: object) -> Hit:
    passage = Passage(7, 3, title, ("Use", "Egypt"), text, 0, len(text))
    ranks = {"keyword": ListRank(1, 11.787), "vector": ListRank(14, 0.6283)}
    usual = {
        "score": 10.399,
        "ranks": ranks,
        "features": {"keyword": 0.94, "vector": 0.63, FIRST_STAGE: 10.399},
        "highlights": ((0, 7), (35, 39)),
    }
    return Hit(passage=passage, revision_id=5, collection="toy", **(usual | values))  # type: ignore[arg-type]


PARTS = {"keyword": 4.441, "title in question": -1.982, "vector": 7.94}


def why(
    matched: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    contributions: Mapping[str, float] = MappingProxyType(PARTS),
) -> Explanation:
    return Explanation(matched, contributions)


def on_terminal(show: Print, width: int = 80) -> str:
    """Everything written to a terminal so wide, its escapes included; no line is wider."""
    file = StringIO()
    show(Console(file=file, width=width, force_terminal=True, highlight=False))
    assert all(len(ESCAPE.sub("", line)) <= width for line in file.getvalue().splitlines())
    return file.getvalue()


def in_pipe(show: Print) -> str:
    file = StringIO()
    show(Console(file=file, highlight=False, soft_wrap=True))
    assert "\x1b" not in file.getvalue()
    return file.getvalue()


def test_a_hit_on_a_terminal() -> None:
    shown = on_terminal(lambda console: print_hits([hit()], console))
    assert BOLD.findall(shown) == [" 1. ", "Papyrus", "reed"]
    lines = [line.rstrip() for line in ESCAPE.sub("", shown).splitlines()]
    assert lines[0] == " 1. Papyrus › Use › Egypt  10.40 (keyword 1, vector 14)"
    assert lines[1].startswith("    Papyrus is made from the pith of a reed. It was sold")
    assert lines[2].endswith(" …")
    assert len(lines) == 3


def test_a_hit_in_a_pipe_is_two_whole_lines() -> None:
    place, excerpt = in_pipe(lambda console: print_hits([hit()], console)).splitlines()
    assert place == " 1. Papyrus › Use › Egypt  10.40 (keyword 1, vector 14)"
    assert excerpt.startswith(
        "    Papyrus is made from the pith of a reed. It was sold in rolls. It"
    )
    assert len(excerpt) > 140


def test_the_table_of_reasons() -> None:
    other = hit("Reed", ranks={"vector": ListRank(2, 0.7)}, alias="Common reed", highlights=())
    fields = {"title": ("Papyrus",), "aliases": ("Reed", "Rush", "A", "B", "C")}

    def show(console: Console) -> None:
        print_explained([hit(), other], [why({"text": ("Papyrus", "reed")}), why(fields)], console)

    shown = ESCAPE.sub("", on_terminal(show))
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0] == "     score    keyword     vector  passage"
    assert lines[2] == " 1.  10.40    1  11.8   14 0.628  Papyrus › Use › Egypt"
    assert lines[5:7] == [
        "    text: Papyrus, reed",
        "    = vector 7.94 + keyword 4.44 − title in question 1.98",
    ]
    assert lines[8] == " 2.  10.40          –    2 0.700  Reed › Use › Egypt"
    assert lines[11] == (
        "    alias: “Common reed” · title: Papyrus · aliases: Reed, Rush, A, 2 more"
    )


def test_the_table_in_a_pipe_keeps_every_reason_on_one_line() -> None:
    parts = {f"feature number {number}": 1.0 for number in range(20)}
    shown = in_pipe(
        lambda console: print_explained([hit()], [why({}, parts)], console)
    ).splitlines()
    assert shown[0] == "     score    keyword     vector  passage"
    assert shown[-1].count("feature number") == 20


def test_reasons_are_never_broken_inside() -> None:
    parts = {f"feature number {number}": 1.0 for number in range(20)}
    shown = on_terminal(lambda console: print_explained([hit()], [why({}, parts)], console), 60)
    whole = re.findall(r"feature number \d+ 1\.00", ESCAPE.sub("", shown))
    assert len(whole) == 20


def test_one_search_alone_has_no_sum() -> None:
    alone = {"ranks": {"vector": ListRank(1, 0.412)}, "features": {FIRST_STAGE: 0.412}}
    one = hit(score=0.412, highlights=(), **alone)
    shown = on_terminal(lambda console: print_explained([one], [why({}, {})], console))
    shown = ESCAPE.sub("", shown)
    assert shown.splitlines()[0].split() == ["score", "vector", "passage"]
    assert shown.splitlines()[2].split()[:4] == ["1.", "0.412", "1", "0.412"]
    assert "=" not in shown


def test_a_page_that_is_there_by_its_name_alone() -> None:
    shown = in_pipe(lambda console: print_hits([hit(ranks={})], console))
    assert "(by its name)" in shown


@pytest.mark.parametrize("show", [in_pipe, on_terminal])
def test_brackets_are_no_markup(show: Callable[[Print], str]) -> None:
    title, text = "[bold]Array[/bold] [0] [/x]", "a [red]matrix[/red] \\[link=x] a[1] :smile:"
    one = hit(title, text, alias=title, highlights=((8, 14),))
    shown = ESCAPE.sub(
        "", show(lambda console: print_explained([one], [why({"title": (title,)})], console))
    )
    shown += ESCAPE.sub("", show(lambda console: print_hits([one], console)))
    assert shown.count(f"{title} › Use") == 2
    assert f"alias: “{title}”" in shown
    assert shown.count(text) == 2


@pytest.mark.parametrize("width", [40, 80, 200])
def test_long_titles_are_folded(width: int) -> None:
    one = hit("Long title " * 60 + "x" * 300, alias="n" * 500)

    def show(console: Console) -> None:
        print_hits([one], console)
        print_explained([one], [why({"title": ("Long", "title")})], console)

    shown = "".join(ESCAPE.sub("", on_terminal(show, width)).split())
    assert shown.count("x" * 300) == 2
    assert shown.count("Longtitle" * 60) == 2
    assert "n" * 500 in shown


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("古代世界最大的图书馆在亚历山大。" * 40, "图书馆", id="two cells a letter"),
        pytest.param("كانت مكتبة الإسكندرية أكبر مكتبة. " * 40, "مكتبة", id="right to left"),
        pytest.param("A\n\nlist:\n- of\n- lines\n" * 60, "lines", id="many lines"),
    ],
)
def test_excerpts_take_two_lines(text: str, word: str) -> None:
    start = text.index(word, len(text) // 2)
    one = hit(text=text, highlights=((start, start + len(word)),))
    file = StringIO()
    console = Console(file=file, width=80, force_terminal=True, highlight=False)
    print_hits([one], console)
    assert BOLD.findall(file.getvalue()) == [" 1. ", word]
    assert len(file.getvalue().splitlines()) == 3


@pytest.mark.parametrize("show", [in_pipe, on_terminal])
def test_no_hits_no_lines(show: Callable[[Print], str]) -> None:
    assert show(lambda console: print_hits([], console)) == ""
