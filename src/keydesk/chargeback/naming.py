"""Finds the names, cost centers and labels of people, teams and keys. What is gone keeps its last known ones."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.accounts.policy import ref_of_account
from keydesk.chargeback.models import Kind, Named
from keydesk.chargeback.names_store import NamesStore
from keydesk.chargeback.store import StatementStore
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.labels import labels_in
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLM
from keydesk.settings import Chargeback

_Found = Entry | Asserted


@dataclass(frozen=True, slots=True)
class Naming:
    """`domain` is what Keydesk appends to user names in LiteLLM, if anything."""

    names: NamesStore
    store: StatementStore
    directory: Directory
    gateway: LiteLLM
    settings: Chargeback
    domain: str | None

    async def refresh(self) -> None:
        """Store the current names, cost centers and labels in open statements. Raises LiteLLMError."""
        async for user_ids in self.names.used("user_id"):
            await self.store.remember(await self._people(user_ids))
        teams = {team.team_id: team for team in await self.gateway.teams.list()}
        async for team_ids in self.names.used("team_id"):
            known = [teams[team_id] for team_id in team_ids if team_id in teams]
            await self.store.remember(
                self._labelled("team", team.team_id, team.team_alias, labels_in(team.metadata))
                for team in known
            )
        async for key_ids in self.names.used("key_id"):
            found = await self.names.keys(key_ids)
            await self.store.remember(
                self._labelled("key", key.key_id, key.alias, key.labels) for key in found
            )

    async def _people(self, user_ids: Sequence[str]) -> list[Named]:
        refs = {user_id: ref_of_account(user_id, self.domain) for user_id in user_ids}
        people = [Person(ref) for ref in refs.values() if ref]
        try:
            entries: Mapping[str, _Found | None] = await self.directory.find_many(people)
        except DirectoryUnavailable:
            entries = await self.names.signed_in([person.ref for person in people])
        applied = await self.names.applied_metadata(user_ids)
        found = {user_id: entries.get(ref or "") for user_id, ref in refs.items()}
        return [
            self._person(user_id, entry, applied.get(user_id, {}))
            for user_id, entry in found.items()
            if entry is not None
        ]

    def _person(self, user_id: str, found: _Found, applied: Mapping[str, Any]) -> Named:
        centers = self.settings.cost_centers
        by_group = (each.cost_center for each in centers.groups if each.group in found.groups)
        center = found.cost_center or next(by_group, None) or applied.get(centers.label)
        name, labels = found.display_name or found.email, self._labels(found, applied)
        return Named("person", user_id, name, center and str(center), tuple(sorted(labels.items())))

    def _labels(self, found: _Found, applied: Mapping[str, Any]) -> dict[str, str]:
        """Return the labels of a person by which statements can be grouped."""
        groups = [each.labels for each in self.settings.group_labels if each.group in found.groups]
        sources: list[dict[str, Any]] = [dict(found.labels), *map(dict, groups), dict(applied)]
        known = ChainMap(*sources)
        return {name: str(known[name]) for name in self.settings.labels if known.get(name)}

    def _labelled(self, kind: Kind, id_: str, name: str | None, labels: Mapping[str, Any]) -> Named:
        texts = {label: str(value) for label, value in labels.items()}
        return Named(
            kind, id_, name, texts.get(self.settings.cost_centers.label) or None, tuple(sorted(texts.items()))
        )
