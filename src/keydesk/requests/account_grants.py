"""Tells other services what an account has for a time only, so that they neither undo nor extend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.kit.request_kind import RequestKind
from keydesk.litellm import User, UserChanges
from keydesk.requests.grant import Grant
from keydesk.requests.grant_store import GrantStore

_SETTINGS = {RequestKind.ACCOUNT_BUDGET: "max_budget", RequestKind.ACCOUNT_MODELS: "models"}
"""The kinds that change an account, with its setting."""


@dataclass(frozen=True, slots=True)
class AccountGrants:
    store: GrantStore

    async def of_account(self, user_id: str) -> "RunningGrants":
        """Return the running grants of the account."""
        found = [each for kind in _SETTINGS for each in await self.store.of_object(kind, user_id)]
        return RunningGrants(self.store, found)

    async def without_models(self, user: User) -> User:
        """Return the account without models that it has for a time."""
        found = await self.store.of_object(RequestKind.ACCOUNT_MODELS, user.user_id)
        return RunningGrants(self.store, found).without(user)


@dataclass(frozen=True, slots=True)
class RunningGrants:
    """The running grants of one account."""

    store: GrantStore
    grants: Sequence[Grant]

    def without(self, user: User) -> User:
        """Return the account as it would be without the grants."""
        rest: dict[str, Any] = {}
        for each in self.grants:
            name = _SETTINGS[each.kind]
            rest[name] = each.without(rest.get(name, getattr(user, name)))
        return user.model_copy(update=_as_tuples(rest)) if rest else user

    def on_top_of(self, changes: UserChanges) -> tuple[UserChanges, list[Any]]:
        """Return the changes with the grants on top, and the statements that move the grants to the new base."""
        moved, raised = [], dict[str, Any]()
        for each in self.grants:
            name = _SETTINGS[each.kind]
            if name in changes.model_fields_set:
                base = _plain(getattr(changes, name))
                moved.append(self.store.putting(each.moved_to(base)))
                raised[name] = each.on_top_of(raised.get(name, base))
        return changes.model_copy(update=_as_tuples(raised)), moved


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
