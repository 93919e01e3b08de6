"""Which rules of Keydesk an existing key breaks: those for new keys, and those for the lifetimes of keys."""

from dataclasses import dataclass

from keydesk.accounts.policy import ref_of_account
from keydesk.keys.owners import user_id_of
from keydesk.keys.policy import policy_violations
from keydesk.kit.clock import Clock
from keydesk.kit.messages import Message
from keydesk.kit.people import Person
from keydesk.lifetimes.policy import broken_rule, violations
from keydesk.lifetimes.service import Lifetimes
from keydesk.litellm import Key
from keydesk.settings import KeyGeneration, LifetimeRules


@dataclass(frozen=True, slots=True)
class AdoptionRules:
    new_keys: KeyGeneration
    lifetimes: Lifetimes
    user_id_domain: str | None
    clock: Clock

    async def broken_by(self, key: Key, owner: str | None) -> tuple[Message, ...]:
        """Return the rules that the key breaks as a key of this owner. Raises DirectoryUnavailable."""
        rules = await self._rules(key, owner)
        found = violations(key, key.created_at, rules, self.clock())
        return (*policy_violations(key, self.new_keys), *(broken_rule(each, rules) for each in found))

    async def _rules(self, key: Key, owner: str | None) -> LifetimeRules:
        ref = ref_of_account(user_id_of(owner or "") or "", self.user_id_domain)
        if ref is None:
            return self.lifetimes.rules_of(None, key.team_id)
        return await self.lifetimes.rules_for(Person(ref), key.team_id)
