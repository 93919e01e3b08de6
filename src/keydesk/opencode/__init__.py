"""Creates keys for the command-line client OpenCode, through the browser of a signed-in person."""
