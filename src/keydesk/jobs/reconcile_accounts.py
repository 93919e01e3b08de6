"""Reconciles changes of accounts. Stores the record of an account that was created without one."""

from dataclasses import dataclass

from keydesk.accounts.policy import differences
from keydesk.accounts.store import AccountStore
from keydesk.audit.models import Action, Intent
from keydesk.jobs.finding import GONE, MADE, NOT_MADE, UNDECIDED, Finding, made_if
from keydesk.litellm import LiteLLM


@dataclass(frozen=True, slots=True)
class AccountReconciliation:
    gateway: LiteLLM
    store: AccountStore

    async def settle(self, intent: Intent) -> Finding:
        """Return the outcome of the change, after storing the record of a new account. Raises LiteLLMError."""
        change = intent.change
        user = await self.gateway.users.get(intent.object_id) if intent.object_id else None
        if change.action is Action.CREATED:
            if user is not None:
                await self._remember(user.user_id, intent)
            return made_if(user is not None)
        if user is None:
            return GONE
        if not differences(user, change.after, change.after):
            return MADE
        return UNDECIDED if differences(user, change.before, change.before) else NOT_MADE

    async def _remember(self, user_id: str, intent: Intent) -> None:
        """Store the record, also if the account has been adopted as a pre-existing one in the meantime."""
        record = await self.store.find(user_id)
        if record is None or (not record.applied and record.ref == intent.change.actor):
            await self.store.remember(user_id, intent.change.actor, intent.change.after, intent.at)
