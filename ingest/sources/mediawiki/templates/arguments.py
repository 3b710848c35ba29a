"""The arguments of a template call, as renderers see them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Arguments", "Renderer", "TitledRenderer", "small_number"]


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of one call, already rendered: by position (from 1) and by name."""

    positional: tuple[str, ...]
    named: Mapping[str, str]
    language: str = ""
    written: str = ""  # when the page was, as its revision has it: 2026-01-01T00:00:00Z
    spelled: Mapping[str, str] | None = None  # names as written, if not small

    def get(self, *keys: str | int) -> str:
        """The first argument given and not blank among these positions or names, else ''."""
        for key in keys:
            if isinstance(key, int):
                value = self.positional[key - 1] if key <= len(self.positional) else ""
                value = value or self.named.get(str(key), "")
            else:
                value = self.named.get(key, "")
            if value.strip():
                return value.strip()
        return ""

    def given(self) -> list[str]:
        """The positional arguments that are not blank, trimmed."""
        return [text for value in self.positional if (text := value.strip())]


# What a template becomes: its words for these arguments.
Renderer = Callable[[Arguments], str]
# The same on the page of this title.
TitledRenderer = Callable[[Arguments, str], str]


def small_number(text: str, highest: int) -> int | None:
    """A small number written in plain digits, else None."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) and int(text) <= highest else None
