"""The 404 answer: a page for browsers, a problem for programs."""

from fastapi import Request
from starlette.responses import Response

from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import NotFound
from keydesk.web.language import gettext as _
from keydesk.web.language import in_locale, locale_of
from keydesk.web.page_route import problem_page
from keydesk.web.problem_pages import is_for_people


async def nowhere(request: Request, _error: Exception) -> Response:
    """Handle the framework's own 404."""
    if not is_for_people(request.scope):
        return problem_response(NotFound("There is nothing at this address."))
    with in_locale(locale_of(request)):
        return await problem_page(request, NotFound(_("There is nothing at this address.")))
