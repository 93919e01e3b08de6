"""Blocks reported keys under their lease, and records where they were found. Reads no list of keys.

The block has a mark of its own, so that neither the owner nor the owner's return to the directory lifts it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

import structlog
from pydantic import SecretStr

from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.blocking import block_secrets, is_blocked
from keydesk.keys.models import LEAKED, BlockMark
from keydesk.keys.owners import NO_OWNER, TEAM_ADMINS, keys_of, owner_of, team_of
from keydesk.keys.policy import CREATOR_MEMBER, is_blocked_by, violation_blocking
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey, folded
from keydesk.keys.store import KeyStore, key_lease
from keydesk.keys.suspension import LEFT_THE_DIRECTORY
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.leaks.models import Leak, LeakedKey, LeakResult, Verdict
from keydesk.leaks.policy import secret_in, stored_place
from keydesk.litellm import Key, LiteLLM, token_hash_of
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox
from keydesk.storage.leases import Held, Leases

_REPEATED_WITHIN = timedelta(days=30)
"""Reports of a key that an administrator blocked are recorded once in this time."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Leaks:
    gateway: LiteLLM
    ids: KeyIds
    keys: KeyStore
    secrets: KeySecrets
    accounts: AccountStore
    leases: Leases
    audit: Audit
    clock: Clock
    master_key: SecretStr
    outbox: Outbox
    counts: Counter[tuple[str, str]]

    async def report(self, leak: Leak) -> LeakResult:
        """Block all secrets of the key with the leaked secret. Repeated reports change nothing.

        A previous secret that has ended does not work any more, so the key's current secret stays as it is.

        Raises LiteLLMError, UpstreamBusy, NotRecorded and SQLAlchemy's errors.
        """
        found = await self.find(leak.secret)
        return await self.react(leak, found)

    async def find(self, secret: SecretStr) -> LeakedKey | None:
        """Return the key with this secret, or None. Makes the same calls in both cases."""
        text = secret_in(secret.get_secret_value())
        if text is None:
            return None
        token_hash = token_hash_of(text)
        key = await self.gateway.keys.get(token_hash)
        # Another process may have made the secret in a rotation.
        await self.secrets.refresh_of(owner_of(key) if key else NO_OWNER)
        return LeakedKey(key, self.ids.of(token_hash)) if key is not None else None

    async def react(self, leak: Leak, found: LeakedKey | None) -> LeakResult:
        """Block the key that `find` returned for the leak. See `report`."""
        if self.is_master_key(leak.secret):
            result = await self._master_key(leak)
        else:
            result = await self._react(leak, found) if found else LeakResult(Verdict.UNKNOWN)
        self.counts[leak.source, result.verdict] += 1
        return result

    def ended(self, key: Key) -> bool:
        """Return whether the key has expired."""
        return key.expires_at is not None and key.expires_at <= self.clock()

    def is_master_key(self, secret: SecretStr) -> bool:
        """Return whether this is LiteLLM's master key."""
        text = secret_in(secret.get_secret_value()) or secret.get_secret_value().strip()
        return compare_digest(text.encode(), self.master_key.get_secret_value().encode())

    async def _master_key(self, leak: Leak) -> LeakResult:
        """Record that the master key was reported. Only the operator can replace it."""
        _log.critical("master_key_reported_as_leaked", source=leak.source)
        after = _after(leak)
        if not await self.audit.has_begun(Action.LEAK_REPORTED, _MASTER_KEY, _REPEATED_WITHIN):
            change = Change(
                SYSTEM_ACTOR, Action.LEAK_REPORTED, AuditedTable.CONFIGURATION, _MASTER_KEY, {}, after
            )
            await self.audit.note(change)
        return LeakResult(Verdict.MASTER_KEY)

    async def _react(self, leak: Leak, found: LeakedKey) -> LeakResult:
        async with self.leases.hold(key_lease(found.key_id)) as lease:
            key = await self.gateway.keys.get(found.key.token_hash)
            if key is None:
                return LeakResult(Verdict.UNKNOWN)
            leaked = LeakedKey(key, found.key_id)
            whole = await self._whole(leaked)
            if self.ended(key) and whole.current.token_hash != key.token_hash:
                return LeakResult(Verdict.ENDED, leaked)
            await self._block(leak, leaked, whole, lease)
            return LeakResult(self._verdict(key), leaked)

    async def _whole(self, leaked: LeakedKey) -> FoldedKey:
        """Return the key with all its secrets. Only keys with an owner are rotated."""
        owner = owner_of(leaked.key)
        if owner and await self.secrets.refresh(leaked.key_id):
            owned = await keys_of(self.gateway, owner)
            if whole := folded(owned, self.ids.of).get(leaked.key_id):
                return whole
        return FoldedKey.of(leaked.key_id, [leaked.key])

    def _verdict(self, key: Key) -> Verdict:
        if key.blocked:
            return Verdict.ALREADY_BLOCKED
        return Verdict.ENDED if self.ended(key) else Verdict.BLOCKED

    async def _may_replace(self, key: Key, mark: BlockMark | None) -> bool:
        """Return whether the block of a leak replaces the block of the key.

        It replaces blocks that the owner, the owner's return or an extension could lift. It never replaces an
        administrator's: the owner could report the key to turn that block into one that a rotation lifts.
        """
        if mark is None or not is_blocked_by(mark.by, key, mark):
            return False
        if mark.by in {LEFT_THE_DIRECTORY, TEAM_ADMINS} or violation_blocking(key, mark) is not None:
            return True
        return team_of(owner_of(key)) is None and mark.by in await self._owners(key)

    async def _owners(self, key: Key) -> list[str]:
        """Return the references of the person who owns the key and of the one who created it, as far as known.

        The owner of a service key is its team, which stands for the contacts in notices.
        """
        account, owner = await self.accounts.find(key.user_id) if key.user_id else None, owner_of(key)
        found = (account.ref if account else team_of(owner) and owner, key.metadata.get(CREATOR_MEMBER))
        return [*dict.fromkeys(ref for ref in found if isinstance(ref, str))]

    async def _block(self, leak: Leak, leaked: LeakedKey, whole: FoldedKey, lease: Held) -> None:
        """Block what works, and mark the key, unless an administrator blocked it or it was reported before."""
        mark = await self.keys.block_mark(leaked.key_id)
        is_marked = is_blocked_by(LEAKED, whole.current, mark)
        is_theirs = (
            whole.current.blocked and not is_marked and not await self._may_replace(whole.current, mark)
        )
        if is_blocked(whole) and (is_marked or is_theirs):
            await self._note(leak, leaked)
            return
        owners = await self._owners(leaked.key)
        async with self.audit.recording(_change(leak, leaked)) as intent:
            if not is_theirs:
                # Also marked before the call: after a crash in between, the owner could otherwise lift the block.
                await self._mark(leaked, None)
            blocked = await block_secrets(self.gateway, whole) or whole.current
            if not is_theirs:
                await self._mark(leaked, blocked.changed_at)
            notices = [_notice(leak, leaked, owner, intent.id) for owner in owners]
            intent.also += [*self.outbox.adding(notices), lease.giving_back]
        lease.given_back = True

    async def _mark(self, found: LeakedKey, as_of: datetime | None) -> None:
        # Nobody can unblock a key without an owner in Keydesk, so it needs no mark.
        if owner := owner_of(found.key):
            await self.keys.mark_blocked(found.key_id, owner, BlockMark(LEAKED, as_of))

    async def _note(self, leak: Leak, found: LeakedKey) -> None:
        if not await self.audit.has_begun(Action.LEAK_REPORTED, found.key_id, _REPEATED_WITHIN):
            await self.audit.note(_change(leak, found))


_MASTER_KEY = "litellm.masterKey"


def _change(leak: Leak, found: LeakedKey) -> Change:
    before = found.key.model_dump(mode="json", include={"key_alias", "user_id", "team_id", "blocked"})
    after = {"blocked": True, **_after(leak)}
    return Change(SYSTEM_ACTOR, Action.LEAK_REPORTED, AuditedTable.KEY, found.key_id, before, after)


def _notice(leak: Leak, found: LeakedKey, recipient: str, change_id: str) -> Notice:
    values = {
        Value.KEY: found.key.key_alias,
        Value.PLACE: _after(leak).get("found_at"),
        Value.TEAM_ID: team_of(owner_of(found.key)),
    }
    known = {name: value for name, value in values.items() if value}
    return Notice(Kind.KEY_LEAKED, recipient, found.key_id, period=change_id, values=known)


def _after(leak: Leak) -> dict[str, str]:
    secret = leak.secret.get_secret_value()
    place = stored_place(leak.found_at, secret_in(secret) or secret)
    known = {"source": str(leak.source), "kind": leak.kind, "found_at": place}
    return {name: value for name, value in known.items() if value is not None}
