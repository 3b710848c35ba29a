"""What agents are told of the service: a skill, and a paragraph for AGENTS.md.

A skill is a folder with a SKILL.md: front matter with ``name``, which the folder has too, and
``description``, by which an agent chooses it; then what it reads once it has. Its ``digest`` tells
a file that somebody has changed from one that was only ever written here.

Format: https://agentskills.io/specification
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pinakes.ingest.files import read_text, write_whole
from pinakes.service.clients.address import DEFAULT_ADDRESS

__all__ = ["SKILLS", "Installed", "install_skill", "paragraph", "skill_text"]

# Where agents of several makers look for skills of their user.
SKILLS = "~/.agents/skills"
_NAME = "pinakes"
_FILE = "SKILL.md"
_DIGEST = re.compile(r'(?m)^  digest: "(\w+)"$')
_PARAGRAPH = """\
## Facts: look here first

Wikis such as Wikipedia, and folders of manuals, are served on this machine. For people, places,
dates, numbers, science, history and what the manuals tell look there before you answer from memory
or search the web: it is free, private and changes nothing.

    curl -sG {address}/api/search -d format=text --data-urlencode 'q=YOUR QUESTION'

If there are several collections, say which: /c/NAME/api/search (/llms.txt lists them). After
401 send a token, which your human has for you: -H "Authorization: Bearer TOKEN".

Cite title, link and date of the dump. If nothing fits, say "not in the local copy"; that does
not make it false. Never give what you remember as if it came from there.
"""

Installed = Literal["installed", "renewed", "unchanged"]


def skill_text(address: str) -> str:
    """The whole SKILL.md, for a service that curl reaches at ``address``."""
    text = Path(__file__).with_name(_FILE).read_text(encoding="utf-8")
    text = text.replace(DEFAULT_ADDRESS, address)
    return _DIGEST.sub(f'  digest: "{_digest(text)}"', text, count=1)


def paragraph(address: str) -> str:
    """What to put into AGENTS.md, where skills are not read; ``address`` as for ``skill_text``."""
    return _PARAGRAPH.format(address=address)


def install_skill(
    directory: Path, address: str, confirm: Callable[[Path], None]
) -> tuple[Path, Installed]:
    """Write the skill into ``directory``; gives its file, and what has become of it.

    ``confirm`` is called before a file is replaced that was not written here, or was changed since:
    what it raises keeps the file. Raises OSError.
    """
    path = directory.absolute() / _NAME / _FILE
    text = skill_text(address)
    before = _read(path)
    if before == text:
        return path, "unchanged"
    if before is not None and not is_our_own(before):
        confirm(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_whole(path) as file:
        file.write(text.encode())
    return path, "installed" if before is None else "renewed"


def is_our_own(text: str) -> bool:
    """Whether a SKILL.md is as some version of this program has written it."""
    found = _DIGEST.search(text)
    return found is not None and found[1] == _digest(text)


def _digest(text: str) -> str:
    """Of all but the line that has the digest."""
    return hashlib.sha256(_DIGEST.sub("", text, count=1).encode()).hexdigest()[:16]


def _read(path: Path) -> str | None:
    """The text of a file; None where there is none."""
    try:
        return read_text(path)
    except FileNotFoundError:
        return None
    except ValueError:  # no UTF-8: certainly not ours
        return ""
