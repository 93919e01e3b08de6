"""The answer where there is nothing: a page for browsers, a problem for programs."""

from fastapi import Request
from starlette.responses import Response

from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import NotFound
from keydesk.web.page_route import problem_page
from keydesk.web.problem_pages import is_for_people


async def nowhere(request: Request, _: Exception) -> Response:
    """Handles the framework's own 404."""
    problem = NotFound("There is nothing at this address.")
    return await problem_page(request, problem) if is_for_people(request.scope) else problem_response(problem)
