"""The data of ``<timeline>`` drawings as text: what each bar is called and how far it reaches.

Knows the script of the EasyTimeline extension as far as its help page gives ``PlotData``.
"""

import re

__all__ = ["timeline_text"]

_FIELD = re.compile(r"\b(bar|from|till|at|text)\s*:\s*(\"[^\"\n]*\"|[^\s\"]+)", re.IGNORECASE)
_SECTION = re.compile(r"^(\w+)\s*=(.*)$")
_LINK = re.compile(r"\[\[(?:[^\]|\n]*\|)?([^\]|\n]*)\]\]")


def timeline_text(script: str) -> str:
    """A line for each bar of the drawing: "1990: 4500", "Drums: Ann, 1990–1995"."""
    lines = []
    section, bar = "", ""
    for raw in script.split("\n"):
        line = raw.strip()
        if heading := _SECTION.match(line):
            section, line = heading[1].lower(), heading[2]
        if section != "plotdata" or not line or line.startswith("#"):
            continue
        values = {key.lower(): value.strip('"') for key, value in _FIELD.findall(line)}
        bar = values.get("bar", bar)
        if told := _told(bar, values):
            lines.append(told)
    return _LINK.sub(r"\1", "\n".join(lines))


def _told(bar: str, values: dict[str, str]) -> str:
    start, end, text = values.get("from", ""), values.get("till", ""), values.get("text", "")
    reach = end if start in ("0", "start") else f"{start}–{end}" if start and end else ""
    reach = reach or values.get("at", "")
    details = ", ".join(part for part in (text, reach) if part)
    return f"{bar}: {details}" if bar and details else details
