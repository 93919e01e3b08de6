"""Leaves that any part may use. Imports nothing else of Keydesk."""
