"""Virtual keys: made, listed, changed, blocked, deleted. The secret itself is never stored."""
