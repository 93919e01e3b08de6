"""Renders problems from other layers (limits, overload, hosts, unexpected errors) as pages for browsers.

Portal pages render their own problems. This middleware calls no service, so it works during any outage. API
responses are unchanged.
"""

import json

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.kit.messages import message
from keydesk.kit.problem_response import MEDIA_TYPE, problem_response
from keydesk.kit.problems import NotFound, Problem
from keydesk.web.error_view import error_view
from keydesk.web.form_drafts import draft_refused, keep_draft
from keydesk.web.language import in_locale, locale_of
from keydesk.web.page_route import problem_page
from keydesk.web.rendering import bare_page

_NOT_PAGES = ("/api/", "/static/")
_KEPT = ("retry-after", "allow")


def is_for_people(scope: Scope) -> bool:
    """Return whether a browser will display the response, as a page or in a dialog."""
    if scope["type"] != "http" or scope["path"].startswith(_NOT_PAGES):
        return False
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") or headers.get("hx-request") == "true"


class ProblemPagesMiddleware:
    """Replaces a response of type `application/problem+json` with a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_for_people(scope):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        body = _Body(receive)

        async def send_unless_problem(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_problem(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body"):
                    page = await _page(Request(scope, receive), held, is_unread=body.is_unread)
                    await page(scope, receive, send)

        await self.app(scope, body.receive, send_unless_problem)


class _Body:
    """The body of a request. `is_unread` until the application has received a part of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_unread = True

    async def receive(self) -> Message:
        self.is_unread = False
        return await self._receive()


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)


async def _page(request: Request, held: list[Message], *, is_unread: bool) -> Response:
    """Return the problem as a page. A form that can be sent again later keeps what was typed."""
    headers, status = Headers(raw=held[0]["headers"]), held[0]["status"]
    problem_body = json.loads(b"".join(message.get("body", b"") for message in held[1:]))
    wait = headers.get("retry-after", "")
    error, hint = problem_body["error"], problem_body.get("hint")
    problem = Problem(
        message(error),
        hint=message(hint) if hint else None,
        retry_after_seconds=int(wait) if wait.isdecimal() else None,
    )
    slug = problem_body["type"].rpartition(":")[2]
    with in_locale(locale_of(request)):
        view = error_view(request, problem, slug=slug, title=problem_body["title"], status=status)
        draft = await draft_refused(request) if view.again is not None and is_unread else None
        if draft is not None:
            view = view.with_form(draft.page)
        answer = bare_page(request, "problem.html", status=status, problem=view)
    if draft is not None:
        keep_draft(request, answer, draft)
    answer.headers.update({name: headers[name] for name in _KEPT if name in headers})
    return answer


async def not_found(request: Request, _error: Exception) -> Response:
    """Handle the framework's 404."""
    if not is_for_people(request.scope):
        return problem_response(NotFound(message("There is nothing at this address.")))
    with in_locale(locale_of(request)):
        return await problem_page(request, NotFound(message("There is nothing at this address.")))
