"""What chat programs ask behind their user's back: a title, tags, what to ask next.

Open WebUI sends these as chats of one message, in a form of its own, after each answer. Taken for
questions they would be searched for, and answered by the model, while people wait for it. Knows
nothing of collections.

Form: https://github.com/open-webui/open-webui/blob/main/backend/open_webui/config.py, the constants
DEFAULT_…_PROMPT_TEMPLATE.
"""

import json
import re

from pinakes.service.plain_text import one_line

__all__ = ["background_reply"]

_BEGINS = "### Task:\n"
_HISTORY = "<chat_history>"
_FIRST_KEY = re.compile(r'\{\s*"(title|tags|follow_ups|queries|prompt|text)"\s*:')
_SAID_FIRST = re.compile(r"^USER: (.+)$", re.MULTILINE)
_LONGEST_TITLE = 60


def background_reply(text: str) -> str | None:
    """What such a prompt is answered: a title in the user's own words, or nothing of its kind.

    JSON where it asks for that. None where ``text`` is no such prompt.
    """
    if not text.startswith(_BEGINS) or _HISTORY not in text:
        return None
    instructions, _, history = text.partition(_HISTORY)
    key = _FIRST_KEY.search(instructions)
    if key is not None and key[1] in ("tags", "follow_ups", "queries"):
        return json.dumps({key[1]: []})
    if key is not None and key[1] != "title":
        return json.dumps({key[1]: ""})
    said = _SAID_FIRST.search(history)
    title = one_line(said[1], _LONGEST_TITLE) if said else ""
    return title if key is None else json.dumps({"title": title}, ensure_ascii=False)
