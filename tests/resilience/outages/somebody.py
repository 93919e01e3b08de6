"""A person with any credential, and everything an intruder tries to access another person's keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from keydesk.app import API
from tests.support.desk.desk import Desk, origin_of_our_own


@dataclass(frozen=True)
class Somebody:
    """`account` is the LiteLLM user they may use. `refusal` is the status of every response if they have no access."""

    name: str
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    account: str | None = None
    refusal: int | None = None

    @classmethod
    def with_token(cls, name: str, token: str, **expected: Any) -> "Somebody":
        return cls(name, ((b"authorization", f"Bearer {token}".encode()),), **expected)

    @classmethod
    def named_by_proxy(cls, *names: str, **expected: Any) -> "Somebody":
        """Send one header for each name."""
        return cls(
            " and ".join(names), tuple((b"x-forwarded-user", name.encode()) for name in names), **expected
        )

    async def calls(self, desk: Desk, method: str, path: str, **sent: Any) -> httpx2.Response:
        origin = [(name.encode(), value.encode()) for name, value in origin_of_our_own().items()]
        return await desk.http.request(method, f"{API}{path}", headers=[*self.headers, *origin], **sent)

    async def tries_everything(
        self, desk: Desk, account: str, key_id: str
    ) -> AsyncIterator[tuple[str, httpx2.Response]]:
        """Try to access another person's account and key. Return each path with its response.

        An intruder without a valid credential tries only a few paths.
        """
        yield "/user/info", await self.calls(desk, "GET", "/user/info")
        yield "delete", await self.calls(desk, "DELETE", f"/keys/{key_id}")
        if self.refusal == HTTPStatus.UNAUTHORIZED:
            return
        for path in ("/user/info", "/keys", "/usage"):
            yield path, await self.calls(desk, "GET", path, params={"user_id": account})
        yield "update", await self.calls(desk, "POST", f"/keys/{key_id}/update", json={"max_budget": 1.0})
        for action in ("block", "unblock"):
            yield action, await self.calls(desk, "POST", f"/keys/{key_id}/{action}")
        wanted = {"alias": f"key of {self.name!a}", "max_budget": 5.0}
        yield "generate", await self.calls(desk, "POST", "/keys/generate", json=wanted)
