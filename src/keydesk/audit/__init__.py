"""The append-only log of changes."""
