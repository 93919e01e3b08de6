"""Finds the owners whose keys have more than their allowance together. Their keys keep working."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from keydesk.accounts.policy import ref_of_account
from keydesk.allowances.models import AllowanceView, Holding
from keydesk.allowances.policy import view_of
from keydesk.allowances.service import Allowances
from keydesk.directory.entry import Entry
from keydesk.keys.owners import NO_OWNER, owner_of, user_id_of
from keydesk.keys.secrets import FoldedKey
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import Key, LiteLLM, User

_AT_ONCE = 100
_NO_HASH = "none"
_LIMITS = ("max_budget", "budget_duration", "budget_limits", "rpm_limit", "tpm_limit", "team_id")
_Limits = tuple[Any, ...]


@dataclass(slots=True)
class Holdings:
    """The limits of all keys by owner. Keys with the same limits are only counted, so that they take little memory."""

    by_owner: defaultdict[str, Counter[_Limits]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, keys: Iterable[Key]) -> None:
        """Add keys, each with its current secret only."""
        for key in keys:
            shown, owner = FoldedKey.of("", [key]).key, owner_of(key)
            if owner != NO_OWNER:
                self.by_owner[owner][tuple(getattr(shown, name) for name in _LIMITS)] += 1

    def keys_of(self, owner: str) -> Iterator[Key]:
        for limits, number in self.by_owner[owner].items():
            key = Key(token_hash=_NO_HASH, **dict(zip(_LIMITS, limits, strict=True)))
            yield from [key] * number


@dataclass(frozen=True, slots=True)
class Exceeded:
    """An owner whose keys have more than they may have. `owner` is a LiteLLM user id, or stands for a team."""

    owner: str
    view: AllowanceView


@dataclass(frozen=True, slots=True)
class AllowancesPlan:
    gateway: LiteLLM
    allowances: Allowances

    @property
    def is_needed(self) -> bool:
        """Return whether any owner has an allowance."""
        return self.allowances.is_set

    async def exceeded(self, holdings: Holdings) -> AsyncIterator[Exceeded]:
        """Yield the owners in alphabetical order. Owners whose groups are unknown have no role."""
        everyone = sorted(holdings.by_owner)
        for start in range(0, len(everyone), _AT_ONCE):
            owners = everyone[start : start + _AT_ONCE]
            people = [user_id for owner in owners if (user_id := user_id_of(owner))]
            entries, accounts = await self._entries(people), await self._accounts(people)
            for owner in owners:
                view = self._view(owner, [*holdings.keys_of(owner)], entries, accounts)
                if view.is_exceeded:
                    yield Exceeded(owner, view)

    def _view(
        self,
        owner: str,
        keys: Sequence[Key],
        entries: dict[str, Entry | None],
        accounts: dict[str, User],
    ) -> AllowanceView:
        user_id, service_keys = user_id_of(owner), self.allowances.settings.service_keys
        rules = self.allowances.rules_for(entries.get(user_id)) if user_id else service_keys
        held = {str(number): key for number, key in enumerate(keys)}
        account = accounts.get(user_id) if user_id else None
        return view_of(Holding(rules, held, account, {}), self.allowances.clock())

    async def _accounts(self, user_ids: Sequence[str]) -> dict[str, User]:
        return {user.user_id: user for user in await self.gateway.users.list(user_ids)} if user_ids else {}

    async def _entries(self, user_ids: Sequence[str]) -> dict[str, Entry | None]:
        if not self.allowances.settings.roles:
            return {}
        refs = {user_id: ref_of_account(user_id, self.allowances.user_id_domain) for user_id in user_ids}
        try:
            found = await self.allowances.directory.find_many(Person(ref) for ref in refs.values() if ref)
        except DirectoryUnavailable:
            return {}
        return {user_id: found.get(ref or "") for user_id, ref in refs.items()}
