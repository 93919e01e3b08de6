"""`keydesk mcp`: an MCP server on standard input and output, which calls Keydesk with the sign-in of this machine."""

from typing import Annotated, Any

from cyclopts import Parameter
from mcp.server.stdio import stdio_server

from keydesk.cli.progress import hide_line
from keydesk.cli.running_client import ProfileName, run, session_of
from keydesk.client.agents.protocol import mcp_server
from keydesk.client.agents.tools import CHANGING, READING
from keydesk.client.profiles import Home, chosen_profile
from keydesk.client.server import ApiRequest
from keydesk.kit.http_client import HttpClient


def mcp(
    *, allow_changes: Annotated[bool, Parameter(negative="")] = False, profile: ProfileName = None
) -> None:
    """Let an agent read your budget, usage, models and keys. Agents start this command themselves (MCP, stdio).

    Example: `keydesk mcp`, as in `claude mcp add keydesk -- keydesk mcp`

    Parameters
    ----------
    allow_changes
        Let the agent also block your keys and request a larger budget.
    profile
        The sign-in to use, if you use more than one.

    """
    tools = (*READING, *CHANGING) if allow_changes else READING

    async def serving(http: HttpClient) -> None:
        hide_line()
        name = chosen_profile(profile)

        async def call(request: ApiRequest) -> Any:
            return await session_of(http, Home.of_person(), name).call(request)

        server = mcp_server(tools, lambda _: call)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    run(serving)
