"""Gather the words of the pages into the files that translate them (service/http/web/languages).

New words come in untranslated, those that nothing says any more go.
Command: python docs/interface_words.py
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

SERVICE = Path(__file__).resolve().parents[1] / "service"
FILES = SERVICE / "http" / "web" / "languages"
# say and sayCount: of scripts. Problem: titles of errors.
_KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "sayCount": (1, 2), "Problem": (3,)}

_HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plural_forms}\n"
"Content-Type: text/plain; charset=utf-8\n"

"""


def words() -> Catalog:
    """All English words of the pages, each with the files that say it."""
    with (FILES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog(charset="utf-8")
    for name, _line, message, _comments, context in extract_from_dir(
        str(SERVICE), methods, options, _KEYWORDS
    ):
        found.add(message, locations=[(name, 0)], context=context)
    return found


def updated(path: Path, found: Catalog) -> bytes:
    """The file with the words that were found, in the order of the alphabet."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    catalog.update(found, no_fuzzy_matching=True)
    written = BytesIO()
    write_po(
        written, catalog, width=0, omit_header=True, sort_output=True, ignore_obsolete=True,
        include_lineno=False,
    )  # fmt: skip
    header = _HEADER.format(language=path.stem, plural_forms=catalog.plural_forms)
    return header.encode() + written.getvalue()


def _is_translated(message: Message) -> bool:
    """Whether there is something in each of its forms."""
    forms = [message.string] if isinstance(message.string, str) else message.string
    return all(forms)


def main() -> None:
    """Bring all files up to date, and tell how many words each of them lacks."""
    found = words()
    for path in sorted(FILES.glob("*.po")):
        path.write_bytes(updated(path, found))
        with path.open("rb") as file:
            lacking = [one for one in read_po(file) if one.id and not _is_translated(one)]
        print(f"{path.name}: {len(lacking)} of {len(found)} to be translated")


if __name__ == "__main__":
    main()
