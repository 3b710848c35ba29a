"""Calling tools with the protocol's own client."""

import asyncio
import json
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

# The handshake of 2025 and the envelope of 2026: both are in use.
PROTOCOLS = ("legacy", "auto")
# By hand, over HTTP.
ACCEPT = {"accept": "application/json, text/event-stream"}


def rpc(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


async def call(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    return result


async def data(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a call that succeeds gives: once, for models may be shown both forms."""
    result = await call(client, tool, **arguments)
    text = text_of(result)
    assert not result.is_error, text
    found = json.loads(text)
    assert result.structured_content is None
    assert isinstance(found, dict)
    return found


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def ask_once(
    target: str | StdioServerParameters, tool: str, mode: str = "auto", **arguments: Any
) -> CallToolResult:
    """The result of one call by a client of its own."""

    async def scenario() -> CallToolResult:
        async with Client(target, mode=mode) as client:
            return await call(client, tool, **arguments)

    return asyncio.run(scenario())
