"""LiteLLM's daily tables of one day as an HTTP transport: what each person spent with which key, team and model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr

from keydesk.litellm import LiteLLM, LiteLLMConfig
from tests.unit.litellm.days import Row, page

DAY = "2026-11-23"


@dataclass(frozen=True)
class Spent:
    """What a person spent. `user` and `team` are empty for none."""

    user: str
    key: str
    cents: int
    team: str = ""
    model: str = "gpt-4o"

    @property
    def row(self) -> Row:
        return Row(DAY, self.key, self.model, self.cents)


@dataclass
class Spenders:
    """Pages can overlap if `overlaps`: the second page begins one row too early, as before LiteLLM 1.92.

    After each call of a page, the next of `late` is spent; its rows begin at `late_at`. `key_teams` are the teams that
    LiteLLM reports with the keys.
    """

    spent: Sequence[Spent]
    overlaps: bool = False
    late: Sequence[Sequence[Spent]] = ()
    late_at: int = 0
    version: str = "1.110.2"
    key_teams: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def connect(self, page_size: int = 1000) -> LiteLLM:
        config = LiteLLMConfig(
            base_url="http://litellm.test",
            master_key=SecretStr("sk-canary-master-0123456789"),
            activity_page_size=page_size,
        )
        return LiteLLM(config, httpx2.MockTransport(self._reply))

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/health/readiness":
            return httpx2.Response(200, json={}, headers={"x-litellm-version": self.version})
        query = dict(request.url.params)
        self.calls.append(f"{request.url.path} {query.get('user_id') or query.get('team_ids') or ''}".strip())
        of_teams = request.url.path.startswith("/team")
        entity: Callable[[Spent], str] = (lambda each: each.team) if of_teams else (lambda each: each.user)
        wanted = query.get("team_ids" if of_teams else "user_id")
        found = [
            each for each in self.spent if wanted in (None, entity(each)) and (each.team or not of_teams)
        ]
        if request.url.path.endswith("/aggregated"):
            return httpx2.Response(200, json=self._page(found, 1, lambda _: None))
        body = self._one(found, query, entity)
        if new := self.late[:1]:
            at, self.late = self.late_at, self.late[1:]
            self.spent = [*self.spent[:at], *new[0], *self.spent[at:]]
        return httpx2.Response(200, json=body)

    def _one(self, found: list[Spent], query: dict[str, str], entity: Callable[[Spent], str]) -> Any:
        size, number = int(query["page_size"]), int(query["page"])
        pages = max(1, -(-len(found) // size))
        start = (number - 1) * size - (1 if self.overlaps and number > 1 else 0)
        return self._page(found[start : start + size], pages, entity)

    def _page(self, rows: Sequence[Spent], pages: int, entity: Callable[[Spent], str | None]) -> Any:
        body = page([each.row for each in rows], of=pages)
        for day in body["results"]:
            day["breakdown"]["entities"] = self._entities(rows, entity)
            for key, team in self.key_teams.items():
                if key in day["breakdown"]["api_keys"]:
                    day["breakdown"]["api_keys"][key]["metadata"]["team_id"] = team
        return body

    def _entities(self, rows: Sequence[Spent], entity: Callable[[Spent], str | None]) -> dict[str, Any]:
        entities: dict[str, Any] = {}
        for name in dict.fromkeys(map(entity, rows)):
            of_entity = [each.row for each in rows if entity(each) == name]
            if name is not None:
                by_key = page(of_entity)["results"][0]["breakdown"]["api_keys"]
                entities[name or "Unassigned"] = {"metrics": {}, "api_key_breakdown": by_key}
        return entities
