"""Backstage's catalog as an HTTP transport: responds to `by-refs` as the real one does, and records the calls."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

TOKEN = "canary-external-access-token"
Entity = dict[str, Any]
Trouble = Callable[[list[Entity | None]], httpx2.Response]


@dataclass
class CatalogStandIn:
    """`trouble`, if set, is the response instead. While `gate` is set and closed, there is no response."""

    entities: dict[str, Entity] = field(default_factory=dict)
    requests: list[httpx2.Request] = field(default_factory=list)
    trouble: Trouble | None = None
    gate: asyncio.Event | None = None

    @property
    def asked(self) -> list[list[str]]:
        """Return the references of each call."""
        return [json.loads(request.content)["entityRefs"] for request in self.requests]

    def user(self, name: str, *groups: str, **profile: Any) -> None:
        """Add a user who is a member of `groups`, whose references may have any case."""
        self._put("User", name, "memberOf", groups, {"profile": profile})

    def group(self, name: str, *parents: str, title: str | None = None, **profile: Any) -> None:
        self._put("Group", name, "childOf", parents, {"type": "team", "profile": profile})
        self.entities[f"group:default/{name}"]["metadata"] |= {"title": title} if title else {}

    def remove(self, ref: str) -> None:
        del self.entities[ref]

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path == "/api/catalog/entities/by-refs"
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        items = [self.entities.get(ref) for ref in json.loads(request.content)["entityRefs"]]
        return self.trouble(items) if self.trouble else httpx2.Response(200, json={"items": items})

    def _put(self, kind: str, name: str, upward: str, groups: tuple[str, ...], spec: Entity) -> None:
        self.entities[f"{kind}:default/{name}".lower()] = {
            "kind": kind,
            "metadata": {"namespace": "default", "name": name},
            "spec": spec,
            "relations": [{"type": upward, "targetRef": group} for group in groups],
        }


def unreachable(_: list[Entity | None]) -> httpx2.Response:
    raise httpx2.ConnectError("connection refused")


def status(code: int) -> Trouble:
    """Return a response with this status and a body that would be valid with 200."""
    return lambda items: httpx2.Response(code, json={"items": items})


def body(content: Any) -> Trouble:
    return lambda _: httpx2.Response(200, json=content)


def page(_: list[Entity | None]) -> httpx2.Response:
    return httpx2.Response(200, html="<p>Sign in</p>")


def one_too_few(items: list[Entity | None]) -> httpx2.Response:
    return httpx2.Response(200, json={"items": items[1:]})


def somebody_else(items: list[Entity | None]) -> httpx2.Response:
    mallory = {"kind": "User", "metadata": {"name": "mallory"}}
    return httpx2.Response(200, json={"items": [mallory for _ in items]})


TROUBLES: dict[str, Trouble] = {
    "unreachable": unreachable,
    "credential refused": status(401),
    "credential not allowed": status(403),
    "not found": status(404),
    "failing": status(500),
    "redirecting": status(302),
    "a page": page,
    "no items": body({}),
    "a list": body([]),
    "odd items": body({"items": [7]}),
    "one too few": one_too_few,
    "somebody else": somebody_else,
}
