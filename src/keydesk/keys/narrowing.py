"""Finds keys that can manage the gateway and restricts those of people to model calls. Changes no other keys."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.keys.blocking import move_mark
from keydesk.keys.left_alone import administrators_among, why_left_alone
from keydesk.keys.powers import can_manage_gateway, narrowed
from keydesk.keys.store import KeyStore, key_lease
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Key, KeyChanges, LiteLLM, UnexpectedAnswer
from keydesk.storage.leases import Leases


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


@dataclass(frozen=True, slots=True)
class KeyNarrowing:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    leases: Leases
    audit: Audit

    async def pages(self) -> AsyncIterator[WideKeys]:
        """Yield the wide keys of the gateway, one page of keys at a time, without changing them."""
        async for page in self.gateway.keys.pages():
            yield WideKeys(await self.wide_among(page.keys), len(page.keys), page.total)

    async def wide_among(self, keys: Iterable[Key]) -> list[WideKey]:
        """Return those of the keys that can manage the gateway."""
        wide = [key for key in keys if can_manage_gateway(key.allowed_routes)]
        administrators = await administrators_among(self.gateway, wide)
        return [self._classified(key, administrators) for key in wide]

    def _classified(self, key: Key, administrators: set[str]) -> WideKey:
        routes = narrowed(key.allowed_routes)
        reason = why_left_alone(key, administrators)
        if reason is None and routes is None:
            reason = "has custom routes"
        return WideKey(key, self.ids.of(key.token_hash), routes or (), reason)

    async def narrow(self, wide: WideKey, actor: str = SYSTEM_ACTOR) -> None:
        """Replace the routes of the key with the narrowed ones. Does nothing if its routes changed since it was found.

        Raises LiteLLMError if the request fails or LiteLLM does not apply the change.
        """
        if wide.left_alone is not None:
            raise ValueError(f"cannot narrow this key: it {wide.left_alone}")
        async with self.leases.hold(key_lease(wide.key_id)):
            for key in await self.gateway.keys.list(token_hash=wide.key.token_hash):
                if key.allowed_routes == wide.key.allowed_routes:
                    await self._set_routes(key, wide, actor)

    async def _set_routes(self, key: Key, wide: WideKey, actor: str) -> None:
        routes = wide.narrowed
        before = {"user_id": key.user_id, "allowed_routes": list(key.allowed_routes)}
        after = {"allowed_routes": list(routes)}
        change = Change(actor, Action.UPDATED, AuditedTable.KEY, wide.key_id, before, after)
        async with self.audit.recording(change):
            changed = await self.gateway.keys.update(key.token_hash, KeyChanges(allowed_routes=routes))
            if changed.allowed_routes != routes:
                raise UnexpectedAnswer("/key/update did not change allowed_routes")
            await move_mark(self.store, wide.key_id, key, changed)
