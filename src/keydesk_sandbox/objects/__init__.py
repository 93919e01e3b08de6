"""Vector stores and MCP servers: things a team may be granted. What they answer is made up."""
