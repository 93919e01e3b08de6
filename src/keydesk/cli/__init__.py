"""The keydesk command, one file a noun."""
