"""Somebody with a credential of any kind, and everything an intruder tries with it to get at another's keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx2

from keydesk.app import API
from tests.support.desk.desk import Desk, origin_of_our_own


@dataclass(frozen=True)
class Somebody:
    """`account` is the LiteLLM user they may become; `refusal` the status of every answer, if they get nowhere."""

    name: str
    headers: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    account: str | None = None
    refusal: int | None = None

    @classmethod
    def with_token(cls, name: str, token: str, **expected: Any) -> "Somebody":
        return cls(name, ((b"authorization", f"Bearer {token}".encode()),), **expected)

    @classmethod
    def named_by_proxy(cls, *names: str, **expected: Any) -> "Somebody":
        """Several names are several headers."""
        return cls(
            " and ".join(names), tuple((b"x-forwarded-user", name.encode()) for name in names), **expected
        )

    async def calls(self, desk: Desk, method: str, path: str, **sent: Any) -> httpx2.Response:
        origin = [(name.encode(), value.encode()) for name, value in origin_of_our_own().items()]
        return await desk.http.request(method, f"{API}{path}", headers=[*self.headers, *origin], **sent)

    async def tries_everything(
        self, desk: Desk, account: str, key_id: str
    ) -> AsyncIterator[tuple[str, httpx2.Response]]:
        """Go for another's account and key, honestly and not; each path with its answer.

        Who is to be turned away at the door tries little more than the door.
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
