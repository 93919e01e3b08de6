"""Finds keys that were created outside of Keydesk, and brings them under its rules without changing the secret.

Adopting a key records its owner in Keydesk, and restricts it to model calls. The budget and the expiration are compared
with the policy but never changed.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from keydesk.accounts.policy import litellm_user_id, ref_of_account
from keydesk.accounts.store import AccountStore
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.directory.entry import Directory
from keydesk.keys.adoption_rules import AdoptionRules
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.left_alone import administrators_among, why_left_alone
from keydesk.keys.owners import owner_of, team_of
from keydesk.keys.policy import CREATOR_MEMBER, is_of_team
from keydesk.keys.powers import can_manage_gateway, narrowed
from keydesk.keys.store import KeyStore, key_lease
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.messages import Message, message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount, NotFound, PolicyRefused
from keydesk.litellm import Key, KeyChanges, KeyPage, LiteLLM, UnexpectedAnswer, User
from keydesk.storage.leases import Leases


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A key that Keydesk did not create.

    `owner` is the LiteLLM user id of the person whom it belongs to after it is adopted, or its team (see
    `owners.py`). `changes` is what adopting changes in LiteLLM. `violations` are the rules for
    new keys and for lifetimes that it breaks. `left_alone` is the reason not to adopt it, if any.
    """

    key: Key
    key_id: str
    owner: str | None
    changes: dict[str, Any]
    violations: tuple[Message, ...]
    left_alone: str | None


