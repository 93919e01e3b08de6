"""A reverse proxy that forwards every call unchanged and counts it, in front of any gateway."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.upstream.certificates import CERTIFICATES

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"}


class CountingProxy:
    """`app` is served to the callers; the keys of `counts` are like `POST /user/new`."""

    def __init__(self, url: str) -> None:
        self.counts: Counter[str] = Counter()
        self._url = url
        self.app = Starlette(
            routes=[Route("/{path:path}", self._pass_on, methods=["GET", "POST", "DELETE"])],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with httpx2.AsyncClient(
            base_url=self._url, timeout=60, trust_env=False, verify=CERTIFICATES
        ) as self._http:
            yield

    async def _pass_on(self, request: Request) -> Response:
        self.counts[f"{request.method} {request.url.path}"] += 1
        answer = await self._http.request(
            request.method,
            request.url.path,
            params=request.url.query.encode(),
            headers=_end_to_end(request.headers.items()),
            content=await request.body(),
        )
        return Response(answer.content, answer.status_code, _end_to_end(answer.headers.items()))


def _end_to_end(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP_BY_HOP}
