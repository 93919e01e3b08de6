"""Raw calls to a gateway's HTTP API: exact statuses and bodies, without LiteLLM models or error handling."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES

NO_CREDENTIAL = ""
MODEL_REFUSED = (401, 403)
"""The status of a call with a model that is not allowed: 403 from 1.108 on, 401 in 1.84."""
OVER_BUDGET = (400, 422)
"""The status of a call over a budget: 422 from 1.108 on, 400 in 1.84."""


@dataclass(frozen=True)
class Answer:
    """One response: status, decoded JSON (or the text if it is not JSON) and headers."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(repr=False)

    @property
    def error(self) -> dict[str, Any]:
        """Return the first of LiteLLM's error formats: `{"error": {message, type, param, code}}`."""
        assert "error" in self.body, self
        found: dict[str, Any] = self.body["error"]
        return found

    @property
    def detail(self) -> Any:
        """Return the two other formats: `{"detail": text or {"error": text}}` and `{"detail": [{type, loc, msg}]}`."""
        assert "detail" in self.body, self
        return self.body["detail"]


class Gateway:
    """Calls with the master key by default."""

    def __init__(self, upstream: Upstream, http: httpx2.AsyncClient) -> None:
        self.upstream = upstream
        self.http = http

    async def get(self, path: str, *, credential: str | None = None, **query: Any) -> Answer:
        return await self.call("GET", path, credential=credential, params=query or None)

    async def post(self, path: str, *, credential: str | None = None, **body: Any) -> Answer:
        return await self.call("POST", path, credential=credential, json=body)

    async def post_raw(self, path: str, content: str) -> Answer:
        return await self.call("POST", path, content=content, headers={"content-type": "application/json"})

    async def chat(self, credential: str, model: str = "gpt-4o-mini") -> Answer:
        """Make one mock completion. The response of these models does not depend on the prompt."""
        messages = [{"role": "user", "content": "hello"}]
        return await self.post("/v1/chat/completions", credential=credential, model=model, messages=messages)

    async def accepts(self, credential: str, model: str = "gpt-4o-mini") -> bool:
        """Make one completion. Return whether LiteLLM accepts the key. 1.84.0 returns 400 for an expired key."""
        status = (await self.chat(credential, model)).status
        assert status in (200, 400, 401), status
        return status == 200

    async def call(self, method: str, path: str, *, credential: str | None = None, **sent: Any) -> Answer:
        key = self.upstream.master_key if credential is None else credential
        headers = dict(sent.pop("headers", {}))
        if key != NO_CREDENTIAL:
            headers["Authorization"] = f"Bearer {key}"
        response = await self.http.request(method, path, headers=headers, **sent)
        json = "json" in response.headers.get("content-type", "")
        return Answer(response.status_code, response.json() if json else response.text, response.headers)


@asynccontextmanager
async def gateway_of(upstream: Upstream) -> AsyncIterator[Gateway]:
    """Return a `Gateway` with its own pool and a generous timeout, because no test here asserts speed."""
    async with httpx2.AsyncClient(
        base_url=upstream.url, timeout=60, trust_env=False, verify=CERTIFICATES
    ) as http:
        yield Gateway(upstream, http)
