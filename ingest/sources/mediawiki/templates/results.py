"""Templates that are rows of a list: results, charts, squads, tracks, elections, family, terms."""

import re
from collections.abc import Iterator
from itertools import pairwise

from pinakes.ingest.sources.mediawiki.markup.tables import CELL, ROW, cell_text
from pinakes.ingest.sources.mediawiki.templates.arguments import Arguments, Renderer

__all__ = ["RESULT_RENDERERS"]


def _joined(*parts: str, joint: str = "; ") -> str:
    return joint.join(part for part in parts if part)


def _line(*parts: str) -> str:
    text = _joined(*parts)
    return f"\n{text}\n" if text else ""


def _match(arguments: Arguments) -> str:
    """A match: its date, the sides with the score between them, who scored, where."""
    get = arguments.get
    sides = " ".join(
        part
        for part in (get("team1", "home"), get("score", "result") or "v", get("team2", "away"))
        if part
    )
    scored = _joined(cell_text(get("goals1")), cell_text(get("goals2")))
    date = _joined(get("date"), get("time"), joint=", ")
    text = f"{date}: {sides}" if date else sides
    place = _joined(get("stadium", "venue"), get("location", "city"), joint=", ")
    details = (
        ("Goals", scored),
        ("Penalties", get("penaltyscore")),
        ("Stadium", place),
        ("Attendance", get("attendance")),
        ("Referee", cell_text(get("referee"))),
    )
    return _line(cell_text(text), *(f"{name}: {value}" for name, value in details if value))


def _medal(arguments: Arguments) -> str:
    """``{{Medal|Gold|2012 London|100 m}}``; with "Country" or "Sport", a heading."""
    kind, *rest = arguments.given() or [""]
    kind = {"sport": "", "country": "", "competition": "", "comp": ""}.get(kind.lower(), kind)
    words = " ".join(rest)
    return f"\n{kind} medal: {words}\n" if kind and words else f"\n{words}\n"


def _medal_count(arguments: Arguments) -> str:
    """``{{MedalCount|Olympic Games|8|0|1}}``, any number of them."""
    given = [value.strip() for value in arguments.positional]
    rows = [given[place : place + 4] for place in range(0, len(given) - 3, 4)]
    kinds = ("gold", "silver", "bronze")
    lines = (
        f"{row[0]}: " + ", ".join(f"{n} {kind}" for n, kind in zip(row[1:], kinds, strict=True))
        for row in rows
    )
    return "\n" + "\n".join(lines) + "\n"


def _chart(arguments: Arguments) -> str:
    """A chart and the peak in it, as a row of a table."""
    chart = re.sub(r"(?<=[A-Za-z])\d+$", "", arguments.get(1))
    return f"{ROW}{chart}{CELL}{arguments.get(2)}"


def _tracks(arguments: Arguments) -> str:
    """``{{track listing|title1=…|length1=…}}``: a line for each track."""
    lines = [arguments.get("headline")]
    for number in range(1, 100):
        title = arguments.get(f"title{number}")
        if not title:
            continue
        names = (
            arguments.get(f"{key}{number}")
            for key in ("note", "extra", "writer", "lyrics", "music")
        )
        inside = _joined(*names, joint="; ")
        words = f"{title} ({inside})" if inside else title
        lines.append(f"{number}. {_joined(words, arguments.get(f'length{number}'), joint=', ')}")
    if total := arguments.get("total_length"):
        lines.append(f"Total length: {total}")
    return "\n" + "\n".join(cell_text(line) for line in lines if line) + "\n"


def _player(arguments: Arguments) -> str:
    """A member of a squad: number, name, position, country."""
    get = arguments.get
    name = _joined(
        get("no", "number"),
        get("name", "player") or _joined(get("first"), get("last"), joint=" "),
        joint=" ",
    )
    country = get("nat", "nationality", "country")
    words = _joined(name, get("pos", "position"), joint=", ")
    other = get("other", "club")
    return _line(f"{words} ({country})" if country and words else words, other)


def _episode(arguments: Arguments) -> str:
    """An episode: its number and title, who made it, when, and what happens."""
    get = arguments.get
    number = get("episodenumber", "episodenumber2")
    title = get("title", "rtitle", "englishtitle")
    labels = (("Directed by", "directedby"), ("Written by", "writtenby"),
              ("Original air date", "originalairdate"), ("Viewers", "viewers"))  # fmt: skip
    facts = [f"{label}: {value}" for label, key in labels if (value := cell_text(get(key)))]
    head = _line(_joined(f"{number}." if number else "", title, joint=" "), *facts)
    summary = get("shortsummary")
    return f"{head}{summary}\n" if summary else head


def _election_row(label: str) -> Renderer:
    """Votes, their share and its change, under a label or for a candidate of a party."""

    def render(arguments: Arguments) -> str:
        get = arguments.get
        head = label or _joined(
            get("candidate"), f"({get('party')})" if get("party") else "", joint=" "
        )
        share, change = get("percentage"), get("change")
        values = _joined(
            get("votes"), f"{share}%" if share else "", f"change {change}" if change else ""
        )
        return _line(f"{head}: {values}" if values else head)

    return render


def _election_winner(verb: str) -> Renderer:
    def render(arguments: Arguments) -> str:
        winner, swing = arguments.get("winner"), arguments.get("swing")
        return _line(f"{winner} {verb}".strip(), f"Swing: {swing}" if swing else "")

    return render


