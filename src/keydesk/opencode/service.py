"""Replaces a person's OpenCode key with a new one, because the secret of the old key is not stored.

The new key is created before the old one is deleted. If the deletion fails, the new key is revoked.
"""

from dataclasses import dataclass

import structlog

from keydesk.keys.issuing import BeforeReturn, Slot
from keydesk.keys.models import IssuedKeyView, KeyUpdate
from keydesk.keys.service import Keys
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, Problem
from keydesk.litellm import Key, LiteLLMError, User
from keydesk.opencode.policy import (
    check_made_for,
    check_slot_team,
    interim_alias,
    slot_alias,
    slot_request,
)
from keydesk.settings import OpenCode
from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Connections:
    keys: Keys
    leases: Leases
    settings: OpenCode

    async def fill_slot(self, person: Person, user: User, team_id: str | None) -> IssuedKeyView:
        """Return a new key with the alias `opencode-<user>[-<team>]`, which replaces the previous one.

        Raises the errors of `Issuer.issue`, Conflicting if a key with this alias was not created for OpenCode, and
        PolicyRefused if an administrator blocked the previous key.
        """
        check_slot_team(team_id, self.settings, self.keys.issuer.rules)
        slot = slot_alias(user.user_id, team_id)
        async with self.leases.hold(f"opencode:{slot}"):
            old = await self._current_key(person, user, slot)
            alias = interim_alias(slot) if old and old.key_alias == slot else slot
            request = slot_request(alias, team_id, self.settings)
            replaced = self.keys.ids.of(old.token_hash) if old else None
            into = Slot(slot, self._remover(person, user, old), replaced)
            issued = await self.keys.issuer.issue(person, user, request, into)
            if alias != slot:
                await self._rename(person, user, issued, slot)
            return issued

    async def _current_key(self, person: Person, user: User, slot: str) -> Key | None:
        """Return the key in the slot, or None. Delete an interim key that remained after a failed connection.

        The secret of such an interim key was never returned to anyone.
        """
        names = {slot, interim_alias(slot)}
        found = {key.key_alias: key for key in await self.keys.owned(user) if key.key_alias in names}
        for key in found.values():
            check_made_for(slot, key)
            await self.keys.check_own_block(person, key)
        current, interim = found.get(slot), found.get(interim_alias(slot))
        if current is not None and interim is not None:
            await self._remove(person, user, interim)
        return current or interim

    def _remover(self, person: Person, user: User, old: Key | None) -> BeforeReturn:
        async def remove() -> None:
            if old is not None:
                await self._remove(person, user, old)

        return remove

    async def _remove(self, person: Person, user: User, key: Key) -> None:
        try:
            await self.keys.delete(person, user, self.keys.ids.of(key.token_hash))
        except NotFound:
            return
        except LiteLLMError:
            # After a timeout, check whether the key was deleted. Otherwise, the new key could be revoked as well.
            if any(left.token_hash == key.token_hash for left in await self.keys.owned(user)):
                raise

    async def _rename(self, person: Person, user: User, issued: IssuedKeyView, slot: str) -> None:
        """Rename the key to the slot's alias. If this fails, the key still works and the next connection retries."""
        try:
            await self.keys.update(person, user, issued.token, KeyUpdate(key_alias=slot), slot=slot)
        except (Problem, LiteLLMError) as error:
            _log.warning("opencode_key_keeps_interim_alias", kind=type(error).__name__)
