"""Sets the spend of a key to zero."""

from dataclasses import dataclass

from keydesk.audit.models import Action
from keydesk.auth.group_members import GroupMembers
from keydesk.keys.owners import team_of
from keydesk.keys.policy import belongs_to
from keydesk.keys.secret_changes import with_carried
from keydesk.keys.service import Keys
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import User


@dataclass(frozen=True, slots=True)
class SpendReset:
    """Resets the spend of keys. The route checks the permission; `resetters` may reset their own keys too."""

    keys: Keys
    resetters: GroupMembers

    async def reset(self, person: Person, user: User, key_id: str) -> None:
        """Set the spend of another person's key to zero.

        Raises PolicyRefused for the caller's own keys and for service keys, unless the caller is in `resetters`. The
        permission alone is not enough, because many permission services allow everything that is not denied.
        """
        owner = await self.keys.store.owner_of(key_id) or user.user_id
        async with self.keys.locked(owner, key_id) as locked:
            is_own = team_of(owner) is not None or belongs_to(locked.key, person, user)
            if is_own and not await self.resetters.include(person):
                raise PolicyRefused(
                    message("You cannot reset the spend of your own key."),
                    hint=message("Ask the platform team to reset it."),
                )
            async with self.keys.recording(person, Action.SPEND_RESET, locked, {"spend": 0.0}):
                for secret in locked.folded.secrets:
                    await self.keys.gateway.keys.reset_spend(secret.token_hash)
                if locked.folded.carried.resets_at is not None or locked.folded.previous:
                    forgotten = with_carried(locked.folded, base_usd=0.0, ended_usd=0.0)
                    await self.keys.change_current(locked.folded, forgotten)
                    await self.keys.secrets.run(self.keys.secrets.due_again(key_id, self.keys.issuer.clock()))
