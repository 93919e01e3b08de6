"""The caller as a parameter of routes: `Caller` is a signed-in person."""

from typing import Annotated

from fastapi import Depends, Request

from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount, NotSignedIn


async def calling_person(request: Request) -> Person:
    principal = request.scope.get("principal")
    if principal is None:
        raise NotSignedIn
    if not isinstance(principal, Person):
        raise NotAnAccount(
            "This credential belongs to a service, and services have no account here.",
            hint="Call on behalf of a person.",
        )
    return principal


Caller = Annotated[Person, Depends(calling_person)]
