"""Changes keys of any people for the platform team. Each key goes through the same service as its owner's changes.

So each change has the same rules, lease and audit record, with the admin as the actor.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keydesk.key_index.bulk_models import BulkAction, BulkRequest
from keydesk.key_index.models import KeyFilter, Sort
from keydesk.key_index.rereading import Rereading
from keydesk.key_index.search_store import KeySearch
from keydesk.keys.blocking import can_take_over
from keydesk.keys.models import KeyView
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.owners import owner_of
from keydesk.keys.service import Keys
from keydesk.kit.deadline import extend_deadline, remaining
from keydesk.kit.messages import Message, message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused, Problem
from keydesk.litellm import LiteLLMError, User

_CONCURRENT = 4
_ENOUGH_SECONDS = 45.0
"""Time for 500 keys. Reverse proxies usually wait for a minute."""
_LEAST_SECONDS = 5.0
_GONE = message("This key no longer exists, or has another owner.")
_LEFT_ALONE = message(
    "Keydesk restricts only keys of people, and no keys of administrators or with custom routes."
)
_LATE = message("Not started, because the request took too long. Try again with this key.")


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """`obstacle` says why the change has no effect on the key, and `error` why it failed."""

    key_id: str
    entry: KeyView | None
    obstacle: Message | None = None
    error: Problem | LiteLLMError | None = None

    @property
    def is_changed(self) -> bool:
        return self.entry is not None and self.obstacle is None and self.error is None


@dataclass(frozen=True, slots=True)
class KeyBulk:
    keys: Keys
    narrowing: KeyNarrowing
    search: KeySearch
    rereading: Rereading

    async def planned(self, person: Person, action: BulkAction, key_ids: Sequence[str]) -> list[KeyOutcome]:
        """Return what the change would do to each key, from the index."""
        await self.rereading.follow_if_possible()
        ids = tuple(dict.fromkeys(key_ids))
        found = await self.search.page(KeyFilter(ids=ids), Sort(), 0, len(ids))
        entries = {entry.token: entry for entry in found}
        return [await self._planned(person, action, key_id, entries.get(key_id)) for key_id in ids]

    async def applied(self, person: Person, request: BulkRequest) -> list[KeyOutcome]:
        """Change the keys, several at a time. One failure does not stop the others."""
        extend_deadline(_ENOUGH_SECONDS)
        plan = await self.planned(person, request.action, request.ids)
        work = await self._work(
            person, request, [item.entry for item in plan if item.is_changed and item.entry]
        )
        slots = asyncio.Semaphore(_CONCURRENT)

        async def outcome(item: KeyOutcome) -> KeyOutcome:
            if not item.is_changed or item.entry is None:
                return item
            async with slots:
                return await work.of(item.key_id, item.entry)

        outcomes = await asyncio.gather(*map(outcome, plan))
        await self.rereading.follow_if_possible(len(outcomes))
        return outcomes

    async def _planned(
        self, person: Person, action: BulkAction, key_id: str, entry: KeyView | None
    ) -> KeyOutcome:
        if entry is None:
            return KeyOutcome(key_id, None, error=NotFound(_GONE))
        return KeyOutcome(key_id, entry, await self._obstacle(person, action, entry))

    async def _obstacle(self, person: Person, action: BulkAction, entry: KeyView) -> Message | None:
        if action == "block" and entry.blocked:
            is_taken_over = await can_take_over(self.keys.store, person.ref, entry.token)
            return None if is_taken_over else message("Already blocked.")
        if action == "unblock" and not entry.blocked:
            return message("Not blocked.")
        if action == "restrict" and not entry.can_manage_gateway:
            return message("Can only call models already.")
        return None

    async def _work(self, person: Person, request: BulkRequest, entries: Sequence[KeyView]) -> "_Work":
        """Return what the changes need: the hashes of the keys, and the owners if their models count."""
        hashes = await self.rereading.hashes_of([entry.token for entry in entries])
        owners: dict[str, User] = {}
        if request.changes is not None and "models" in request.changes.model_fields_set:
            ids = sorted({entry.user_id for entry in entries if entry.user_id})
            owners = {user.user_id: user for user in await self.keys.gateway.users.list(ids)}
        return _Work(person, request, self.keys.at(hashes), self.narrowing, owners)


@dataclass(frozen=True, slots=True)
class _Work:
    person: Person
    request: BulkRequest
    keys: Keys
    narrowing: KeyNarrowing
    owners: Mapping[str, User]

    async def of(self, key_id: str, entry: KeyView) -> KeyOutcome:
        """Change one key, and return the result."""
        if remaining(_LEAST_SECONDS) < _LEAST_SECONDS:
            return KeyOutcome(key_id, entry, error=PolicyRefused(_LATE))
        try:
            await self._apply(key_id, self._owner(entry))
        except NotFound as problem:
            return KeyOutcome(
                key_id, entry, error=problem if problem.members.get("param") else NotFound(_GONE)
            )
        except (Problem, LiteLLMError) as error:
            return KeyOutcome(key_id, entry, error=error)
        return KeyOutcome(key_id, entry)

    def _owner(self, entry: KeyView) -> User:
        """Return the owner. A key without a user, or with an unknown one, has no rules of an owner."""
        owner = owner_of(entry)
        return self.owners.get(owner) or User(user_id=owner)

    async def _apply(self, key_id: str, owner: User) -> None:
        if self.request.changes is not None:
            await self.keys.update(self.person, owner, key_id, self.request.changes)
        elif self.request.action == "block":
            await self.keys.block(self.person, owner, key_id, as_admin=True)
        elif self.request.action == "unblock":
            await self._unblock(key_id, owner)
        else:
            await self._restrict(key_id)

    async def _unblock(self, key_id: str, owner: User) -> None:
        if await self.keys.issuer.has_left(owner.user_id):
            raise PolicyRefused(
                message("The owner's account is suspended."),
                hint=message("The key works again when the person returns to the directory."),
            )
        await self.keys.unblock(self.person, owner, key_id, as_admin=True)

    async def _restrict(self, key_id: str) -> None:
        token_hash = self.keys.hashes.get(key_id)
        keys = await self.keys.gateway.keys.list(token_hash=token_hash) if token_hash else []
        if not keys:
            raise NotFound(_GONE)
        for wide in await self.narrowing.wide_among(keys):
            if wide.left_alone is not None:
                raise PolicyRefused(_LEFT_ALONE, hint=message("Change the key in LiteLLM."))
            await self.narrowing.narrow(wide, self.person.ref)
