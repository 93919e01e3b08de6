"""The measured routes, each with the upstream calls that its response requires."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from benchmarks.load.connection import message
from benchmarks.load.wrk import UNIQUE
from benchmarks.peers.desk import API
from benchmarks.peers.scene import SHOWN_DAYS, WITH_OBJECT_PERMISSION, Scene

_PAGE_SIZE = 1000


@dataclass(frozen=True)
class Call:
    """In the body, `UNIQUE` is replaced by another text each time."""

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None

    @property
    def content(self) -> bytes:
        return json.dumps(self.body).encode() if self.body else b""


@dataclass(frozen=True)
class Route:
    """`upstream` are stages, one after another; the calls of a stage are parallel."""

    label: str
    person: str
    call: Call
    upstream: Sequence[Sequence[Call]]

    @property
    def name(self) -> str:
        """Return a name for files and paths."""
        return self.call.path.strip("/").replace("/", "-")

    def request(self, headers: Mapping[str, str]) -> bytes:
        """Return the bytes of the request to Keydesk or to the reference; nothing in the query needs encoding."""
        query = "&".join(f"{name}={value}" for name, value in (self.call.query or {}).items())
        target = f"{API}{self.call.path}" + (f"?{query}" if query else "")
        return message(self.call.method, target, headers, self.call.content)

    def bare_request(self, headers: Mapping[str, str]) -> bytes:
        """Return the same request to the bare route, which ignores its content."""
        return message(self.call.method, f"/{self.name}", headers, self.call.content)


def page_load(scene: Scene) -> list[Route]:
    """Return the requests of the web client when alice opens it, once each."""
    alice = scene.alice
    teams = [_get("/team/info", team_id=team_id) for team_id in scene.team_ids[:WITH_OBJECT_PERMISSION]]
    return [
        Route("`GET /user/info`", alice, _get("/user/info"), [[_user(alice)]]),
        Route("`GET /keys` (20 keys)", alice, _get("/keys"), [[_keys(alice)]]),
        Route("`GET /models`", alice, _get("/models"), [[_get("/model/info")]]),
        Route("`GET /teams` (10 teams)", alice, _get("/teams"), [[_teams(alice)], teams]),
        Route("`GET /config`", alice, _get("/config"), []),
        usage_route(alice, scene.first_day(), scene.last_day, rows=1),
    ]


def usage_route(person: str, first_day: date, last_day: date, rows: int) -> Route:
    """Return the usage route for some days, with LiteLLM's number of rows."""
    days = {"start_date": first_day.isoformat(), "end_date": last_day.isoformat()}
    number = (last_day - first_day).days + 1
    label = f"`GET /usage` ({number or SHOWN_DAYS} days)"
    return Route(label, person, _get("/usage", **days), activity_pages(person, days, rows))


def key_generation(scene: Scene) -> Route:
    """Return the route with which Bob creates a key."""
    limits = {"max_budget": 5.0, "models": ["gpt-4o-mini"], "duration": "30d"}
    here = Call("POST", "/keys/generate", body={"alias": UNIQUE, **limits})
    there = {"key_alias": UNIQUE, "user_id": scene.bob, "key_type": "llm_api", **limits}
    return Route("`POST /keys/generate`", scene.bob, here, [[Call("POST", "/key/generate", body=there)]])


def activity_pages(user_id: str, days: Mapping[str, str], rows: int) -> list[list[Call]]:
    """Return all pages, one after another."""
    last = max(1, math.ceil(rows / _PAGE_SIZE))
    path = "/user/daily/activity"
    return [
        [_get(path, user_id=user_id, **days, page=page, page_size=_PAGE_SIZE)] for page in range(1, last + 1)
    ]


def _get(path: str, **query: Any) -> Call:
    return Call("GET", path, query or None)


def _user(user_id: str) -> Call:
    return _get("/v2/user/info", user_id=user_id)


def _keys(user_id: str) -> Call:
    return _get("/key/list", user_id=user_id, return_full_object="true", page=1, size=100)


def _teams(user_id: str) -> Call:
    return _get("/v2/team/list", user_id=user_id, page=1, page_size=100)