def _round(arguments: Arguments) -> str:
    """A round of a cup by position: when, a side, its score, the other side, its score."""
    given = [value.strip() for value in arguments.positional]
    lines = []
    for place in range(0, len(given) - 4, 5):
        date, one, first, two, second = given[place : place + 5]
        lines.append(_joined(date, f"{one} {first}–{second} {two}".strip(), joint=": "))
    return "\n" + "\n".join(lines) + "\n"


def _ancestors(arguments: Arguments) -> str:
    """A family tree by numbers: whose parents have twice the number."""
    named = arguments.named.items()
    people = [cell_text(value) for key, value in named if key.isdecimal()] or arguments.given()
    return _line(*people)


def _cladogram(arguments: Arguments) -> str:
    title, caption = arguments.get("title"), arguments.get("caption")
    return _line(
        _joined(title, cell_text(arguments.get("clades", "clade", "cladogram", 1)), joint=": "),
        caption,
    )


def _species(arguments: Arguments) -> str:
    """Names and their authorities, in pairs."""
    given = [value.strip() for value in arguments.positional]
    pairs = zip(given[::2], [*given[1::2], ""], strict=False)
    return ", ".join(_joined(*pair, joint=" ") for pair in pairs)


def _route(arguments: Arguments) -> str:
    """``{{Routemap|map=…}}``: each line without its icons, the place before its distance."""
    lines = []
    for row in arguments.get("map", "text").split("\n"):
        _icons, *texts = row.split("~~")
        words = [text.strip() for text in texts if text.strip()]
        lines.append(" ".join(reversed(words)))
    return _line(*lines)


def _aligned(arguments: Arguments) -> str:
    """``{{aligned table|cols=2|Founded|1901|…}}``: a line for each row."""
    given = arguments.given()
    columns = arguments.get("cols", "columns")
    width = int(columns) if re.fullmatch(r"[1-9]", columns) else 2
    rows = (given[place : place + width] for place in range(0, len(given), width))
    return (
        "\n"
        + "\n".join(
            ": ".join([row[0], "; ".join(row[1:])]) if len(row) > 1 else row[0] for row in rows
        )
        + "\n"
    )


def _gallery(arguments: Arguments) -> str:
    """``{{Gallery|title=…|File:A.jpg|caption|…}}``: the captions."""
    return "\n" + "\n".join([arguments.get("title"), *_behind_files(arguments.given())]) + "\n"


def _behind_files(values: list[str]) -> Iterator[str]:
    for before, value in pairwise(values):
        is_file = re.search(r"\.(?:jpe?g|png|svg|gif|webp|tiff?)$", before, re.IGNORECASE)
        if is_file and not value.startswith("alt="):
            yield value


def _term(arguments: Arguments) -> str:
    return f"\n{arguments.get('content', 2, 'term', 1)}\n"


def _definition(arguments: Arguments) -> str:
    return f"\n{arguments.get('defn', 'text', 1)}\n"


def _theorem(arguments: Arguments) -> str:
    head = _joined(arguments.get("name", "title"), arguments.get("note"), joint=", ")
    body = arguments.get("math_statement", "proof", "statement", 1)
    return f"\n{head}\n{body}\n" if head else f"\n{body}\n"


def _collapsed(arguments: Arguments) -> str:
    """Text under a title that opens it: ``{{collapse|text|title}}``."""
    return f"\n{arguments.get('title', 2)}\n{arguments.get(1, 'content')}\n"


def _hidden(arguments: Arguments) -> str:
    """``{{hidden|title|text}}``."""
    title, text = arguments.get("title", "header", 1), arguments.get("content", "text", 2)
    return f"\n{title}\n{text}\n"


def _call(arguments: Arguments) -> str:
    """``{{tlx|convert|5|km}}``: the call that is spoken of, as it is written."""
    return "&#123;&#123;" + "&#124;".join(arguments.given()) + "&#125;&#125;"


def _seats(arguments: Arguments) -> str:
    return f"{arguments.get(1)} / {arguments.get(2)}"


RESULT_RENDERERS: dict[str, Renderer] = {
    "football box": _match, "medal": _medal, "medalcount": _medal_count,
    "medalsport": lambda a: f"\n{a.get(1)}\n", "medal count": _medal_count, "album chart": _chart,
    "track listing": _tracks, "fs player": _player, "episode list": _episode,
    "election box begin": lambda a: _line(a.get("title")),
    "election box candidate": _election_row(""), "election box majority":
    _election_row("Majority"), "election box turnout": _election_row("Turnout"),
    "election box total": _election_row("Total"), "election box hold": _election_winner("hold"),
    "election box registered electors": _election_row("Registered electors"),
    "election box gain": lambda a: _line(f"{a.get('winner')} gain from {a.get('loser')}",
                                         f"Swing: {a.get('swing')}"),
    "election box rejected": _election_row("Rejected ballots"), "composition bar": _seats,
    "cup round": _round, "ahnentafel": _ancestors, "cladogram": _cladogram,
    "linked species list": _species, "routemap": _route, "aligned table": _aligned,
    "gallery": _gallery, "term": _term, "defn": _definition, "math theorem": _theorem,
    "collapse": _collapsed, "hidden text": _hidden, "template call": _call,
}  # fmt: skip
