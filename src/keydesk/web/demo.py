"""The demo users and their API tokens. Mounted in demo mode only, which listens on loopback."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_anyone
from keydesk.directory.entry import Entry
from keydesk.kit.field_types import Identifier, RequestBody
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound

api = APIRouter(prefix="/demo", tags=["demo"])


class DemoPerson(BaseModel):
    person: str
    display_name: str | None
    email: str | None
    groups: list[str]


class DemoSignIn(RequestBody):
    """`person` is the name of a demo user, such as `jane`."""

    person: Identifier


class DemoToken(BaseModel):
    token: str
    person: str


@api.get("/people", **for_anyone())
async def demo_people(request: Request) -> list[DemoPerson]:
    """Return the demo users."""
    return sample_people(request)


@api.post("/sign-in", **for_anyone())
async def demo_sign_in(body: DemoSignIn, request: Request) -> DemoToken:
    """Return a bearer token of a demo user, valid for twelve hours."""
    entry = await sample_person(request, body.person)
    return DemoToken(token=services_of(request).demo_tokens.issue(entry.ref), person=body.person)


def sample_people(request: Request) -> list[DemoPerson]:
    return [
        DemoPerson(
            person=Person(entry.ref).name,
            display_name=entry.display_name,
            email=entry.email,
            groups=sorted(entry.groups),
        )
        for entry in services_of(request).static_directory.everybody()
    ]


async def sample_person(request: Request, name: str) -> Entry:
    """Return the demo user. Raises NotFound."""
    entry = await services_of(request).static_directory.find(Person(f"user:default/{name.lower()}"))
    if entry is None:
        raise NotFound(
            message("There is no such sample person."),
            hint=message("GET /demo/people lists them."),
            param="person",
        )
    return entry
