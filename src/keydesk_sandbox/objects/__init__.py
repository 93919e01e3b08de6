"""Vector stores and MCP servers: things a team may be granted. They are only registered, never called."""
