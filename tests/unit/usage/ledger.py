"""LiteLLM's daily activity as an HTTP transport: rows in a list, in pages or aggregated."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr

from keydesk.litellm import LiteLLM, LiteLLMConfig
from tests.unit.litellm.days import Row, page


@dataclass
class Ledger:
    """`asked` has one line per call.

    The end of the route, first and last day, page. If `answers` is None, no call ends. Each response takes `seconds`.
    """

    rows: list[Row] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: int | None = None
    aggregates: bool = True
    understates: int = 0
    forgotten: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def connect(self, page_size: int = 1000) -> LiteLLM:
        config = LiteLLMConfig(
            base_url="http://litellm.test",
            master_key=SecretStr("sk-test"),
            max_retries=0,
            activity_page_size=page_size,
            breaker_failures=1000,
        )
        return LiteLLM(config, httpx2.MockTransport(self._reply))

    async def _reply(self, request: httpx2.Request) -> httpx2.Response:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if request.url.path == "/health/readiness":
            return httpx2.Response(200, json={}, headers={"x-litellm-version": "1.109.1"})
        query = dict(request.url.params)
        if self.answers is not None:
            if self.answers == 0:
                return httpx2.Response(503, json={"error": {"message": "down"}})
            self.answers -= 1
        start, end = query["start_date"], query["end_date"]
        found = [row for row in self.rows if start <= row.date <= end]
        found.sort(key=lambda row: row.date, reverse=True)
        if request.url.path.endswith("/aggregated"):
            self.asked.append(f"aggregated {start} {end}")
            told = found if self.aggregates else []
            return self._page(told, 1, total_api_keys=len({row.key for row in told}))
        number, size = int(query["page"]), int(query["page_size"])
        self.asked.append(f"{start} {end} {number}")
        return self._page(found[(number - 1) * size : number * size], -(-len(found) // size))

    def _page(self, rows: Sequence[Row], of: int, **metadata: Any) -> httpx2.Response:
        body = page(rows, of=of, **metadata)
        body["metadata"]["total_api_requests"] += self.understates
        for day in body["results"]:
            for key, described in day["breakdown"]["api_keys"].items():
                if key in self.forgotten:
                    described["metadata"] = {"key_alias": None, "team_id": None, "key_exists": False}
        return httpx2.Response(200, json=body)
