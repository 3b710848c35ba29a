"""The tools over the Model Context Protocol: on standard input and output, and over HTTP.

The only file that knows the protocol's library.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from itertools import count
from typing import Any

import anyio.to_thread
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from sse_starlette.sse import AppStatus
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from pinakes.service.asking.events import Status
from pinakes.service.errors import BadInput, NotFound, ShuttingDown
from pinakes.service.http.security.caller import caller_of
from pinakes.service.plain_text import visible_json
from pinakes.service.problems import KNOWN_ERRORS, message_of
from pinakes.service.tools.descriptions import INSTRUCTIONS, PROPOSE, TOOLS, Tool
from pinakes.service.tools.fitting import json_text
from pinakes.service.tools.stdio_lines import StdioLines, claimed_stdio, leaf_of
from pinakes.service.tools.toolbox import Call, Toolbox

__all__ = ["ToolEndpoint", "serve_stdio"]

_READS_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_LEAVES_A_PROPOSAL = types.ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
# When the service ends, for what a call still has to say.
_LAST_WORDS_S = 3.0
_log = logging.getLogger(__name__)
Context = ServerRequestContext[Any]


async def serve_stdio(toolbox: Toolbox) -> None:
    """Serve one client until it closes standard input and has all answers, or reads no more."""
    server = _server(toolbox)
    lines: Any = StdioLines(*claimed_stdio(), types.jsonrpc_message_adapter.validate_json)
    try:
        async with stdio_server(stdin=lines, stdout=lines) as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    except* BrokenPipeError:  # a client that does not read any more is gone
        pass
    except* OSError as group:  # such as a full disk behind standard output
        raise leaf_of(group) from None


class ToolEndpoint:
    """The tools as an ASGI app, over streamable HTTP without sessions.

    Who may reach it is decided before it, by the guard of the whole service.
    """

    def __init__(self, toolbox: Toolbox) -> None:
        self._server = _server(toolbox)
        self._sessions: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Calls are taken inside of this; those that run when it ends are cancelled."""
        # The protocol's streams would end themselves within half a second of a signal, before a
        # call has said that it could not be answered; ``receive_or_end`` ends them after that.
        AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]
        self._sessions = StreamableHTTPSessionManager(
            self._server,
            stateless=True,
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if self._sessions is None:
            raise RuntimeError("the endpoint of the tools is not running")
        if scope["method"] == "GET":  # without sessions nothing would ever come there
            raise HTTPException(405, headers={"Allow": "POST"})

        answered = asyncio.Event()

        async def receive_or_end() -> Message:
            try:
                return await receive()
            except ShuttingDown:  # the call itself has been told, and tells the client
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS_S):
                        await answered.wait()
                return {"type": "http.disconnect"}

        async def sending(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        await self._sessions.handle_request(scope, receive_or_end, sending)


def _server(toolbox: Toolbox) -> Server[Any]:
    async def list_tools(
        _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        names = await anyio.to_thread.run_sync(toolbox.collections)
        return types.ListToolsResult(tools=[_described(tool, names) for tool in _offered(toolbox)])

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            tool, text = _meant(params, _offered(toolbox))
            result = await tool.run(toolbox, text, _call(context, _collection(params)))
        except Exception as error:
            return _failed(params.name, error)
        # Both forms: some clients read one, some the other.
        structured = visible_json(result.model_dump(mode="json", exclude_none=True))
        content: list[types.ContentBlock] = [types.TextContent(text=json_text(structured))]
        return types.CallToolResult(content=content, structured_content=structured)

    return Server(
        "pinakes",
        title="Pinakes",
        version=version("pinakes"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool, collections: Sequence[str]) -> types.Tool:
    """A tool as it is told of: where there are several collections, one of them is named."""
    properties: dict[str, Any] = {
        tool.argument: {"type": "string", "description": tool.argument_description}
    }
    if tool.takes_collection and len(collections) > 1:
        properties["collection"] = {
            "type": "string",
            "description": "Which of the wikis.",
            "enum": list(collections),
        }
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema={
            "type": "object",
            "properties": properties,
            "required": [tool.argument],
        },
        output_schema=tool.result.model_json_schema(),
        annotations=_READS_ONLY if tool.reads_only else _LEAVES_A_PROPOSAL,
    )


def _offered(toolbox: Toolbox) -> tuple[Tool, ...]:
    return (*TOOLS, PROPOSE) if toolbox.takes_proposals else TOOLS


def _meant(params: types.CallToolRequestParams, tools: Sequence[Tool]) -> tuple[Tool, str]:
    """A tool and the one text it takes. Raises BadInput and NotFound, saying what would fit."""
    tool = next((tool for tool in tools if tool.name == params.name), None)
    if tool is None:
        names = ", ".join(tool.name for tool in tools)
        raise NotFound(f"no tool {params.name[:60]!r}; there are {names}")
    text = (params.arguments or {}).get(tool.argument)
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"{tool.name} takes {tool.argument}, a text: {tool.argument_description}")
    return tool, text


def _collection(params: types.CallToolRequestParams) -> str | None:
    """The collection that the call names, if it does. Raises BadInput where that is no text."""
    name = (params.arguments or {}).get("collection")
    if name is not None and not isinstance(name, str):
        raise BadInput("collection is the name of one, a text")
    return name or None


def _call(context: Context, collection: str | None) -> Call:
    steps = count(1)

    async def tell(status: Status) -> None:
        # Nothing is sent to a client that has not asked to be told.
        await context.session.report_progress(next(steps), message=status.text)

    request = context.request
    if request is None:  # standard input
        return Call(collection=collection, on_status=tell)
    address = str(request.base_url).rstrip("/")
    return Call(caller_of(request), address, collection, tell)


def _failed(tool: str, error: Exception) -> types.CallToolResult:
    """An error as its tool's result, in one line."""
    if not isinstance(error, KNOWN_ERRORS):
        _log.error("the tool %.60s failed", tool, exc_info=error)
    return types.CallToolResult(content=[types.TextContent(text=message_of(error))], is_error=True)
