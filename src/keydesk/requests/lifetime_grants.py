"""Tells the job for lifetimes which keys may live longer than the policy allows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.grant_store import GrantStore
from keydesk.requests.models import target_of


@dataclass(frozen=True, slots=True)
class LifetimeGrants:
    store: GrantStore

    async def of(self, key_ids: Collection[str]) -> dict[str, datetime]:
        """Return the latest approved expiration of each of the keys that has one, by key id."""
        found = await self.store.of_targets([target_of(RequestKind.KEY_LIFETIME, each) for each in key_ids])
        return {each.target_id: each.ends_at for each in found}
