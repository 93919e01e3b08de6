"""Warns about keys that violate the policy for lifetimes, and acts on those whose owners were warned long enough ago.

Keydesk never deletes a key. It acts only on a fresh read under the lease of the key, and only if a warning is stored
that is at least as old as the grace. A restart or another replica can therefore never make it act early.
"""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.jobs.lifetime_notices import LifetimeNotices
from keydesk.jobs.lifetimes_plan import Finding, LifetimesPlan, PlanPage, Step
from keydesk.keys.blocking import block_for, change_of_block
from keydesk.keys.owners import owner_of
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.service import Keys, LockedKey
from keydesk.keys.store import recording_under
from keydesk.kit.durations import max_length_of, to_litellm
from keydesk.kit.problems import NotFound, Problem
from keydesk.lifetimes.models import BLOCKERS, Warned
from keydesk.lifetimes.policy import acts_at, violations
from keydesk.litellm import Key, KeyChanges, LiteLLMError
from keydesk.notices.outbox import Outbox

_log = structlog.get_logger(__name__)
_KEPT = timedelta(days=365)
"""A warning is removed when its key no longer has the violation. One about a deleted key is kept this long after the
longest grace."""


class Result(StrEnum):
    """`UNCHANGED`: the key changed since the plan, so that nothing was to be done."""

    WARNED = "warned"
    WAITING = "waiting"
    BLOCKED = "blocked"
    SHORTENED = "shortened"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ApplyLifetimes:
    plan: LifetimesPlan
    keys: Keys
    outbox: Outbox
    notices: LifetimeNotices

    async def apply(self) -> Counter[Result]:
        """Apply the plan to all keys, and return how often each result occurred. A failed key is only logged.

        Also adds the notices about keys that expire, because this is the job that reads all keys.
        """
        results: Counter[Result] = Counter()
        if not self.plan.is_needed and not self.outbox.has_channels:
            return results
        async for page in self.plan.pages():
            await self.outbox.add(
                self.notices.of_expirations(page.keys, self.plan.clock(), page.service_keys)
            )
            results.update([result for _, result in await self.apply_page(page)])
        await self._prune()
        _log.info("lifetimes_applied", **{str(result): count for result, count in results.items()})
        return results

    async def _prune(self) -> None:
        lifetimes = self.plan.lifetimes
        grace = max(max_length_of(rules.grace) for rules in lifetimes.settings.all_rules)
        await lifetimes.warnings.prune(self.plan.clock() - grace - _KEPT)

    async def apply_page(
        self, page: PlanPage, only: Container[str] | None = None
    ) -> list[tuple[Finding, Result]]:
        """Apply the plan to a page of keys, or only the findings with the identities in `only`."""
        await self.plan.lifetimes.warnings.clear(page.outdated)
        return [
            (finding, await self._applied(finding))
            for finding in page.findings
            if only is None or finding.identity in only
        ]

    async def _applied(self, finding: Finding) -> Result:
        if finding.step is Step.WAIT:
            return Result.WAITING
        try:
            if finding.step is Step.WARN:
                return await self._warn(finding)
            return await self._act(finding)
        except (LiteLLMError, Problem) as error:
            _log.warning("lifetime_not_applied", key=finding.key_id, kind=type(error).__name__)
            return Result.FAILED

    async def _warn(self, finding: Finding) -> Result:
        warned = Warned(finding.key_id, finding.violation, self.plan.clock())
        notices = self.outbox.adding(self.notices.of_warning(finding))
        await self.plan.lifetimes.warnings.warn(warned, notices)
        return Result.WARNED

    async def _act(self, finding: Finding) -> Result:
        keys = self.keys.at({finding.key_id: finding.key.token_hash})
        try:
            async with keys.locked(owner_of(finding.key), finding.key_id) as locked:
                if not await self._is_due(finding, locked.folded):
                    return Result.UNCHANGED
                return await self._changed(finding, locked)
        except NotFound:
            return Result.UNCHANGED

    async def _is_due(self, finding: Finding, now_found: FoldedKey) -> bool:
        """Return whether the key still violates the policy, and its owner was warned long enough ago."""
        now, key = self.plan.clock(), now_found.key
        warned_at = await self.plan.lifetimes.warnings.warned_at(finding.key_id, finding.violation)
        if warned_at is None or acts_at(warned_at, finding.rules) > now or key.team_id != finding.key.team_id:
            return False
        approved = (await self.plan.approvals.of([finding.key_id])).get(finding.key_id)
        rotated_at = now_found.current.created_at
        return finding.violation in violations(key, rotated_at, finding.rules, now, approved)

    async def _changed(self, finding: Finding, locked: LockedKey) -> Result:
        blocker = BLOCKERS.get(finding.violation)
        keys, folded = self.keys, locked.folded
        if blocker is not None:
            change = change_of_block(folded, Action.BLOCKED)
            async with recording_under(locked.lease, keys.audit, change) as intent:
                await block_for(keys.gateway, keys.store, folded, blocker)
                intent.also += self.outbox.adding(self.notices.of_block(finding))
            return Result.BLOCKED
        longest = finding.rules.longest or finding.rules.usual
        if longest is None:
            return Result.UNCHANGED
        async with recording_under(locked.lease, keys.audit, _shortening(finding, folded.key, longest)):
            await keys.change(folded, KeyChanges(duration=to_litellm(longest)))
        return Result.SHORTENED


def _shortening(finding: Finding, key: Key, longest: str) -> Change:
    before = {"user_id": key.user_id, "expires_at": key.expires_at and key.expires_at.isoformat()}
    after = {"duration": longest}
    return Change(SYSTEM_ACTOR, Action.UPDATED, AuditedTable.KEY, finding.key_id, before, after)
