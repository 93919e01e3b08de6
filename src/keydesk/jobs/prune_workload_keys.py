"""Deletes the expired keys of workloads, so that they do not pile up in LiteLLM."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.owners import as_user
from keydesk.keys.service import Keys
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, Problem
from keydesk.litellm import LiteLLMError

_log = structlog.get_logger(__name__)
_KEPT = timedelta(hours=1)
"""LiteLLM adds the spend of the last requests to a key some time after them."""


@dataclass(frozen=True, slots=True)
class PruneWorkloadKeys:
    keys: Keys
    store: ServiceKeyStore
    clock: Clock

    async def apply(self) -> int:
        """Delete the keys that expired an hour ago. Return their number. A failed key is tried again next time."""
        by_team: dict[str, list[str]] = {}
        for key_id, record in (await self.store.expired(self.clock() - _KEPT)).items():
            by_team.setdefault(record.team_id, []).append(key_id)
        return sum([await self._delete(team_id, key_ids) for team_id, key_ids in by_team.items()])

    async def _delete(self, team_id: str, key_ids: list[str]) -> int:
        owner, deleted = as_user(team_id), 0
        try:
            keys = self.keys.knowing(await self.keys.owned(owner))
            for key_id in key_ids:
                try:
                    await keys.delete(Person(SYSTEM_ACTOR), owner, key_id)
                except NotFound:
                    # Somebody deleted it in LiteLLM.
                    await self.keys.store.remove(key_id)
                deleted += 1
        except (LiteLLMError, Problem) as error:
            _log.warning("workload_keys_not_deleted", team_id=team_id, kind=type(error).__name__)
        return deleted
