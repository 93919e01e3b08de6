"""The checklist of a first visit.

Each step is done when Keydesk sees its result. Only a dismissal is stored, in a cookie.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.keys.models import KeyView
from keydesk.kit.people import Person
from keydesk.litellm import User
from keydesk.web.page_views import PageViews
from keydesk.web.preference import FIRST_STEPS

_KEYS_READ = 20


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """`key_id` is the newest key, or None before the first step. The last step, a first call, ends the checklist.

    `has_alert` is None if Keydesk sends no budget alerts here.
    """

    key_id: str | None
    has_tool: bool
    has_alert: bool | None


async def first_steps(request: Request, person: Person, views: PageViews) -> FirstSteps | None:
    """Return the open steps, or None after a first call or a dismissal. Raises LiteLLMError."""
    account, keys = await views.account(), await views.keys()
    if FIRST_STEPS.of(request) == "dismissed" or _has_called(account, keys):
        return None
    tools = await views.tools()
    has_tool = any(key.token in tools for key in keys[:_KEYS_READ])
    return FirstSteps(keys[0].token if keys else None, has_tool, await _has_alert(request, person))


async def _has_alert(request: Request, person: Person) -> bool | None:
    alerts = services_of(request).alerts
    return await alerts.choice_of(person.ref) is not None if alerts.is_active else None


def _has_called(account: User, keys: Sequence[KeyView]) -> bool:
    return account.spend > 0 or any(key.spend > 0 or key.last_active_at for key in keys)
