"""Asks the person before a command changes something."""

import sys


def agrees(question: str) -> bool:
    """Ask the person. Without a terminal, nobody agrees."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
