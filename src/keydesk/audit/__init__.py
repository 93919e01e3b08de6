"""The append-only record of changes."""
