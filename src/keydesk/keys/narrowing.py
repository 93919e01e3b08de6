"""Finds keys that can manage the gateway and restricts those of people to model calls. Changes no other keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.models import BlockMark
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.powers import can_manage_gateway, narrowed
from keydesk.keys.store import KeyStore, key_lease
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Key, KeyChanges, LiteLLM, UnexpectedAnswer
from keydesk.storage.leases import Leases

_MASTER_USER = "default_user_id"
"""LiteLLM's user for the master key."""
_UI_SESSIONS = "litellm-dashboard"
"""The team of the short-lived session keys of the LiteLLM UI."""
_ADMINISTRATORS = {"proxy_admin", "proxy_admin_viewer"}


@dataclass(frozen=True, slots=True)
class WideKey:
    """A key that can manage the gateway.

    `narrowed` are the routes it should have. `left_alone` is the reason not to narrow it, if any.
    """

    key: Key
    key_id: str
    narrowed: tuple[str, ...]
    left_alone: str | None

    @property
    def owner(self) -> str | None:
        return self.key.user_id


@dataclass(frozen=True, slots=True)
class WideKeys:
    """The wide keys on one page. `seen` is the number of keys on the page, `total` the number of keys overall."""

    wide: list[WideKey]
    seen: int
    total: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class KeyNarrowing:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit

    async def pages(self) -> AsyncIterator[WideKeys]:
        """Yield the wide keys of the gateway, one page of keys at a time, without changing them."""
        number, is_last = 0, False
        while not is_last:
            number += 1
            page = await self.page(number)
            is_last = page.is_last
            yield page

    async def page(self, number: int) -> WideKeys:
        """Return the wide keys on one page of all keys, oldest first. Page numbers start at 1."""
        page = await self.gateway.keys.page(number)
        wide = [key for key in page.keys if can_manage_gateway(key.allowed_routes)]
        owners = {key.user_id for key in wide if key.user_id}
        users = await self.gateway.users.list(sorted(owners)) if owners else []
        administrators = {user.user_id for user in users if user.user_role in _ADMINISTRATORS}
        found = [self._classified(key, administrators) for key in wide]
        return WideKeys(found, len(page.keys), page.total, number >= page.pages)

    def _classified(self, key: Key, administrators: set[str]) -> WideKey:
        routes = narrowed(key.allowed_routes)
        reason = None
        if key.user_id in (None, _MASTER_USER):
            reason = "has no owner"
        elif key.user_id in administrators:
            reason = "belongs to an administrator"
        elif key.team_id == _UI_SESSIONS:
            reason = "is a session of the LiteLLM UI"
        elif routes is None:
            reason = "has custom routes"
        return WideKey(key, self.ids.of(key.token_hash), routes or (), reason)

    async def narrow(self, wide: WideKey) -> None:
        """Replace the routes of the key with the narrowed ones. Does nothing if its routes changed since it was found.

        Raises LiteLLMError if the request fails or LiteLLM does not apply the change.
        """
        if wide.left_alone is not None:
            raise ValueError(f"cannot narrow this key: it {wide.left_alone}")
        async with self.leases.hold(key_lease(wide.key_id)):
            for key in await self.gateway.keys.list(token_hash=wide.key.token_hash):
                if key.allowed_routes == wide.key.allowed_routes:
                    await self._set_routes(key, wide)

    async def _set_routes(self, key: Key, wide: WideKey) -> None:
        routes = wide.narrowed
        before = {"user_id": key.user_id, "allowed_routes": list(key.allowed_routes)}
        after = {"allowed_routes": list(routes)}
        change = Change(SYSTEM_ACTOR, Action.UPDATED, AuditedTable.KEY, wide.key_id, before, after)
        async with self.audit.recording(change):
            mark = await self.store.block_mark(wide.key_id)
            changed = await self.gateway.keys.update(key.token_hash, KeyChanges(allowed_routes=routes))
            if changed.allowed_routes != routes:
                raise UnexpectedAnswer("/key/update did not change allowed_routes")
            if mark is not None and key.user_id and is_blocked_by(mark.by, key, mark):
                moved = BlockMark(mark.by, changed.changed_at)
                await self.store.mark_blocked(wide.key_id, key.user_id, moved)
