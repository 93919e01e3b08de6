"""The route class of all pages: checks CSRF tokens, sets the language, and renders problems as pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from keydesk.api.dependencies import services_of
from keydesk.auth.csrf import FIELD, HEADER, is_csrf_token
from keydesk.auth.middleware import PROBLEM
from keydesk.http.access_events import MISSING_PERMISSION
from keydesk.http.problem_handlers import validation_problem
from keydesk.http.request_limits import MAX_BODY_BYTES
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.messages import message
from keydesk.kit.origins import SAFE_METHODS
from keydesk.kit.people import Person
from keydesk.kit.problems import (
    BodyTooLarge,
    MalformedRequest,
    NotSignedIn,
    PermissionMissing,
    Problem,
    StorageUnavailable,
    Unexpected,
    UntrustedOrigin,
)
from keydesk.litellm import LiteLLMError
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.web.error_view import as_problem, error_view
from keydesk.web.flash_message import FlashMessage, leave_message
from keydesk.web.form_drafts import draft_sent, drop_draft, form_page, keep_draft
from keydesk.web.language import gettext as _
from keydesk.web.language import in_locale, locale_of
from keydesk.web.next_page import requested_path
from keydesk.web.rendering import csrf_basis, go_to, page
from keydesk.web.session_owner import sender_of_form
from keydesk.web.time_zone import in_zone, zone_of

_log = structlog.get_logger(__name__)
_TOO_LARGE = 413


class PageRoute(SegmentRoute):
    """A portal route. Forms need `{{ csrf_field() }}`. Without a session it redirects to the sign-in page."""

    def get_route_handler(self) -> Callable[..., Any]:
        handle = super().get_route_handler()
        is_public = (self.openapi_extra or {}).get("x-keydesk-access") == "public"

        async def handle_as_page(request: Request) -> Response:
            with in_locale(locale_of(request)), in_zone(zone_of(request)):
                try:
                    await _refuse_forged(request, is_public=is_public)
                    answer: Response = await handle(request)
                    drop_draft(request, answer)
                except Exception as error:  # noqa: BLE001 - a person gets a page, whatever went wrong
                    return await _explanation(request, problem_for(error))
                return answer

        return handle_as_page


async def _refuse_forged(request: Request, *, is_public: bool) -> None:
    if PROBLEM in request.scope:
        raise request.scope[PROBLEM]
    if request.method in SAFE_METHODS:
        return
    if request.scope.get("principal") is None and not is_public:
        raise NotSignedIn
    services_of(request).origins.refuse_foreign_change(request.method, request.headers, is_ambient=True)
    token = request.headers.get(HEADER) or (await request.form()).get(FIELD)
    if not is_csrf_token(token, csrf_basis(request)):
        raise UntrustedOrigin(
            message("This form has expired. Nothing was changed."),
            hint=message("Reload the page and try again. Your browser must accept cookies from this site."),
        )


def problem_for(error: Exception) -> Problem:
    """Return the problem to show for any error. Logs unexpected ones."""
    if isinstance(error, Problem | LiteLLMError):
        return as_problem(error)
    if isinstance(error, STORAGE_FAILURES):
        return StorageUnavailable()
    if isinstance(error, RequestValidationError):
        return validation_problem(error.errors())
    if isinstance(error, HTTPException):
        is_too_large = error.status_code == _TOO_LARGE
        return (
            BodyTooLarge(MAX_BODY_BYTES)
            if is_too_large
            else MalformedRequest(message("The form could not be read."))
        )
    _log.error("unexpected_error", exc_info=error)
    return Unexpected()


async def _explanation(request: Request, problem: Problem) -> Response:
    if isinstance(problem, NotSignedIn):
        return await _to_sign_in(request)
    if isinstance(problem, PermissionMissing):
        request.scope[MISSING_PERMISSION] = problem.members["permission"]
    return await problem_page(request, problem)


async def _to_sign_in(request: Request) -> Response:
    """Redirect to the sign-in page, and from there to the page, or to the form with what was typed."""
    draft = await draft_sent(request, await sender_of_form(request))
    wanted = requested_path(request) if request.method == "GET" else form_page(request) or "/"
    answer = go_to(request, f"/sign-in?next={quote(wanted, safe='/')}")
    if draft is not None:
        keep_draft(request, answer, draft)
        text = _("Your session has expired. Sign in again to continue. What you typed is kept.")
        leave_message(request, answer, FlashMessage(text), signed_out=True)
    return answer


async def problem_page(request: Request, problem: Problem) -> Response:
    """Return an error page: what happened, what to do next, and the request id for support.

    If the same form can succeed later, the page leads back to it, with what was typed.
    """
    view, person = error_view(request, problem), request.scope.get("principal")
    ref = person.ref if view.again is not None and isinstance(person, Person) else None
    draft = await draft_sent(request, ref)
    if draft is not None:
        view = view.with_form(draft.page)
    answer = await page(request, "problem.html", status=problem.status, problem=view)
    if draft is not None:
        keep_draft(request, answer, draft)
    if problem.retry_after_seconds is not None:
        answer.headers["retry-after"] = str(problem.retry_after_seconds)
    return answer