@dataclass(frozen=True, slots=True)
class ForeignKeys:
    """The foreign keys on one page. `seen` is the number of keys on the page, `total` the number of keys overall."""

    foreign: list[ForeignKey]
    seen: int
    total: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class KeyOwners:
    """Finds the person or the team that a foreign key belongs to."""

    accounts: AccountStore
    directory: Directory
    gateway: LiteLLM
    domain: str | None

    async def of(self, key: Key) -> str | None:
        """Return the LiteLLM user id of a person whom Keydesk knows, the team, or None. Raises DirectoryUnavailable.

        A key without a user belongs to the person in its metadata, or else to its team. The metadata counts only for a
        key without a user: a person with access to LiteLLM can write any name into the metadata of their own key,
        which then would spend another person's budget.
        """
        if key.user_id is not None:
            return key.user_id if await self._is_known(key.user_id) else None
        return await self._creator(key) or owner_of(key) or None

    async def _creator(self, key: Key) -> str | None:
        if is_of_team(key):
            return None
        user_id = self._user_id(str(key.metadata.get(CREATOR_MEMBER, "")))
        if user_id is None or not await self._is_known(user_id):
            return None
        return user_id if await self.gateway.users.get(user_id) else None

    async def _is_known(self, user_id: str) -> bool:
        if await self.accounts.find(user_id) is not None:
            return True
        ref = ref_of_account(user_id, self.domain)
        return ref is not None and self._user_id(ref) == user_id and await self._is_in_directory(ref)

    async def _is_in_directory(self, ref: str) -> bool:
        return await self.directory.find(Person(ref)) is not None

    def _user_id(self, ref: str) -> str | None:
        try:
            return litellm_user_id(Person(full_user_ref(ref)), self.domain)
        except (NotAnAccount, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class KeyAdoption:
    gateway: LiteLLM
    rules: AdoptionRules
    owners: KeyOwners
    ids: KeyIds
    store: KeyStore
    service_keys: ServiceKeyStore
    leases: Leases
    audit: Audit

    async def pages(self) -> AsyncIterator[ForeignKeys]:
        """Yield the foreign keys of the gateway, one page of keys at a time, without changing them."""
        async for page in self.gateway.keys.pages():
            yield await self._foreign_on(page)

    async def page(self, number: int) -> ForeignKeys:
        """Return the foreign keys on one page of all keys, oldest first. Page numbers start at 1."""
        return await self._foreign_on(await self.gateway.keys.page(number))

    async def _foreign_on(self, page: KeyPage) -> ForeignKeys:
        return ForeignKeys(await self._foreign(page.keys), len(page.keys), page.total, page.is_last)

    async def is_foreign(self, key_id: str) -> bool:
        """Return whether Keydesk has no record of the key."""
        return not await self.store.known([key_id])

    async def adopt(self, actor: str, found: ForeignKey) -> tuple[Message, ...]:
        """Adopt the key, and return the rules that it breaks. Does nothing if Keydesk has a record of it by now.

        Raises PolicyRefused for a key that cannot be adopted, and NotFound for a deleted one.
        """
        async with self.leases.hold(key_lease(found.key_id)):
            key = await self.gateway.keys.get(found.key.token_hash)
            if key is None:
                raise _no_such_key()
            for foreign in await self._foreign([key]):
                await self._adopt(actor, foreign)
                return foreign.violations
        return ()

    async def adopt_own(self, person: Person, user: User, key_id: str) -> tuple[Message, ...]:
        """Adopt a key of the caller. See `adopt`. Raises NotFound for keys of others."""
        keys = await self.gateway.keys.list(user_id=user.user_id)
        return await self._adopt_one(person, self._with_id(keys, key_id))

    async def adopt_on_page(self, person: Person, key_id: str, number: int) -> tuple[Message, ...]:
        """Adopt a key that `page` returned. See `adopt`.

        The key can have moved by one page since, because keys were deleted.
        """
        pages = [await self.gateway.keys.page(each) for each in sorted({number, max(1, number - 1)})]
        key = self._with_id([key for page in pages for key in page.keys], key_id)
        return await self._adopt_one(person, key)

    async def _adopt_one(self, person: Person, key: Key) -> tuple[Message, ...]:
        for foreign in await self._foreign([key]):
            return await self.adopt(person.ref, foreign)
        return ()

    def _with_id(self, keys: Iterable[Key], key_id: str) -> Key:
        for key in keys:
            if self.ids.of(key.token_hash) == key_id:
                return key
        raise _no_such_key()

    async def _foreign(self, keys: Iterable[Key]) -> list[ForeignKey]:
        by_id = {self.ids.of(key.token_hash): key for key in keys}
        known = await self.store.known(by_id)
        # Blocking a key records it as well, but only an adopted key without a user is a service key.
        of_teams = {key_id for key_id, key in by_id.items() if team_of(owner_of(key)) is not None}
        known = (known - of_teams) | await self.service_keys.known(of_teams)
        foreign = {key_id: key for key_id, key in by_id.items() if key_id not in known}
        administrators = await administrators_among(self.gateway, foreign.values())
        return [await self._described(key, key_id, administrators) for key_id, key in foreign.items()]

    async def _described(self, key: Key, key_id: str, administrators: set[str]) -> ForeignKey:
        owner = await self.owners.of(key)
        reason = why_left_alone(key.model_copy(update={"user_id": key.user_id or owner}), administrators)
        if reason is None and owner is None:
            reason = "belongs to an account that no person in the directory has"
        changes: dict[str, Any] = {} if key.user_id or team_of(owner or "") else {"user_id": owner}
        if can_manage_gateway(key.allowed_routes):
            changes["allowed_routes"] = narrowed(key.allowed_routes)
            if changes["allowed_routes"] is None and reason is None:
                reason = "has custom routes"
        broken = await self.rules.broken_by(key, owner)
        return ForeignKey(key, key_id, owner, changes, broken, reason)

    async def _adopt(self, actor: str, foreign: ForeignKey) -> None:
        key, owner, changes = foreign.key, foreign.owner, foreign.changes
        if foreign.left_alone is not None or owner is None:
            raise PolicyRefused(
                message("This key cannot be adopted."),
                hint=message("Its owner is unknown, or manages LiteLLM."),
            )
        after = {"user_id": key.user_id, "allowed_routes": list(key.allowed_routes)}
        before = {**after, "key_alias": key.key_alias, "team_id": key.team_id}
        after |= changes | {"allowed_routes": list(changes.get("allowed_routes", key.allowed_routes))}
        change = Change(actor, Action.ADOPTED, AuditedTable.KEY, foreign.key_id, before, after)
        async with self.audit.recording(change) as intent:
            intent.also.append(self.store.adding(foreign.key_id, owner, None))
            intent.also += self.service_keys.setting(foreign.key_id, owner)
            if changes:
                changed = await self.gateway.keys.update(key.token_hash, KeyChanges(**changes))
                if any(getattr(changed, name) != value for name, value in changes.items()):
                    raise UnexpectedAnswer("/key/update did not change the key")


def _no_such_key() -> NotFound:
    return NotFound(message("There is no key with this id."), hint=message("Check the keys again."))
