"""The format of every error."""

from typing import Any

import httpx2


def assert_problem(
    answer: httpx2.Response, status: int, slug: str, param: str | None = None
) -> dict[str, Any]:
    """Check status, kind and format of a problem and return its members."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:keydesk:problem:{slug}", problem
    assert problem["status"] == status
    assert problem.get("param") == param, problem
    assert isinstance(problem["title"], str)
    assert isinstance(problem["error"], str)
    assert problem["error"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem
