"""Accounts as the objects of requests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keydesk.accounts.provisioning import account_lease
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound
from keydesk.litellm import LiteLLM, User, UserChanges
from keydesk.storage.leases import Leases


@dataclass(frozen=True, slots=True)
class AccountObjects:
    gateway: LiteLLM
    leases: Leases
    audit: Audit

    async def find(self, user_id: str) -> User:
        """Return the account. Raises NotFound."""
        user = await self.gateway.users.get(user_id)
        if user is None:
            raise NotFound(message("The account no longer exists."))
        return user

    @asynccontextmanager
    async def locked(self, user_id: str) -> AsyncIterator[User]:
        """Hold the lease of the account."""
        async with self.leases.hold(account_lease(user_id)):
            yield await self.find(user_id)

    async def write(self, user: User, by: str, changes: UserChanges, also: Sequence[Any]) -> None:
        """Change a locked account. `also` are statements for the transaction that records the outcome."""
        after = changes.model_dump(mode="json", exclude_unset=True)
        before = user.model_dump(mode="json", include=set(after))
        change = Change(by, Action.UPDATED, AuditedTable.USER, user.user_id, before, after)
        async with self.audit.recording(change) as intent:
            await self.gateway.users.update(user.user_id, changes)
            intent.also += also
