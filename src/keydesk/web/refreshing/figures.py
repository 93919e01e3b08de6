"""The age and version of a page's figures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.keys.models import KeyView
from keydesk.litellm import User
from keydesk.settings import Settings
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.usage.models import UsageView
from keydesk.web.page_views import PageViews

_COPIED = ("start_date", "end_date", "team")
"""Parameters of a page that also choose its figures."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page shows. `account` and `keys` are empty on pages that show usage only."""

    report: UsageView
    account: User | None = None
    keys: Sequence[KeyView] = ()

    @property
    def version(self) -> str:
        """Return a text that changes with the figures, but not with their age."""
        used = self.report.model_dump(include={"total_spend", "total_tokens", "api_requests", "complete"})
        account = self.account and (self.account.spend, self.account.max_budget, self.account.budget_reset_at)
        keys = [(key.token, key.spend, key.last_active_at, key.blocked, key.max_budget) for key in self.keys]
        return hashlib.blake2b(repr((used, account, keys)).encode(), digest_size=12).hexdigest()

    def age_seconds(self, views: PageViews, now: datetime) -> float:
        """Return the age of the oldest figure."""
        report = (now - self.report.as_of).total_seconds()
        return max(0.0, report, views.spend_age_seconds if self.account else 0.0)


@dataclass(frozen=True, slots=True)
class Updated:
    """The age of the figures on a page. `address` answers whether there are newer ones.

    `is_updating` means that newer figures are being read. `is_soon` means that a first request is expected.
    """

    address: str
    version: str
    age_seconds: float
    is_updating: bool
    is_soon: bool


async def updated(
    request: Request, views: PageViews, figures: Figures, *, key_id: str | None = None
) -> Updated:
    """Return the age of what the page shows."""
    services = services_of(request)
    age_seconds = figures.age_seconds(views, services.clock())
    query = {name: request.query_params[name] for name in _COPIED if request.query_params.get(name)}
    query |= {"key": key_id} if key_id else {}
    query |= {"account": "true"} if figures.account else {}
    return Updated(
        f"/spend?{urlencode(query)}",
        figures.version,
        age_seconds,
        is_updating=age_seconds > _fresh_seconds(services.settings),
        is_soon=await is_soon(request, await views.account()),
    )


def _fresh_seconds(settings: Settings) -> float:
    """Return the age from which figures are being read again. A report and the days in it can each be that old."""
    return max(settings.cache.fresh_seconds, 2 * settings.usage.fresh_seconds)


async def is_soon(request: Request, account: User) -> bool:
    """Return whether the person's first request with a new key is expected. False while the database is away."""
    try:
        return await services_of(request).keys.has_new_key(account)
    except STORAGE_FAILURES:
        return False
