"""The servers from which Keydesk fetches keys, as an HTTP transport; and a fixed clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from keydesk.kit.http_client import HttpClient


@dataclass
class StillClock:
    now: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        """Advance the clock: `clock.pass_by(minutes=5)`."""
        self.now += timedelta(**duration)

    @property
    def timestamp(self) -> int:
        return int(self.now.timestamp())


@dataclass
class Peers:
    """Responds by URL; any other URL is 404. `away` makes all of them unreachable. `asked` records every URL."""

    answers: dict[str, httpx2.Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    away: bool = False

    def publish(self, url: str, json: Any, status: int = 200) -> None:
        self.answers[url] = httpx2.Response(status, json=json)

    def http_client(self) -> HttpClient:
        return HttpClient(transport=httpx2.MockTransport(self._reply))

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        if self.away:
            raise httpx2.ConnectError("no route to host")
        found = self.answers.get(str(request.url))
        if found is None:
            return httpx2.Response(404)
        return httpx2.Response(found.status_code, headers=found.headers, content=found.content)
