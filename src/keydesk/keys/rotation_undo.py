"""Undoes a rotation whose new secret was never returned: deletes the new secret and restores the current one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk.audit.models import Intent
from keydesk.keys.blocking import move_mark
from keydesk.keys.owners import keys_of, owner_in
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.keys.rotation_policy import RotationPlan, previous_alias, remaining
from keydesk.keys.secrets import Carried
from keydesk.keys.store import KeyStore
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Conflict, Key, KeyChanges, LiteLLM, NotFound


@dataclass(frozen=True, slots=True)
class Halfway:
    """The secrets of an interrupted rotation, as LiteLLM has them. `new` has at most one, except after a race."""

    previous: Key | None
    new: tuple[Key, ...]
    was_renamed: bool

    @property
    def used(self) -> Key | None:
        """The new secret, if it was used: then it was returned to somebody, and the log is from before that."""
        for secret in self.new:
            if secret.last_active_at is not None or secret.spend > Carried.by(secret).base_usd:
                return secret
        return None


def recorded(plan: RotationPlan) -> dict[str, Any]:
    """Return what the audit log records before the rotation. It is all that is needed to undo the rotation."""
    current = plan.current
    blocked = {"blocked": True} if current.blocked else {}
    return {
        **blocked,
        "key_alias": current.key_alias,
        "user_id": current.user_id,
        "team_id": current.team_id,
        "expires_at": current.expires_at and current.expires_at.isoformat(),
        "secret": {"id": plan.secret_id, "max_budget": current.max_budget},
    }


@dataclass(frozen=True, slots=True)
class RotationUndo:
    gateway: LiteLLM
    ids: KeyIds
    store: KeyStore
    clock: Clock

    async def find(self, intent: Intent) -> Halfway:
        """Return the state of an interrupted rotation. Raises LiteLLMError."""
        before = intent.change.before
        keys = await keys_of(self.gateway, owner_in(before))
        by_id = {self.ids.of_secret(key.token_hash): key for key in keys}
        previous = by_id.pop(_secret(before)["id"], None)
        new = tuple(key for key in by_id.values() if key.metadata.get(INTENT_MEMBER) == intent.id)
        alias = previous_alias(before["key_alias"], _secret(before)["id"])
        return Halfway(previous, new, previous is not None and previous.key_alias == alias)

    async def undo(self, intent: Intent) -> Halfway:
        """Delete the new secret, and restore name, expiry and budget of the other. Raises LiteLLMError.

        The other secret stays blocked if it is, and its mark stays valid.
        """
        halfway = await self.find(intent)
        for secret in halfway.new:
            with suppress(NotFound):
                await self.gateway.keys.delete(secret.token_hash)
            self.ids.unlink(self.ids.of_secret(secret.token_hash))
        if halfway.previous is not None:
            restored = halfway.previous
            if halfway.was_renamed:
                restored = await self._restore(restored, intent.change.before)
            await move_mark(self.store, intent.object_id or "", halfway.previous, restored)
        return halfway

    async def _restore(self, secret: Key, before: Mapping[str, Any]) -> Key:
        expires_at = before["expires_at"] and datetime.fromisoformat(before["expires_at"])
        fields = {
            "duration": remaining(expires_at, self.clock()),
            "max_budget": _secret(before)["max_budget"],
        }
        with suppress(NotFound):
            try:
                changes = KeyChanges(**fields, key_alias=before["key_alias"])
                return await self.gateway.keys.update(secret.token_hash, changes)
            except Conflict:
                # Somebody took the name in the meantime. The secret must work in any case.
                return await self.gateway.keys.update(secret.token_hash, KeyChanges(**fields))
        return secret


def _secret(before: Mapping[str, Any]) -> Mapping[str, Any]:
    secret: Mapping[str, Any] = before["secret"]
    return secret
