"""GET and POST /report-leak: anyone with a leaked key can report it. The response is always the same."""

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_anyone
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, NotFound, Problem
from keydesk.leaks.models import LeakReport
from keydesk.litellm import LiteLLMError
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.form_fields import text_of, validated
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH = "/report-leak"
_FIELDS = ("key", "found_at")


@router.get(PATH, **for_anyone())
async def leak_report_page(request: Request) -> Response:
    _refuse_unless_public(request)
    return await _page(request, is_sent="sent" in request.query_params)


@router.post(PATH, **for_anyone())
async def report_leak(request: Request) -> Response:
    """Receive a report. After an error, the form is empty: a page never contains a key."""
    _refuse_unless_public(request)
    services = services_of(request)
    try:
        report = await _report(request)
        services.leak_limits.take(request.scope)
        await services.leaks.public.receive(report.leak())
    except (InvalidRequest, LiteLLMError) as error:
        return await _page(request, problem=as_problem(error))
    return go_to(request, f"{PATH}?sent=yes")


async def _report(request: Request) -> LeakReport:
    form = await request.form()
    key, found_at = (text_of(form, name).strip() for name in _FIELDS)
    return validated(LeakReport, {"key": key, "found_at": found_at or None})


async def _page(request: Request, *, is_sent: bool = False, problem: Problem | None = None) -> Response:
    faults = {problem.param: _fault(problem)} if problem and problem.param in _FIELDS else {}
    return await page(
        request,
        "leak_report.html",
        status=problem.status if problem else 200,
        is_sent=is_sent,
        problem=sentence(problem) if problem else None,
        faults=faults,
    )


def _fault(problem: Problem) -> str:
    if problem.param == "key":
        return _("Paste the whole key, of at most 500 characters. It starts with “sk-”.")
    return _("Use at most 2,000 characters.")


def _refuse_unless_public(request: Request) -> None:
    if not services_of(request).settings.leaks.public:
        raise NotFound(message("There is nothing at this address."))
