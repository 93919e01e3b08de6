"""Finds the keys that violate the policy for lifetimes, page by page, and decides what happens to each."""

import hashlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from keydesk.accounts.policy import ref_of_account
from keydesk.directory.entry import Entry
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.left_alone import administrators_among, is_under_rules
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import FoldedKey
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.lifetimes.models import Violation, Warned
from keydesk.lifetimes.policy import acts_at, violations
from keydesk.lifetimes.service import Lifetimes
from keydesk.litellm import Key, LiteLLM
from keydesk.settings import LifetimeRules


class Step(StrEnum):
    """What happens to a key next: its owner is warned, nothing until the grace ends, or Keydesk acts."""

    WARN = "warn"
    WAIT = "wait"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation by a key. `acts_at` is the earliest time at which Keydesk acts on it."""

    key: Key
    key_id: str
    violation: Violation
    rules: LifetimeRules
    step: Step
    acts_at: datetime

    @property
    def identity(self) -> str:
        return f"{self.key_id} {self.violation} {self.step}"


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The findings on one page of keys. `outdated` are warnings about violations that no longer exist.

    `unknown` is the number of keys that were not judged, because the groups of their owners are unknown.
    `service_keys` are the ids of those that a team owns, without the keys of workloads.
    """

    findings: Sequence[Finding]
    outdated: Sequence[Warned]
    keys: Sequence[Key]
    unknown: int
    service_keys: Set[str] = frozenset()


class Approvals(Protocol):
    """Lifetimes beyond the policy that were approved, such as `LifetimeGrants`."""

    async def of(self, key_ids: Collection[str]) -> Mapping[str, datetime]:
        """Return the latest approved expiration of each of the keys that has one, by key id."""


@dataclass(frozen=True, slots=True)
class LifetimesPlan:
    gateway: LiteLLM
    ids: KeyIds
    secrets: KeySecrets
    lifetimes: Lifetimes
    service_keys: ServiceKeyStore
    approvals: Approvals
    user_id_domain: str | None
    clock: Clock

    @property
    def is_needed(self) -> bool:
        """Return whether any rule restricts existing keys."""
        return any(rules.restricts_existing_keys for rules in self.lifetimes.settings.all_rules)

    async def pages(self) -> AsyncIterator[PlanPage]:
        """Yield the plan for one page of keys at a time, oldest first, without changing anything."""
        async for page in self.gateway.keys.pages():
            yield await self._planned(await self._current(page.keys))

    async def _current(self, keys: Sequence[Key]) -> list[Key]:
        """Return the keys without previous secrets of rotated keys, which end by themselves."""
        current = await self.secrets.current_of([self.ids.of(key.token_hash) for key in keys])
        secrets = [(key, self.ids.of_secret(key.token_hash), self.ids.of(key.token_hash)) for key in keys]
        return [key for key, secret_id, key_id in secrets if secret_id == current.get(key_id, secret_id)]

    async def _planned(self, keys: Sequence[Key]) -> PlanPage:
        entries = await self._entries(keys)
        judged = [key for key in keys if key.user_id is None or key.user_id in entries]
        approved = await self.approvals.of([self.ids.of(key.token_hash) for key in judged])
        found = [
            (key, rules, each) for key in judged for rules, each in self._violations(key, entries, approved)
        ]
        of_teams = await self.service_keys.watched(
            [self.ids.of(key.token_hash) for key in keys if not key.user_id]
        )
        administrators = await administrators_among(self.gateway, [key for key, _, _ in found])
        found = [
            each
            for each in found
            if is_under_rules(each[0], self.ids.of(each[0].token_hash) in of_teams, administrators)
        ]
        warned = await self.lifetimes.warnings.of(self.ids.of(key.token_hash) for key in judged)
        known = {(each.key_id, each.violation): each for each in warned}
        findings = [self._finding(*each, known) for each in found]
        current = {(finding.key_id, finding.violation) for finding in findings}
        outdated = [each for name, each in known.items() if name not in current]
        return PlanPage(findings, outdated, keys, len(keys) - len(judged), of_teams)

    def _violations(
        self, key: Key, entries: dict[str, Entry | None], approved: Mapping[str, datetime]
    ) -> Iterable[tuple[LifetimeRules, Violation]]:
        rules = self.lifetimes.rules_of(entries.get(key.user_id or ""), key.team_id)
        key_id = self.ids.of(key.token_hash)
        shown = FoldedKey.of(key_id, [key]).key
        found = violations(shown, key.created_at, rules, self.clock(), approved.get(key_id))
        return [(rules, violation) for violation in found]

    def _finding(
        self,
        key: Key,
        rules: LifetimeRules,
        violation: Violation,
        known: dict[tuple[str, Violation], Warned],
    ) -> Finding:
        key_id, now = self.ids.of(key.token_hash), self.clock()
        warned = known.get((key_id, violation))
        due = acts_at(warned.at if warned else now, rules)
        step = Step.WARN if warned is None else Step.ACT if due <= now else Step.WAIT
        return Finding(key, key_id, violation, rules, step, due)

    async def _entries(self, keys: Iterable[Key]) -> dict[str, Entry | None]:
        """Return the directory entries of the owners by user id. Owners whose groups are unknown are left out."""
        owners = {key.user_id for key in keys if key.user_id}
        if not self.lifetimes.settings.roles:
            return dict.fromkeys(owners)
        refs = {user_id: ref_of_account(user_id, self.user_id_domain) for user_id in owners}
        try:
            found = await self.lifetimes.directory.find_many(Person(ref) for ref in refs.values() if ref)
        except DirectoryUnavailable:
            return {}
        return {user_id: found.get(ref or "") for user_id, ref in refs.items()}


class Digest:
    """Identifies a plan by its findings, so that `apply` can refuse to apply another one."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, finding: Finding) -> None:
        self._hash.update(f"{finding.identity}\n".encode())

    def __str__(self) -> str:
        return self._hash.hexdigest()[:16]
