"""Fills the slot of a person with a fresh key, so that a connection works every time: the old secret is not known.

The new key is made before the old one goes, and taken back if the old one will not go.
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
        """A key of the slot `opencode-<user>[-<team>]` in place of the one there was.

        Raises as `Issuer.issue` does, also for an alias that somebody else's key has; Conflicting for a key of
        this name that was not made for the slot, PolicyRefused for one that an administrator blocked.
        """
        check_slot_team(team_id, self.settings, self.keys.issuer.rules)
        slot = slot_alias(user.user_id, team_id)
        async with self.leases.hold(f"opencode:{slot}"):
            old = await self._one_left(person, user, slot)
            alias = interim_alias(slot) if old and old.key_alias == slot else slot
            request = slot_request(alias, team_id, self.settings)
            into = Slot(slot, self._removing(person, user, old), replaced=1 if old else 0)
            issued = await self.keys.issuer.issue(person, user, request, into)
            if alias != slot:
                await self._rename(person, user, issued, slot)
            return issued

    async def _one_left(self, person: Person, user: User, slot: str) -> Key | None:
        """The key in the slot. Where there is one of either alias, a connection failed half way.

        The interim one could not be taken back then, and nobody was given it.
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

    def _removing(self, person: Person, user: User, old: Key | None) -> BeforeReturn:
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
            # A timeout does not say whether the key is gone; without this look, neither key might be left.
            if any(left.token_hash == key.token_hash for left in await self.keys.owned(user)):
                raise

    async def _rename(self, person: Person, user: User, issued: IssuedKeyView, slot: str) -> None:
        """Give the slot's alias to the key; it works without as well, and the next connection tries again."""
        try:
            await self.keys.update(person, user, issued.token, KeyUpdate(key_alias=slot), slot=slot)
        except (Problem, LiteLLMError) as error:
            _log.warning("opencode_key_keeps_interim_alias", kind=type(error).__name__)
