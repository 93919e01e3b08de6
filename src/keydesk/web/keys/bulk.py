"""Changes several keys of a person: what would happen to each, then the change of each, with its result.

Every key goes through the same service as a single change: the same rules, leases and audit records.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from keydesk.api.services import Services
from keydesk.keys.extending import KeyExtensions
from keydesk.keys.models import KeyView
from keydesk.keys.secrets import FoldedKey, folded, view_of
from keydesk.keys.service import Keys
from keydesk.kit.deadline import remaining
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, DirectoryUnavailable, InvalidRequest, PolicyRefused
from keydesk.litellm import Key, User
from keydesk.web.error_view import sentence
from keydesk.web.language import gettext as _
from keydesk.web.page_route import problem_for

Action = Literal["block", "unblock", "extend", "delete"]
MAX_KEYS = 100
"""The most keys in one request: all rows of the largest page of a list."""
_CONCURRENT = 4
_LEAST_SECONDS = 1.0
"""Keys that are not begun this long before the request's deadline are not changed."""


@dataclass(frozen=True, slots=True)
class BulkChange:
    """`duration` is the new lifetime from now, for `extend` only."""

    action: Action
    duration: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One selected key. `problem` says why it cannot be changed, or was not. `key` is None if it no longer exists."""

    key_id: str
    key: KeyView | None
    problem: str | None = None

    @property
    def name(self) -> str:
        if self.key is None:
            return _("Unknown key")
        return self.key.key_alias or _("Unnamed key")


@dataclass(frozen=True, slots=True)
class BulkResult:
    done: Sequence[Item]
    failed: Sequence[Item]


@dataclass(frozen=True, slots=True)
class BulkKeys:
    """The selected keys of one person."""

    services: Services
    person: Person
    user: User

    async def planned(self, change: BulkChange, key_ids: Sequence[str]) -> BulkResult:
        """Return what the change would do: `done` are the keys that it would change."""
        return (await self._plan(change, key_ids))[0]

    async def applied(self, change: BulkChange, key_ids: Sequence[str]) -> BulkResult:
        """Change the keys that can be changed now, several at a time. One failure does not stop the others."""
        plan, keys = await self._plan(change, key_ids)
        slots = asyncio.Semaphore(_CONCURRENT)

        async def result(item: Item) -> Item:
            async with slots:
                return Item(item.key_id, item.key, await self._problem_of(keys, change, item.key_id))

        results = await asyncio.gather(*map(result, plan.done))
        failed = [item for item in results if item.problem]
        return BulkResult([item for item in results if not item.problem], [*failed, *plan.failed])

    async def _plan(self, change: BulkChange, key_ids: Sequence[str]) -> tuple[BulkResult, Keys]:
        wanted = selected(key_ids)
        owned = await self.services.keys.owned(self.user)
        by_id = folded(owned, self.services.keys.ids.of)
        items = [await self._item(change, key_id, by_id.get(key_id)) for key_id in wanted]
        plan = BulkResult(
            [item for item in items if not item.problem], [item for item in items if item.problem]
        )
        return plan, self.services.keys.knowing(owned)

    async def _item(self, change: BulkChange, key_id: str, key: FoldedKey | None) -> Item:
        if key is None:
            return Item(key_id, None, _("This key no longer exists."))
        view = view_of(key)
        return Item(key_id, view, obstacle_of(change, view) or await self._refusal(change, key.key))

    async def _refusal(self, change: BulkChange, key: Key) -> str | None:
        """Return why the policy refuses the change of the key, or None."""
        keys = self.services.keys
        try:
            if change.action == "unblock":
                await keys.check_own_block(self.person, key)
            elif change.action == "extend":
                await self.services.key_extension.check(self.person, key, change.duration)
        except Conflicting:
            return _("Expires later than that already.") if key.expires_at else _("Never expires.")
        except (PolicyRefused, DirectoryUnavailable) as refused:
            return sentence(refused)
        return None

    async def _problem_of(self, keys: Keys, change: BulkChange, key_id: str) -> str | None:
        """Change one key. Return why it was not changed, or None."""
        if remaining(_LEAST_SECONDS) < _LEAST_SECONDS:
            return _("Not started, because the request took too long. Try again with this key.")
        try:
            await _applied(keys, change, (self.person, self.user), key_id)
        except Exception as error:  # noqa: BLE001 - the other keys must not fail with this one
            return sentence(problem_for(error))
        return None


async def _applied(keys: Keys, change: BulkChange, owner: tuple[Person, User], key_id: str) -> None:
    if change.action == "extend":
        await KeyExtensions(keys).extend(*owner, key_id, change.duration)
    elif change.action == "block":
        await keys.block(*owner, key_id)
    elif change.action == "unblock":
        await keys.unblock(*owner, key_id)
    else:
        await keys.delete(*owner, key_id)


def obstacle_of(change: BulkChange, key: KeyView) -> str | None:
    """Return why the change would have no effect on the key, or None. Pure."""
    if change.action == "block" and key.blocked:
        return _("Already blocked.")
    if change.action == "unblock" and not key.blocked:
        return _("Not blocked.")
    return None


def selected(key_ids: Sequence[str]) -> list[str]:
    """Return each id once, in order. Raises InvalidRequest for none and for more than `MAX_KEYS`."""
    unique = [*dict.fromkeys(key_ids)]
    if not unique:
        raise InvalidRequest(
            message("No keys are selected."), hint=message("Select at least one key."), param="key"
        )
    if len(unique) > MAX_KEYS:
        raise InvalidRequest(
            message("Too many keys are selected."),
            hint=message("Select at most %(count)s keys at a time.", count=MAX_KEYS),
            param="key",
        )
    return unique
