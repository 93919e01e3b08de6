"""The routes that are measured, and for each the upstream calls without which nobody can answer it."""

import json
import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.desk import API
from benchmarks.scene import WITH_OBJECT_PERMISSION, Scene

_PAGE_SIZE = 1000


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Callable[[], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Route:
    """`upstream` are stages, one after the other; the calls of a stage are made together."""

    label: str
    person: str
    call: Call
    upstream: Sequence[Sequence[Call]]

    @property
    def name(self) -> str:
        """Fit for a file's name and a path."""
        return self.call.path.strip("/").replace("/", "-")


def routes(scene: Scene, activity_rows: int) -> list[Route]:
    """The six routes, about the people of `scene`, of whom LiteLLM has so many rows of activity."""
    alice, bob = scene.alice, scene.bob
    days = {"start_date": scene.first_day.isoformat(), "end_date": scene.last_day.isoformat()}
    account = [_user(alice)]
    teams = [[_get("/team/info", team_id=team_id) for team_id in scene.team_ids[:WITH_OBJECT_PERMISSION]]]
    models = _get("/model/info")
    activity = _activity(alice, days, activity_rows)
    return [
        Route("`GET /user/info`", alice, _get("/user/info"), [account]),
        Route("`GET /keys` (20 keys)", alice, _get("/keys"), [account, [_keys(alice)]]),
        Route("`GET /models`", alice, _get("/models"), [[models]]),
        Route("`GET /teams` (10 teams)", alice, _get("/teams"), [account, [_teams(alice)], *teams]),
        Route("`GET /usage` (120 days)", alice, _get("/usage", **days), [account, *activity]),
        Route("`POST /keys/generate`", bob, _made_here(), [[_user(bob)], [models], [_made_there(bob)]]),
    ]


def target(call: Call) -> str:
    """The path of one of Keydesk's routes, with its query. Nothing in it needs encoding."""
    query = "&".join(f"{name}={value}" for name, value in (call.query or {}).items())
    return f"{API}{call.path}" + (f"?{query}" if query else "")


def content(call: Call) -> bytes:
    """The body, another one each time."""
    return json.dumps(call.body()).encode() if call.body else b""


def _get(path: str, **query: Any) -> Call:
    return Call("GET", path, query or None)


def _user(user_id: str) -> Call:
    return _get("/v2/user/info", user_id=user_id)


def _keys(user_id: str) -> Call:
    return _get("/key/list", user_id=user_id, return_full_object="true", page=1, size=100)


def _teams(user_id: str) -> Call:
    return _get("/v2/team/list", user_id=user_id, page=1, page_size=100)


def _activity(user_id: str, days: Mapping[str, str], rows: int) -> list[list[Call]]:
    """All pages; where there are several the first again, since pages move while they are read."""
    last = max(1, math.ceil(rows / _PAGE_SIZE))
    pages = [*range(1, last + 1), *([1] if last > 1 else [])]
    path = "/user/daily/activity"
    return [[_get(path, user_id=user_id, **days, page=page, page_size=_PAGE_SIZE)] for page in pages]


def _made_here() -> Call:
    def body() -> dict[str, Any]:
        return {"alias": uuid.uuid4().hex, "max_budget": 5.0, "models": ["gpt-4o-mini"], "duration": "30d"}

    return Call("POST", "/keys/generate", body=body)


def _made_there(user_id: str) -> Call:
    def body() -> dict[str, Any]:
        limits = {"max_budget": 5.0, "models": ["gpt-4o-mini"], "duration": "30d"}
        return {"key_alias": uuid.uuid4().hex, "user_id": user_id, "key_type": "llm_api", **limits}

    return Call("POST", "/key/generate", body=body)
