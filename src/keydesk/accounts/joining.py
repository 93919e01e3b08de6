"""Puts an account into the teams that the configuration names, and takes it out again."""

from collections.abc import Awaitable, Callable, Iterable

import structlog

from keydesk.accounts.models import Difference
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.litellm import Conflict, LiteLLM, NotFound, Team

_log = structlog.get_logger(__name__)


def without_teams(found: Iterable[Difference]) -> list[Difference]:
    """What is to be settled with the account itself."""
    return [each for each in found if each.setting != "teams"]


async def settle_teams(gateway: LiteLLM, audit: Audit, found: Iterable[Difference]) -> None:
    """Where teams differ, join and leave until they are as wanted, each a change of its own on record.

    A team that LiteLLM does not have is left out: it must not keep people from their accounts.
    """
    for each in found:
        if each.setting == "teams":
            await _settle(gateway, audit, each)


async def _settle(gateway: LiteLLM, audit: Audit, found: Difference) -> None:
    for team_id in sorted(set(found.wanted) - set(found.current)):
        member = {"team_id": team_id, "user_id": found.user_id}
        joining = Change(SYSTEM_ACTOR, Action.CREATED, AuditedTable.MEMBERSHIP, team_id, after=member)
        await _recorded(audit, joining, gateway.teams.add_member)
    for team_id in sorted(set(found.current) - set(found.wanted)):
        member = {"team_id": team_id, "user_id": found.user_id}
        leaving = Change(SYSTEM_ACTOR, Action.DELETED, AuditedTable.MEMBERSHIP, team_id, before=member)
        await _recorded(audit, leaving, gateway.teams.remove_member)


async def _recorded(audit: Audit, change: Change, call: Callable[..., Awaitable[Team]]) -> None:
    try:
        async with audit.recording(change):
            await call(**(change.after or change.before))
    except (NotFound, Conflict) as refusal:
        _log.warning("configured_team_refused", team=change.object_id, kind=type(refusal).__name__)
