"""Builds the MCP server. It starts with its first request."""

from keydesk.api.agents import AgentServer
from keydesk.container.resources import Resources


def build_agents(resources: Resources) -> AgentServer:
    agents = AgentServer(resources.settings.portal.base_url)
    resources.closing.push_async_callback(agents.aclose)
    return agents
