"""Vector stores and MCP servers: objects that can be granted to a team. Their responses are made up."""
