"""Language conversion, ``-{zh-hans:A; zh-hant:B}-``: one form of words written in several.

Follows MediaWiki's Writing systems/Syntax; only wikis with several scripts know this markup.
"""

import re

__all__ = ["has_variants", "without_variants"]

_LANGUAGES = frozenset(
    ("zh", "zh-yue", "wuu", "gan", "sr", "sh", "kk", "ku", "tg", "uz", "iu", "shi", "crh", "ban")
)
_RULE = re.compile(r"-\{([^{}]{0,2000})\}-")
_DEEPEST = 4
_FLAGS = re.compile(r"\s*([A-Z+-](?:\s*;\s*[A-Z+-])*|[a-z]{2,3}(?:-[a-z]+)?)\s*\|")
_VARIANT = re.compile(r"(?:^|;)\s*(?:[^;:{}]*=>\s*)?[a-z]{2,3}(?:-[a-z]+)*\s*:\s*([^;]*)")
# Rules that hold elsewhere on the page, and the page's title: nothing to read here.
_HIDDEN = frozenset("HT-D")


def has_variants(language: str) -> bool:
    """Whether wikis of this language convert between scripts."""
    return language in _LANGUAGES or language.partition("-")[0] in _LANGUAGES


def without_variants(text: str) -> str:
    """``text`` with the first form in place of each rule of conversion."""
    for _ in range(_DEEPEST):  # rules inside rules, from the inside out
        if "-{" not in text:
            break
        text, count = _RULE.subn(_first_form, text)
        if not count:
            break
    return text


def _first_form(match: re.Match[str]) -> str:
    content = match[1]
    if flags := _FLAGS.match(content):
        if _HIDDEN & {flag.strip() for flag in flags[1].split(";")}:
            return ""
        content = content[flags.end() :]
    form = _VARIANT.search(content)
    return form[1].strip() if form else content
