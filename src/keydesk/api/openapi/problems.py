"""The error responses in the OpenAPI document: a schema, and an example for each slug."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from keydesk.api.openapi.notes import Notes, Shared
from keydesk.kit.problems import Problem

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details. `error` is a message for people. Additional members are possible.",
    "required": ["type", "title", "status", "error"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:keydesk:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "error": {"type": "string"},
        "hint": {"type": "string", "description": "What to do next."},
        "param": {"type": "string", "description": "The name of the invalid field."},
        "request_id": {"type": "string", "description": "The id in the header X-Request-Id."},
        "provisioning": {"type": "boolean", "description": "False if accounts are not created on first use."},
    },
}
_OF_EVERY_CREDENTIAL = {
    "not-signed-in",
    "not-an-account",
    "identity-provider-unavailable",
    "too-many-requests",
}
_OF_EVERY_KEY = {"not-signed-in", "policy-refused", "too-many-requests"}
_OF_EVERY_BODY = {"malformed-request", "body-too-large", "invalid-request"}
_SAFE = "get"


def problem_examples(shared: Shared) -> dict[str, Any]:
    """Return `components.examples`, with an example for each slug in use."""
    return {
        slug: {"summary": kind.title, "value": _body(kind, shared.problems[slug])}
        for slug, kind in sorted(_kinds().items())
        if slug in shared.problems
    }


def problem_answers(method: str, operation: dict[str, Any], notes: Notes, shared: Shared) -> dict[str, Any]:
    """Return the error `responses` of an operation by status."""
    by_status: dict[int, list[str]] = defaultdict(list)
    kinds = _kinds()
    for slug in sorted(_slugs(method, operation) | shared.slugs(notes.problems)):
        by_status[kinds[slug].status].append(slug)
    return {str(status): _answer(status, slugs) for status, slugs in sorted(by_status.items())}


def _slugs(method: str, operation: dict[str, Any]) -> set[str]:
    """Return the slugs that follow from the operation itself."""
    access = operation["x-keydesk-access"]
    found = {"unexpected", "overloaded"}
    if access == "virtual key":
        return found | _OF_EVERY_KEY
    if access != "public":
        found |= _OF_EVERY_CREDENTIAL | (set() if method == _SAFE else {"untrusted-origin"})
    if access not in {"public", "person"}:
        found.add("permission-missing")
    if "requestBody" in operation:
        found |= _OF_EVERY_BODY
    return found | ({"invalid-request"} if operation.get("parameters") else set())


def _answer(status: int, slugs: Iterable[str]) -> dict[str, Any]:
    examples = {slug: {"$ref": f"#/components/examples/{slug}"} for slug in slugs}
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": schema, "examples": examples}},
    }
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"$ref": "#/components/headers/WWWAuthenticate"}}
    return answer


def _body(kind: type[Problem], error: str) -> dict[str, Any]:
    return {
        "type": f"urn:keydesk:problem:{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "error": error,
        "request_id": "5f0c7d1e9a8b4c3d2e1f0a9b8c7d6e5f",
    }


def _kinds() -> dict[str, type[Problem]]:
    """Return all problem classes by slug."""
    found: dict[str, type[Problem]] = {}
    waiting = [Problem]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.slug, kind)
        waiting += kind.__subclasses__()
    return found
