"""A valid request for every operation, so that only the caller decides the outcome."""

from dataclasses import dataclass
from typing import Any

from tests.support.desk.desk import Visitor
from tests.support.upstream.making import unique

Call = dict[str, Any]


@dataclass(frozen=True)
class Objects:
    """The objects of a request: a key and a request of the owner, a team with the member and the owner, a key of it."""

    key_id: str
    team_id: str
    service_key_id: str = "none"
    request_id: str = "none"

    def filled(self, path: str) -> str:
        """Return the path with its parameters filled in."""
        key_id = self.service_key_id if "/service-keys/" in path else self.key_id
        return path.format(
            key_id=key_id,
            team_id=self.team_id,
            request_id=self.request_id,
            machine_id="0" * 32,
            month="2026-01",
        )


async def new_request(owner: Visitor, key_id: str) -> str:
    """Make a request for a larger budget of the owner's key, and return its id."""
    sent = {"kind": "key_budget", "key_id": key_id, "max_budget": 900.0, "reason": "A project"}
    answer = await owner.post("/requests", **sent)
    assert answer.status_code == 200, answer.text
    request_id: str = answer.json()["id"]
    return request_id


def path_of(operation: str, objects: Objects) -> tuple[str, str]:
    """Return method and path with its parameters filled in."""
    method, _, path = operation.partition(" ")
    return method, objects.filled(path)


def call_of(operation: str, objects: Objects) -> Call:
    """Return query and body of an operation. Operations that are not listed need neither."""
    calls: dict[str, Call] = {
        "POST /keys/generate": {"json": {"alias": unique("key"), "max_budget": 1.0}},
        "POST /admin/keys/bulk": {"json": {"ids": ["key_unknown"], "action": "block"}},
        "POST /bridge/keys": {"json": {"alias": unique("key"), "max_budget": 1.0}},
        "POST /keys/{key_id}/update": {"json": {"max_budget": 2.0}},
        "POST /keys/{key_id}/extend": {"json": {"duration": "90d"}},
        "POST /keys/{key_id}/rotate": {"json": {"overlap": "1h"}},
        "POST /teams": {
            "json": {"team_alias": unique("Team"), "models": ["gpt-4o"], "max_budget": 1.0},
        },
        "POST /teams/{team_id}/service-keys": {
            "json": {"alias": unique("reports"), "max_budget": 1.0, "contacts": ["newcomer"]},
        },
        "PATCH /teams/{team_id}/service-keys/{key_id}": {"json": {"max_budget": 2.0}},
        "POST /teams/{team_id}/service-keys/{key_id}/extend": {"json": {"duration": "90d"}},
        "POST /teams/{team_id}/service-keys/{key_id}/rotate": {"json": {"overlap": "1h"}},
        "PUT /teams/{team_id}/service-keys/{key_id}/contacts": {"json": {"contacts": ["member"]}},
        "PUT /alerts": {"json": {"thresholds": [90], "forecast": True, "jumps": False}},
        "PUT /teams/{team_id}/alerts": {"json": {"thresholds": [90], "forecast": True, "jumps": False}},
        "POST /requests": {"json": {"kind": "account_budget", "max_budget": 900.0, "reason": "A project"}},
        "POST /requests/{request_id}/approve": {"json": {}},
        "POST /requests/{request_id}/decline": {"json": {"reason": "Not now"}},
        "PATCH /teams/{team_id}": {"json": {"max_budget": 2.0}},
        "POST /teams/{team_id}/members": {"json": {"userEntityRef": "newcomer"}},
        "DELETE /teams/{team_id}/members": {"params": {"userEntityRef": "member"}},
        "PUT /teams/{team_id}/knowledge-bases": {"json": {"vector_stores": []}},
        "PUT /teams/{team_id}/mcp-servers": {"json": {"mcp_servers": []}},
        "GET /provisioning/preview": {"params": {"group": "owning-admins"}},
        "GET /opencode/connect": {"params": {"redirect_uri": "http://localhost:4096/callback"}},
        "GET /limits/explain": {"params": {"key": objects.key_id}},
        "GET /statements/export": {"params": {"first_month": "2026-01", "last_month": "2026-02"}},
        "POST /machines/look_up": {"json": {"code": "BCDF-GHJK"}},
        "POST /machines/confirm": {"json": {"confirmation": "x"}},
        "POST /machines/reject": {"json": {"confirmation": "x"}},
        "POST /leaks": {"json": {"key": "sk-unknown-key-of-nobody"}},
        "POST /leaks/github": {"json": []},
        "POST /leaks/scanner": {"json": []},
        "POST /demo/sign-in": {"json": {"person": "member"}},
    }
    return calls.get(operation, {})
