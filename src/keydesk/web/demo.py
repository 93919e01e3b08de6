"""The demo sign-in: become one of the sample people. Mounted only in demo mode, which is bound to loopback."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from keydesk.access.route_rules import for_anyone
from keydesk.directory.entry import Entry
from keydesk.directory.static import StaticDirectory
from keydesk.fields import Identifier, RequestBody
from keydesk.identity.credentials import SIGN_IN_COOKIE
from keydesk.identity.origins import refuse_foreign_origin
from keydesk.identity.principal import Person
from keydesk.problems import NotFound
from keydesk.web.rendering import PageRoute, page

api = APIRouter(prefix="/demo", tags=["demo"])
pages = APIRouter(include_in_schema=False, route_class=PageRoute)
_TWELVE_HOURS = 12 * 3600


class DemoPerson(BaseModel):
    person: str
    display_name: str | None
    email: str | None
    groups: list[str]


class DemoSignIn(RequestBody):
    """`person` is the name of a sample person, such as `jane`."""

    person: Identifier


class DemoToken(BaseModel):
    token: str
    person: str


@api.get("/people", **for_anyone())
async def demo_people(request: Request) -> list[DemoPerson]:
    """The sample people."""
    return [
        DemoPerson(
            person=Person(entry.ref).name,
            display_name=entry.display_name,
            email=entry.email,
            groups=sorted(entry.groups),
        )
        for entry in _directory(request).everybody()
    ]


@api.post("/sign-in", **for_anyone())
async def demo_sign_in(body: DemoSignIn, request: Request) -> DemoToken:
    """A bearer token of a sample person, valid for twelve hours."""
    entry = await _sample_person(request, body.person)
    return DemoToken(token=request.app.state.demo_tokens.issue(entry.ref), person=body.person)


@pages.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return page(request, "sign_in.html", people=await demo_people(request))


@pages.post("/sign-in")
async def sign_in(request: Request, person: Annotated[str, Form(max_length=100)]) -> Response:
    refuse_foreign_origin(request.method, request.headers)
    entry = await _sample_person(request, person)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        SIGN_IN_COOKIE,
        request.app.state.demo_tokens.issue(entry.ref),
        max_age=_TWELVE_HOURS,
        httponly=True,
        samesite="strict",
    )
    return answer


@pages.post("/sign-out")
async def sign_out(request: Request) -> Response:
    refuse_foreign_origin(request.method, request.headers)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(SIGN_IN_COOKIE, httponly=True, samesite="strict")
    return answer


def _directory(request: Request) -> StaticDirectory:
    directory: StaticDirectory = request.app.state.written_directory
    return directory


async def _sample_person(request: Request, name: str) -> Entry:
    entry = await _directory(request).find(Person(f"user:default/{name.lower()}"))
    if entry is None:
        raise NotFound("There is no such sample person.", hint="GET /demo/people lists them.", param="person")
    return entry
