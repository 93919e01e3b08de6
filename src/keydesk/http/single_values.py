"""Refuses a query that says the same thing twice: whoever reads the first and whoever reads the last would disagree."""

from collections import Counter

from fastapi import Request

from keydesk.kit.problems import InvalidRequest

_LONGEST_NAME = 20


async def each_once(request: Request) -> None:
    """A dependency of routers whose parameters are single values. Raises InvalidRequest."""
    names = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in names.items():
        if times > 1:
            # What is no name of ours may be anything, a secret too.
            shown = name if name.isidentifier() and len(name) <= _LONGEST_NAME else "a parameter"
            raise InvalidRequest(f"{shown}: expected once, not {times} times", param=shown)
