"""Virtual keys: created, listed, updated, blocked, deleted. Secrets are never stored."""
