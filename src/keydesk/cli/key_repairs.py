"""What the commands that repair many keys have in common: one failure does not stop the other keys."""

from collections.abc import Awaitable

from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError

FAILED = "FAILED"


async def repaired(change: Awaitable[object], done: str) -> str:
    """Make the change. Return `done`, or a text that starts with `FAILED` and names the reason."""
    try:
        await change
    except LiteLLMError:
        return f"{FAILED}: LiteLLM did not change the key"
    except Problem as problem:
        # For example, another request is changing the key.
        return f"{FAILED}: {problem.error}"
    return done
