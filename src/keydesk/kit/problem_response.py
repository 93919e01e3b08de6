"""Renders a problem as `application/problem+json`."""

from starlette.responses import JSONResponse

from keydesk.kit.problems import NotSignedIn, Problem
from keydesk.kit.request_context import current_request

MEDIA_TYPE = "application/problem+json"


def problem_response(problem: Problem) -> JSONResponse:
    """Return the response for a problem, with `Retry-After` and `WWW-Authenticate` where they apply."""
    headers = {}
    if problem.retry_after_seconds is not None:
        headers["retry-after"] = str(problem.retry_after_seconds)
    if isinstance(problem, NotSignedIn):
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(
        problem.body(current_request().request_id),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )
