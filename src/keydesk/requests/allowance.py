"""Requests and allowances: approvers of the platform team may exceed an allowance, and team admins may not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from keydesk.directory.entry import Entry
from keydesk.keys.service import Keys
from keydesk.kit.request_kind import RequestKind
from keydesk.litellm import KeyChanges
from keydesk.requests.models import RequestRecord, Terms
from keydesk.requests.policy import is_approver
from keydesk.settings import Requests


@asynccontextmanager
async def within_allowance(
    keys: Keys, settings: Requests, record: RequestRecord, entry: Entry, terms: Terms
) -> AsyncIterator[None]:
    """Let an approver in `approverGroups` grant any budget, and a team admin only what fits into the allowance.

    A granted budget counts like every other one. Raises PolicyRefused and NotFound.
    """
    if record.kind is not RequestKind.KEY_BUDGET or is_approver(entry, settings):
        yield
        return
    allowance = keys.issuer.allowance
    async with allowance.locked(record.user_id):
        key = await keys.find(record.user_id, record.target_id)
        await allowance.check_change(key, KeyChanges(max_budget=terms.usd))
        yield
