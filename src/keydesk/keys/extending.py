"""Gives a key a new lifetime, counted from now: the lifetime that is left is not added."""

from dataclasses import dataclass

from keydesk.audit.models import Action
from keydesk.keys.models import KeyView
from keydesk.keys.owners import owner_of
from keydesk.keys.policy import violation_blocking
from keydesk.keys.secrets import FoldedKey, view_of
from keydesk.keys.service import Keys, LockedKey
from keydesk.kit.durations import to_litellm
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.lifetimes.models import Violation
from keydesk.lifetimes.policy import check_extension
from keydesk.litellm import Key, KeyChanges, User


@dataclass(frozen=True, slots=True)
class KeyExtensions:
    keys: Keys

    async def extend(self, person: Person, user: User, key_id: str, duration: str) -> KeyView:
        """Let the key expire after `duration` from now. Also unblocks a key that Keydesk blocked as unused.

        Raises PolicyRefused for a longer lifetime than the policy allows and for another blocked key, and Conflicting
        if the key would not expire later.
        """
        async with self.keys.locked(user.user_id, key_id) as locked:
            await self.check(person, locked.key, duration)
            extended = await self._extend(person, locked.folded, duration)
            if locked.key.blocked:
                mark = await self.keys.store.block_mark(key_id)
                await self.keys.lift_block(person, user, LockedKey(extended, locked.lease), mark)
        return view_of(extended).model_copy(update={"blocked": False})

    async def check(self, person: Person, key: Key, duration: str) -> None:
        """Raise the errors of `extend`. A blocked key passes only if Keydesk blocked it as unused."""
        keys = self.keys
        mark = await keys.store.block_mark(keys.ids.of(key.token_hash)) if key.blocked else None
        if key.blocked and violation_blocking(key, mark) is not Violation.IDLE:
            await keys.check_own_block(person, key)
            raise PolicyRefused(
                message("This key is blocked, and blocked keys cannot be extended."),
                hint=message("Unblock the key first."),
            )
        rules = await keys.issuer.lifetime_rules(person, owner_of(key), key.team_id)
        check_extension(duration, key, rules, keys.issuer.clock())

    async def _extend(self, person: Person, folded: FoldedKey, duration: str) -> FoldedKey:
        key = folded.key
        change = self.keys.change_of(person, Action.EXTENDED, key, {"duration": duration})
        change.before["expires_at"] = key.expires_at and key.expires_at.isoformat()
        async with self.keys.audit.recording(change) as intent:
            intent.also.append(self.keys.issuer.lifetimes.warnings.clearing(folded.key_id))
            return await self.keys.change(folded, KeyChanges(duration=to_litellm(duration)))
