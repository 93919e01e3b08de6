"""A valid request for every operation, so that only the caller decides the outcome."""

from dataclasses import dataclass
from typing import Any

from tests.support.upstream.making import unique

Call = dict[str, Any]


@dataclass(frozen=True)
class Objects:
    """The objects of a request: a key of the owner, and a team with the member and the owner."""

    key_id: str
    team_id: str


def path_of(operation: str, objects: Objects) -> tuple[str, str]:
    """Return method and path with its parameters filled in."""
    method, _, path = operation.partition(" ")
    return method, path.format(key_id=objects.key_id, team_id=objects.team_id)


def call_of(operation: str) -> Call:
    """Return query and body of an operation. Operations that are not listed need neither."""
    calls: dict[str, Call] = {
        "POST /keys/generate": {"json": {"alias": unique("key"), "max_budget": 1.0}},
        "POST /bridge/keys": {"json": {"alias": unique("key"), "max_budget": 1.0}},
        "POST /keys/{key_id}/update": {"json": {"max_budget": 2.0}},
        "POST /teams": {
            "json": {"team_alias": unique("Team"), "models": ["gpt-4o"], "max_budget": 1.0},
        },
        "PATCH /teams/{team_id}": {"json": {"max_budget": 2.0}},
        "POST /teams/{team_id}/members": {"json": {"userEntityRef": "newcomer"}},
        "DELETE /teams/{team_id}/members": {"params": {"userEntityRef": "member"}},
        "PUT /teams/{team_id}/knowledge-bases": {"json": {"vector_stores": []}},
        "PUT /teams/{team_id}/mcp-servers": {"json": {"mcp_servers": []}},
        "GET /provisioning/preview": {"params": {"group": "owning-admins"}},
        "GET /opencode/connect": {"params": {"redirect_uri": "http://localhost:4096/callback"}},
        "POST /demo/sign-in": {"json": {"person": "member"}},
    }
    return calls.get(operation, {})
