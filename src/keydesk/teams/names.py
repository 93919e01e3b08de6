"""Names of teams for pages, by id. A team whose name cannot be read appears with its id."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from cachetools import TTLCache

from keydesk.litellm import LiteLLM, LiteLLMError, Team

_KEPT = 20_000
_KEPT_SECONDS = 300
_FEW = 8
"""Up to so many teams are read one by one, and more with the pages of all teams."""


@dataclass(frozen=True, slots=True)
class TeamNames:
    gateway: LiteLLM
    _known: TTLCache[str, str] = field(default_factory=lambda: TTLCache(_KEPT, _KEPT_SECONDS))

    async def of(self, team_ids: Iterable[str]) -> dict[str, str]:
        """Return the name of each team."""
        wanted = set(team_ids)
        missing = {team_id for team_id in wanted if team_id not in self._known}
        if missing:
            with suppress(LiteLLMError):
                await self._read(missing)
        return {team_id: self._known.get(team_id, team_id) for team_id in wanted}

    async def _read(self, missing: Collection[str]) -> None:
        """Store the names. A deleted team is stored with its id, so that it is not read again."""
        names = dict.fromkeys(missing, "")
        names |= {team.team_id: team.team_alias or "" for team in await self._teams(missing)}
        self._known.update({team_id: name or team_id for team_id, name in names.items()})

    async def _teams(self, team_ids: Collection[str]) -> list[Team]:
        if len(team_ids) > _FEW:
            return await self.gateway.teams.list()
        found = await asyncio.gather(*map(self.gateway.teams.get, team_ids))
        return [team for team in found if team is not None]
