"""Ends previous secrets, and keeps the budget of a rotated key right until only one secret is left."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.keys.models import KeyView
from keydesk.keys.secret_changes import (
    counting_ended,
    shared_budget,
    with_carried,
    without_shares,
)
from keydesk.keys.secret_store import KeySecrets, LaterSecret
from keydesk.keys.secrets import FoldedKey, view_of, was_reset
from keydesk.keys.service import Keys
from keydesk.keys.store import recording_under
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.litellm import KeyChanges, User
from keydesk.litellm import NotFound as LiteLLMNotFound

COUNTED_AFTER = timedelta(minutes=1)
"""How long after its end the spend of a secret counts as final. LiteLLM writes spend with a delay of seconds."""
_ENDED = KeyChanges(duration="0s")
_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
_AFTER_RESET = timedelta(minutes=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


def next_share_at(made_at: datetime, now: datetime) -> datetime:
    """Return when to divide the budget again: soon after the rotation, when tools change over, then less often."""
    return now + min(max((now - made_at) / 10, _SHORTEST_PAUSE), _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Settling:
    keys: Keys
    secrets: KeySecrets
    clock: Clock

    async def end_now(self, person: Person, user: User, key_id: str) -> KeyView:
        """End the previous secret of the key immediately. Does nothing if none works."""
        async with self.keys.locked(user.user_id, key_id) as locked:
            key, now = locked.folded, self.clock()
            if not is_working(key.previous_ends_at, now):
                return view_of(key)
            change = _change(person.ref, key, now)
            async with recording_under(locked.lease, self.keys.audit, change):
                await self._end(key)
                current = await self.keys.change_current(key, with_carried(key, previous_ends_at=now))
                await self.secrets.run(self.secrets.due_again(key_id, now + COUNTED_AFTER))
        return view_of(FoldedKey.of(key_id, [current, *key.previous]))

    async def remove_previous(self, actor: str, key: FoldedKey) -> FoldedKey:
        """Count what the previous secrets of a locked key spent, and delete them. Return the key as it is then."""
        if not key.previous:
            return key
        change = _change(actor, key, min(key.previous_ends_at or self.clock(), self.clock()))
        async with self.keys.audit.recording(change) as intent:
            # Ended first: if this stops halfway, the current secret must not have the share of one that works.
            await self._end(key)
            intent.has_begun = True
            current = await self.keys.change_current(key, counting_ended(key))
            await self.keys.delete_previous(key)
        return FoldedKey.of(key.key_id, [current])

    async def settle(self, secret: LaterSecret) -> None:
        """Do what is due for the rotation that made this secret. Raises LiteLLMError and Problem."""
        try:
            async with self.keys.locked(secret.user_id, secret.key_id) as locked:
                due_at = await self._settle(locked.folded, secret)
                await self.secrets.run(self.secrets.due_again(secret.key_id, due_at))
        except NotFound:
            await self.secrets.run(self.secrets.ending(secret.key_id, self.clock()))

    async def _settle(self, key: FoldedKey, secret: LaterSecret) -> datetime | None:
        """Return when something is due again, or None."""
        now = self.clock()
        if key.previous:
            counted_at = (key.previous_ends_at or now) + COUNTED_AFTER
            if now < counted_at:
                await self._share(key, now)
                return min(next_share_at(secret.made_at, now), counted_at)
            key = await self.remove_previous(SYSTEM_ACTOR, key)
        if key.carried.resets_at is None:
            return None
        if was_reset(key.carried, key.current):
            await self.keys.change_current(key, without_shares(key))
            return None
        return max(key.carried.resets_at, now) + _AFTER_RESET

    async def _share(self, key: FoldedKey, now: datetime) -> None:
        """Divide the budget again. End a secret that still works, because somebody changed its expiry in LiteLLM."""
        if not is_working(key.previous_ends_at, now):
            await self._end(key)
        shares = shared_budget(key, key.key.max_budget)
        changed = [each for each in shares.previous if each[1].max_budget != each[0].max_budget]
        if not changed:
            return
        # The lower share comes first: together, the shares never exceed the budget.
        is_raised = any((changes.max_budget or 0) > (secret.max_budget or 0) for secret, changes in changed)
        if is_raised:
            await self.keys.change_current(key, shares.current)
        for secret, changes in changed:
            await self.keys.gateway.keys.update(secret.token_hash, changes)
        if not is_raised:
            await self.keys.change_current(key, shares.current)

    async def _end(self, key: FoldedKey) -> None:
        """Expire the previous secrets that still work."""
        for secret in key.previous:
            if is_working(secret.expires_at or _NEVER, self.clock()):
                with suppress(LiteLLMNotFound):
                    await self.keys.gateway.keys.update(secret.token_hash, _ENDED)


def is_working(ends_at: datetime | None, now: datetime) -> bool:
    """Return whether there is a secret with this end and it still works."""
    return ends_at is not None and ends_at > now


def _change(actor: str, key: FoldedKey, ends_at: datetime) -> Change:
    before = {
        "key_alias": key.current.key_alias,
        "user_id": key.current.user_id,
        "team_id": key.current.team_id,
        "previous_secret_expires_at": key.previous_ends_at and key.previous_ends_at.isoformat(),
    }
    after = {"previous_secret_expires_at": ends_at.isoformat()}
    return Change(actor, Action.SECRET_ENDED, AuditedTable.KEY, key.key_id, before, after)
