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
from mcp.shared.exceptions import MCPError
from sse_starlette.sse import AppStatus
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from pinakes.service.asking.events import Status
from pinakes.service.errors import ShuttingDown
from pinakes.service.http.json_responses import PlainJSONResponse
from pinakes.service.http.security.caller import Caller, caller_of
from pinakes.service.plain_text import one_line, visible_json
from pinakes.service.problems import KNOWN_ERRORS
from pinakes.service.tools.arguments import closest, read_arguments
from pinakes.service.tools.descriptions import (
    INSTRUCTIONS,
    MOST_BUDGET,
    PROPOSE,
    TEMPLATES,
    TOOLS,
    Tool,
)
from pinakes.service.tools.frame import json_text
from pinakes.service.tools.messages import message_in
from pinakes.service.tools.stdio_lines import StdioLines, claimed_stdio, leaf_of
from pinakes.service.tools.toolbox import Call, Toolbox

__all__ = ["ToolEndpoint", "listed_tools", "serve_stdio"]

# Neither destructive nor idempotent says anything of a tool that only reads.
_READS_ONLY = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
_LEAVES_A_PROPOSAL = types.ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
# When the service ends, for what a call still has to say.
_LAST_WORDS_S = 3.0
_JSON = "application/json"
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

        body = b""
        while True:
            message = await receive_or_end()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["method"] == "POST":
            _, fault = message_in(body, types.jsonrpc_message_adapter.validate_json)
            if fault is not None:
                await PlainJSONResponse(fault, 400)(scope, receive, send)
                return
        unread: list[Message] = [{"type": "http.request", "body": body}]

        async def receive_again() -> Message:
            return unread.pop() if unread else await receive_or_end()

        await self._sessions.handle_request(scope, receive_again, sending)


def _server(toolbox: Toolbox) -> Server[Any]:
    async def list_tools(
        context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        described = await anyio.to_thread.run_sync(_described, toolbox, _caller(context))
        return types.ListToolsResult(tools=described)

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = _tool(params.name, _offered(toolbox))
        try:
            names = await anyio.to_thread.run_sync(toolbox.collections, _caller(context))
            given = read_arguments(params.arguments or {}, tool.taking(names), tool.name)
            call = _call(context, given.pop("collection", None), given.pop("budget", None))
            result = await tool.run(toolbox, call, **given)
        except Exception as error:
            return _failed(params.name, error, toolbox)
        told = visible_json(result.model_dump(mode="json", exclude_none=True))
        # Clients that are told the form read that one, all others the text.
        return types.CallToolResult(
            content=[types.TextContent(text=json_text(told))],
            structured_content=told if toolbox.tells_form else None,
        )

    async def list_resources(
        _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[])

    async def list_templates(
        _context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=one.uri,
                    name=one.name,
                    description=one.description,
                    mime_type=_JSON,
                )
                for one in TEMPLATES
            ]
        )

    async def read_resource(
        context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            result = await toolbox.fetch(_call(context, None, MOST_BUDGET), uri)
        except KNOWN_ERRORS as error:
            raise MCPError(types.INVALID_PARAMS, toolbox.told(error), {"uri": uri[:200]}) from None
        told = json_text(visible_json(result.model_dump(mode="json", exclude_none=True)))
        contents = types.TextResourceContents(uri=uri, mime_type=_JSON, text=told)
        return types.ReadResourceResult(contents=[contents])

    return Server(
        "pinakes",
        title="Pinakes",
        version=version("pinakes"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def listed_tools(toolbox: Toolbox) -> list[dict[str, Any]]:
    """The list of tools, as it is sent."""
    return [
        tool.model_dump(mode="json", by_alias=True, exclude_none=True)
        for tool in _described(toolbox)
    ]


def _described(toolbox: Toolbox, caller: Caller | None = None) -> list[types.Tool]:
    collections = toolbox.collections(caller)
    return [
        types.Tool(
            name=tool.name,
            description=tool.description,
            input_schema=tool.input_schema(collections),
            output_schema=tool.result.model_json_schema() if toolbox.tells_form else None,
            annotations=_READS_ONLY if tool.reads_only else _LEAVES_A_PROPOSAL,
        )
        for tool in _offered(toolbox)
    ]


def _offered(toolbox: Toolbox) -> tuple[Tool, ...]:
    return (*TOOLS, PROPOSE) if toolbox.takes_proposals else TOOLS


def _tool(name: str, offered: Sequence[Tool]) -> Tool:
    """The tool of this name. Raises MCPError, as the protocol has it, saying which there are."""
    tools = {tool.name: tool for tool in offered}
    if name in tools:
        return tools[name]
    near = closest(name, tools)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(tools)}"
    raise MCPError(types.INVALID_PARAMS, f"no tool {one_line(name, 60)!r}; {hint}")


def _caller(context: Context) -> Caller | None:
    """Who calls; None on standard input."""
    return None if context.request is None else caller_of(context.request)


def _call(context: Context, collection: str | list[str] | None, budget: int | None) -> Call:
    steps = count(1)

    async def tell(status: Status) -> None:
        # Nothing is sent to a client that has not asked to be told.
        await context.session.report_progress(next(steps), message=status.text)

    named = [collection] if isinstance(collection, str) else collection or []
    collections = tuple(filter(None, named))
    request = context.request
    if request is None:  # standard input
        return Call(collections=collections, budget=budget, on_status=tell)
    address = str(request.base_url).rstrip("/")
    return Call(caller_of(request), address, collections, budget, tell)


def _failed(tool: str, error: Exception, toolbox: Toolbox) -> types.CallToolResult:
    """An error as its tool's result, in one line."""
    if not isinstance(error, KNOWN_ERRORS):
        _log.error("the tool %.60s failed", tool, exc_info=error)
    return types.CallToolResult(
        content=[types.TextContent(text=toolbox.told(error))], is_error=True
    )
