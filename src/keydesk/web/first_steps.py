"""The checklist of a first visit.

Each step is done when Keydesk sees its result. Only a dismissal is stored, in a cookie.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import Request

from keydesk.keys.models import KeyView
from keydesk.litellm import User
from keydesk.web.page_views import PageViews

Dismissal = Literal["dismissed"]
COOKIE = "keydesk_first_steps"
_KEYS_READ = 20


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """`key_id` is the newest key, or None before the first step. The last step, a first call, ends the checklist."""

    key_id: str | None
    has_tool: bool


async def first_steps(request: Request, views: PageViews) -> FirstSteps | None:
    """Return the open steps, or None after a first call or a dismissal. Raises LiteLLMError."""
    account, keys = await views.account(), await views.keys()
    if request.cookies.get(COOKIE) == "dismissed" or _has_called(account, keys):
        return None
    tools = await views.tools()
    has_tool = any(key.token in tools for key in keys[:_KEYS_READ])
    return FirstSteps(keys[0].token if keys else None, has_tool)


def _has_called(account: User, keys: Sequence[KeyView]) -> bool:
    return account.spend > 0 or any(key.spend > 0 or key.last_active_at for key in keys)
