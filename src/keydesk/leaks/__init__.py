"""Reports of leaked keys: finds the key of a secret, blocks it, and records where it was found."""
