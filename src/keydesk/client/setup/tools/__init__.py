"""One file for each tool: where its files are, and what they need to reach the gateway."""
