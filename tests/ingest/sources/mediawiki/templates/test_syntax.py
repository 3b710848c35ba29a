"""Bodies as trees: what parts arguments, what belongs together, what is text."""

import pytest

from pinakes.ingest.sources.mediawiki.templates.syntax import Call, Nodes, Parameter, parse_body


def written(nodes: Nodes) -> str:
    """A tree as one line: calls in angle, parameters in square brackets, names before colons."""
    parts = []
    for node in nodes:
        if isinstance(node, Parameter):
            default = "" if node.default is None else f" or {written(node.default)}"
            parts.append(f"[{written(node.name)}{default}]")
        elif isinstance(node, Call):
            arguments = [
                f"{'' if one.name is None else written(one.name) + ': '}{written(one.value)}"
                for one in node.arguments
            ]
            parts.append(f"<{'; '.join([written(node.head), *arguments])}>")
        else:
            parts.append(node)
    return "".join(parts)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        ("a {{b|c|d=e=f}} g", "a <b; c; d: e=f> g"),
        ("{{{a}}}{{{b|}}}{{{c|d|e}}}", "[a][b or ][c or d]"),
        ("{{{{{a}}}}}", "<[a]>"),
        ("{{{{{a|b}}}|c}}", "<[a or b]; c>"),
        ("{{{ {{a}} }}}", "[ <a> ]"),
        ("{{{{a}}}}", "{[a]}"),
        ("{{#if:{{{1|}}}|[[x|y=z]]|{{{!}} }}", "<#if:[1 or ]; [[x|y=z]]; {<!> >"),
        ("{{a|[[b|c]]|d}}", "<a; [[b|c]]; d>"),
        ("{{a|<nowiki>|}}</nowiki>}}", "<a; <nowiki>|}}</nowiki>>"),
        ("{{a|b", "{{a|b"),
        ("a}} b]] [[c|d {{e}}", "a}} b]] [[c|d <e>"),
        ("{{a|[[b}}c", "<a; [[b>c"),
        ("{|\n|a||b\n|}", "{|\n|a||b\n|}"),
        ("{{a=b|c}}", "<a=b; c>"),
    ],
)
def test_a_body_has_this_tree(body: str, tree: str) -> None:
    assert written(parse_body(body)) == tree


def test_long_choices_are_looked_up() -> None:
    [call] = parse_body("{{#switch:{{{1}}}|a|b=1|c=2|d=3|7=4|e=5|f=6|#default=x|g=7}}")
    assert isinstance(call, Call)
    assert call.cases is not None
    chosen = [call.cases.chosen(name) for name in ("a", "b", "7.0", "g", "z")]
    assert chosen == [("1",), ("1",), ("4",), ("7",), ("x",)]
    [call] = parse_body("{{#switch:{{{1}}}|a=1|{{b}}=2|c=2|d=3|7=4|e=5|f=6|#default=x|g=7}}")
    assert isinstance(call, Call)
    assert call.cases is None
