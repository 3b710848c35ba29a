"""What a call of one of the dump's own templates becomes on a page."""

from pathlib import Path

import pytest

from pinakes.ingest.sources.mediawiki.templates.inputs import NO_TEMPLATES, digest_of
from tests.ingest.sources.mediawiki.templates.toy_templates import document, kept_templates

BODIES = {
    "endash": "&ndash;<noinclude>{{documentation}}</noinclude>",
    "Toycode": "→ toy nation",
    "toy nation": "{{#switch:{{{1|}}}|fr|fra=[[France]]|de=[[Germany]]|#default=nowhere}}",
    "population of": (
        "{{#switch:{{{1}}}|a=1|b=2|c=3|d=4|e=5|f=6|g=7|h=8,123|9|10=ninth|#default=unknown}}"
    ),
    "greeting": "Hello {{{1|world}}}{{#if:{{{from|}}}|, says {{{from}}}}}",
    "twice": "{{{1}}} and {{{1}}}",
    "nested": "{{twice|{{greeting|{{{1}}}}}}}",
    "chosen": "{{ {{{1}}} |x}}",
    "only": "before<onlyinclude>within {{{1}}}</onlyinclude>after",
    "page": "on {{PAGENAME}}",
    "sum": "{{#expr: {{{1|0}}} + {{{2|0}}} }} {{#ifexpr:{{{1}}} > 5|many|few}}",
    "box": '{| class="infobox"\n! Height\n| {{{height}}} m\n|-\n! Built\n| {{{built}}}\n|}',
    "own box": "{{Infobox tower|height={{{h}}} m|built={{{b}}}}}",
    "row": "|-\n| {{{1}}} || {{{2}}}",
    "start": '{| class="wikitable"\n! Name !! Age',
    "stop": "|}",
    "links": "[[{{{1}}}|{{{2|{{{1}}}}}}]]",
    "partly seen": 'seen<span style="display:none">secret</span><div class="navbox">nav</div>',
    "navigation": "{{Navbox|list1=[[A]] [[B]]}}",
    "in words": "{{nowrap|{{{1}}} km}}",
    "length": "{{#invoke:String|len|{{{1}}}}}-{{#invoke:String|sub|{{{1}}}|2|3}}",
    "replaced": "{{#invoke:String|replace|{{{1}}}|b|c}}",
    "lua": "{{#invoke:Something|main}}",
    "lua and words": "Words {{#invoke:Something|main}}",
    "measured": "{{#invoke:Maß|main}}",
    "Module:Maß": "→ Convert",
    "guarded": "{{{{{|safesubst:}}}#if:{{{1|}}}|yes|no}}",
    "list": "* one\n* {{{1}}}",
    "args": "{{{a b}}}{{{3|third}}}",
    "first letter": "{{#sub:{{{1}}}|0|1}}{{lc:{{{1}}}}}",
    "commented": "a<!-- {{{1}}} -->b",
    "raw": "<nowiki>{{{1}}}</nowiki>",
    "tail": "1{{=}}2{{!}}3",
    "loop": "a{{loop}}b",
    "ping": "1{{pong}}",
    "pong": "2{{ping}}",
    "around": "{{#if:{{{1|}}}|{{within}}|leaf}}",
    "within": "in {{around}}",
    "error": "{{#iferror:{{#expr:1/0}}|bad|good}}",
    "unwritten": "{{{1}}}!",
    "calls missing": "<{{missing one|{{{1}}}}}>",
    "fallback": "{{#switch:{{{1}}}|{{lc:A}}=first|b=second}}",
}


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("1914{{endash}}1918", "1914–1918"),
        ("{{toy nation|fr}}, {{Toycode|de}}, {{Gabarit:toy_nation}}", "France, Germany, nowhere"),
        ("{{population of|h}} {{population of|9}} {{population of|10.0}} {{population of|z}}",
         "8,123 ninth ninth unknown"),
        ("{{greeting}}; {{greeting|1=you|from=me}}", "Hello world; Hello you, says me"),
        ("{{nested|Ann}}", "Hello Ann and Hello Ann"),
        ("{{chosen|twice}}", "x and x"),
        ("{{only|this}}", "within this"),
        ("{{page}}", "on Toy page"),
        ("{{sum|4|5}} {{sum|6}}", "9 few 6 many"),
        ("{{links|a}} {{links|a|[[b]]}}", "a b"),
        ("{{partly seen}}", "seen"),
        ("A{{navigation}}.", "A."),
        ("{{in words|5}}", "5 km"),
        ("{{length|abcd}} {{replaced|abba}}", "4-bc acca"),
        ("{{lua and words}}", "Words"),
        ("{{guarded|1}}{{guarded}}", "yesno"),
        ("{{list|two}}", "- one\n- two"),
        ("{{args|a b=x}}{{args|1|2|y}}", "xthirdy"),
        ("{{first letter|Abc}}", "Aabc"),
        ("{{commented|x}} {{raw|x}} {{tail}}", "ab {{{1}}} 1=2|3"),
        ("{{error}}", "bad"),
        ("{{unwritten}}", "!"),
        ("{{fallback|a}} {{fallback|b}}", "first second"),
        ("{{greeting|a=b|1=c=d}}", "Hello c=d"),
        ("{{start}}\n{{row|Ann|30}}\n{{row|Bob|40}}\n{{stop}}",
         "Name: Ann; Age: 30\nName: Bob; Age: 40"),
        ("{| class=wikitable\n! Name !! Age\n{{row|{{nowrap|Ann}}|{{sum|20|1}}}}\n|}",
         "Name: Ann; Age: 21 many"),
    ],
)  # fmt: skip
def test_a_call_reads_as_its_template_says(tmp_path: Path, wikitext: str, text: str) -> None:
    assert document(kept_templates(tmp_path, BODIES), wikitext).text == text


