"""What other programs are given to use this installation: a ready piece of their configuration.

Those that call tools start ``pinakes mcp`` themselves; those that chat are given the address of the
service. Knows the forms of their files, writes none of them.

Forms, as their makers document them:
Claude Code      https://code.claude.com/docs/en/mcp
Claude Desktop   https://modelcontextprotocol.io/docs/develop/connect-local-servers
Cursor           https://cursor.com/docs/mcp
VS Code          https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
pi               https://github.com/earendil-works/pi/blob/main/packages/coding-agent/docs/mcp.md
llm              https://llm.datasette.io/en/stable/other-models.html
Open WebUI       https://docs.openwebui.com/getting-started/env-configuration
"""

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pinakes.service.errors import BadInput

__all__ = ["CLIENTS", "Client", "Connection", "Installed", "program"]

TOKEN = "YOUR_TOKEN"  # noqa: S105  # what is to be replaced by one
_ANY_KEY = "any"
_MAKING_TOKENS = f"Put a token in place of {TOKEN}: pinakes tokens create NAME"


@dataclass(frozen=True, slots=True)
class Installed:
    """What others need to know: how the program is called, what it serves, and where.

    ``program``: the words that call it, the first an absolute path. ``collection``: the one that is
    meant; None: all. ``collections``: their names. ``address``: None where the service listens on a
    UNIX socket. ``needs_token``: whether the service wants one.
    """

    program: tuple[str, ...]
    data: Path
    collection: str | None
    collections: tuple[str, ...]
    address: str | None
    needs_token: bool

    @property
    def server(self) -> dict[str, Any]:
        """The program that speaks MCP on standard input and output, as clients configure it."""
        command, *words = self.program
        only = [] if self.collection is None else ["--collection", self.collection]
        return {"command": command, "args": [*words, "mcp", "--data", str(self.data), *only]}

    @property
    def openai_base(self) -> str:
        """The address of OpenAI's API. Raises BadInput where there is none."""
        if self.address is None:
            raise BadInput(
                "this client cannot speak to a UNIX socket: unset serve.uds, and serve on a port"
            )
        return f"{self.address}/v1"


@dataclass(frozen=True, slots=True)
class Connection:
    """A piece of configuration: where it goes, in which form, and what else is to be known."""

    where: str
    form: Literal["json", "yaml", "env"]
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """A program that can use this one: what it is called, and what it is given."""

    title: str
    connect: Callable[[Installed], Connection]


def program() -> tuple[str, ...]:
    """How this very installation is called, from wherever: absolute paths."""
    script = Path(sys.executable).with_name("pinakes")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "pinakes")


def _claude_code(here: Installed) -> Connection:
    server = here.server
    added = shlex.join([server["command"], *server["args"]])
    return Connection(
        ".mcp.json in the directory of a project",
        "json",
        _json({"mcpServers": {"pinakes": {"type": "stdio", **server}}}),
        (
            f"For all projects: claude mcp add --scope user --transport stdio pinakes -- {added}",
            "A skill beside it: pinakes skill install ~/.claude/skills",
        ),
    )


def _claude_desktop(here: Installed) -> Connection:
    return Connection(
        "claude_desktop_config.json, below ~/.config/Claude or "
        "~/Library/Application Support/Claude",
        "json",
        _json({"mcpServers": {"pinakes": here.server}}),
        ("Start Claude anew afterwards.",),
    )


def _cursor(here: Installed) -> Connection:
    return Connection(
        "~/.cursor/mcp.json, or .cursor/mcp.json of a project",
        "json",
        _json({"mcpServers": {"pinakes": {"type": "stdio", **here.server}}}),
    )


def _vscode(here: Installed) -> Connection:
    return Connection(
        ".vscode/mcp.json, or the user's by the command MCP: Open User Configuration",
        "json",
        _json({"servers": {"pinakes": {"type": "stdio", **here.server}}}),
    )


def _pi(here: Installed) -> Connection:
    return Connection(
        "~/.pi/agent/mcp.json, or .pi/mcp.json of a project",
        "json",
        # Three short tools: declared to the model, which otherwise has to write scripts for them.
        _json({"mcpServers": {"pinakes": {**here.server, "exposure": "direct"}}}),
        ("Versions without MCP read skills: pinakes skill install",),
    )


def _llm(here: Installed) -> Connection:
    entries = [
        [
            f"- model_id: {json.dumps(f'pinakes/{name}')}",
            f"  model_name: {json.dumps(name)}",
            f"  api_base: {json.dumps(here.openai_base)}",
            *(["  api_key_name: pinakes"] if here.needs_token else []),
        ]
        for name in here.collections
    ]
    key = (f"llm keys set pinakes --value {TOKEN}", _MAKING_TOKENS) if here.needs_token else ()
    return Connection(
        'extra-openai-models.yaml in the directory that dirname "$(llm logs path)" names',
        "yaml",
        "\n".join(line for entry in entries for line in entry),
        (f"Then: llm -m pinakes/{here.collections[0]} 'When was the Rosetta Stone found?'", *key),
    )


def _open_webui(here: Installed) -> Connection:
    return Connection(
        "the environment of Open WebUI at its first start; later: Admin Settings, Connections",
        "env",
        f"OPENAI_API_BASE_URLS={here.openai_base}\n"
        f"OPENAI_API_KEYS={TOKEN if here.needs_token else _ANY_KEY}",
        (
            "In a container 127.0.0.1 is the container: start it with --network host.",
            *([_MAKING_TOKENS] if here.needs_token else []),
        ),
    )


CLIENTS = {
    "claude-code": Client("Claude Code", _claude_code),
    "claude-desktop": Client("Claude Desktop", _claude_desktop),
    "cursor": Client("Cursor", _cursor),
    "vscode": Client("VS Code", _vscode),
    "pi": Client("pi, a coding agent", _pi),
    "llm": Client("llm, models at the command line", _llm),
    "open-webui": Client("Open WebUI", _open_webui),
}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
