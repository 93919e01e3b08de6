"""The recent use of a person's keys, for the pages that delete keys."""

import datetime as dt
from collections.abc import Mapping

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.litellm import LiteLLMError, User
from keydesk.usage.models import KeyTotalView
from keydesk.usage.question import Period, UsageRequest

_LOOKED_BACK = dt.timedelta(days=6)


async def recent_use(request: Request, user: User) -> Mapping[str, KeyTotalView] | None:
    """Return the usage of the last seven days by key id, or None while LiteLLM is unavailable.

    Keys can be deleted even if their usage is unknown.
    """
    usage = services_of(request).usage
    today = usage.clock().date()
    try:
        return (await usage.of_user(user, UsageRequest(Period(today - _LOOKED_BACK, today)))).usage_by_key
    except LiteLLMError:
        return None