@pytest.mark.parametrize(
    ("wikitext", "facts"),
    [
        ("{{box|height=120|built=1950}}\nA tower.", "Height: 120 m\nBuilt: 1950"),
        ("{{own box|h=120|b=1950}}\nA tower.", "Height: 120 m\nBuilt: 1950"),
    ],
)
def test_a_box_is_the_page_s_box(tmp_path: Path, wikitext: str, facts: str) -> None:
    text = document(kept_templates(tmp_path, BODIES), wikitext).text
    assert text == f"A tower.\n\nInfobox\n{facts}"


@pytest.mark.parametrize("wikitext", ["{{lua|5|x}} y", "{{missing|5}} y", "{{greeting|{{lua}}"])
def test_what_cannot_be_told_is_as_without_templates(tmp_path: Path, wikitext: str) -> None:
    if "greeting" in wikitext:
        wikitext = wikitext.replace("greeting", "missing")
    with_templates = document(kept_templates(tmp_path, BODIES), wikitext)
    assert with_templates.text == document(None, wikitext).text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [("{{loop}}", "ab"), ("{{ping}} {{pong}}", "12 21"), ("{{around|1}} {{within}}", "in in leaf")],
)
def test_a_template_inside_of_itself_gives_nothing(
    tmp_path: Path, wikitext: str, text: str
) -> None:
    templates = kept_templates(tmp_path, BODIES)
    assert document(templates, wikitext).text == text
    # Whatever was expanded before, on this page or on another.
    before = "{{pong}} {{within}}"
    assert document(templates, f"{before} {wikitext}").text == f"21 in leaf {text}"


HOSTILE = {
    "cycle 1": "{{cycle 2|{{{1}}}x}}",
    "cycle 2": "{{cycle 1|{{{1}}}x}}",
    **{f"doubled {n}": f"{{{{doubled {n + 1}|{{{{{{1}}}}}}{{{{{{1}}}}}}}}}}" for n in range(60)},
    **{f"wide {n}": f"{{{{wide {n + 1}|{{{{{{1}}}}}}}}}}" * 10 for n in range(30)},
    **{f"deep {n}": f"{{{{deep {n + 1}}}}}" for n in range(500)},
    "constant": "word " * 200_000,
    "cases": "{{#switch:{{{1}}}" + "".join(f"|{n}=value {n}" for n in range(60_000)) + "}}",
    "deep switch": "{{#switch:1|1=" * 3_000 + "x" + "}}" * 3_000,
    "open": "{{{" * 100_000,
    "closed": "}}" * 100_000 + "{{#if:" * 50_000,
    "conditions": "{{#if:{{{1}}}|{{#if:{{{1}}}|" * 2_000,
    "padded": "{{padleft:|999999999|x}}{{#expr:10^999^999}}",
    "unclosed": "<nowiki>" * 50_000 + "<noinclude>" * 50_000,
}


@pytest.mark.parametrize(
    "name",
    ["cycle 1", "doubled 0", "wide 0", "deep 0", "constant", "cases", "deep switch", "open",
     "closed", "conditions", "padded", "unclosed"],
)  # fmt: skip
def test_hostile_templates_end(tmp_path: Path, name: str) -> None:
    """What takes more than a page may is not expanded; the words around it stay."""
    text = document(kept_templates(tmp_path, HOSTILE), f"Before {{{{{name}|1}}}} after " * 5).text
    assert text.startswith("Before")
    assert text.endswith("after")
    assert len(text) < 10_000_000


def test_what_a_page_gives_depends_on_no_other_page(tmp_path: Path) -> None:
    """Results are kept between pages; what was read before must not be seen in a text."""
    bodies = BODIES | HOSTILE
    pages = [f"{{{{deep {n}}}}} {{{{ping}}}} {{{{twice|{n}}}}}" for n in range(400, 500, 7)]
    templates = kept_templates(tmp_path, bodies)
    forwards = [document(templates, page) for page in pages]
    (tmp_path / "again").mkdir()
    templates = kept_templates(tmp_path / "again", bodies)
    backwards = [document(templates, page) for page in reversed(pages)]
    assert forwards == backwards[::-1]


def test_a_page_knows_by_which_templates_it_was_made(tmp_path: Path) -> None:
    """Also by those inside others, by redirects, and by those that were not there."""
    wikitext = "{{nested|x}} {{toycode|fr}} {{calls missing|1}}"
    inputs = document(kept_templates(tmp_path, BODIES), wikitext).inputs
    assert document(None, wikitext).inputs == NO_TEMPLATES
    assert document(None, "{{nowrap|x}}").inputs == b""

    def digest_with(**changed: str) -> bytes:
        directory = tmp_path / "-".join(changed)
        directory.mkdir(exist_ok=True)
        bodies = BODIES | {name.replace("_", " "): body for name, body in changed.items()}
        return digest_of(inputs, kept_templates(directory, bodies).table)

    before = digest_with(other="x")
    assert digest_with(sum="changed", page="changed") == before
    for changed in ("nested", "twice", "greeting", "Toycode", "toy_nation", "calls_missing"):
        assert digest_with(**{changed: "changed"}) != before, changed
    assert digest_with(missing_one="now there") != before
