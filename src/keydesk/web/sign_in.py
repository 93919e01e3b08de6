"""Signing in to the portal and out of it: the page that offers the ways, and the demo's way."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from keydesk.access.route_rules import for_anyone
from keydesk.identity.principal import Person
from keydesk.identity.session_cookie import SESSION, drop_cookie, set_cookie
from keydesk.identity.sessions import BrowserSessions, ProviderSession
from keydesk.problems import NotFound
from keydesk.web.demo import sample_people, sample_person
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/sign-in", **for_anyone())
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    people = sample_people(request) if request.app.state.demo else []
    return await page(
        request, "sign_in.html", people=people, next=own_path(next), portal=request.app.state.portal
    )


@router.post("/sign-in", **for_anyone())
async def sign_in_to_demo(
    request: Request,
    person: Annotated[str, Form(max_length=100)],
    next_page: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    if not request.app.state.demo:
        raise NotFound("There is nothing at this address.")
    entry = await sample_person(request, person)
    return await signed_in(request, Person(entry.ref), own_path(next_page))


@router.post("/sign-out", **for_anyone())
async def sign_out(request: Request) -> Response:
    sessions: BrowserSessions = request.app.state.sessions
    session = request.scope.get("session")
    if session is not None:
        await sessions.end(session)
    answer = go_to(request, "/sign-in", "signed-out")
    drop_cookie(answer, request.scope, SESSION)
    return answer


async def signed_in(
    request: Request, person: Person, path: str, provider: ProviderSession | None = None
) -> Response:
    """Begin a session, whatever the browser had before: an id that somebody else may know is never kept."""
    sessions: BrowserSessions = request.app.state.sessions
    before = request.scope.get("session")
    if before is not None:
        await sessions.end(before)
    session_id = await sessions.begin(person, provider)
    answer = go_to(request, path)
    set_cookie(answer, request.scope, SESSION, session_id.get_secret_value())
    return answer
