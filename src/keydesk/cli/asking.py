"""Asks the person before a command changes something."""

import sys

from keydesk.cli.progress import hide_line


def agrees(question: str) -> bool:
    """Ask the person. Without a terminal, nobody agrees."""
    if not sys.stdin.isatty():
        return False
    hide_line()
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
