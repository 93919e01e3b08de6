"""The pages that the header of every page leads to, each for those it is for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.people import Person, VerifiedCaller


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the header. `is_for` is asked with every page, so it must cost no call to LiteLLM."""

    path: str
    label: str
    is_for: Callable[[Request, Person], Awaitable[bool]]


async def everybody(_: Request, __: Person) -> bool:
    return True


async def auditors(request: Request, person: Person) -> bool:
    return await services_of(request).auditors.include(VerifiedCaller(person, request.scope["token"]))


ENTRIES = (
    Entry("/", "Home", everybody),
    Entry("/keys", "Keys", everybody),
    Entry("/usage", "Usage", everybody),
    Entry("/teams", "Teams", everybody),
    Entry("/models", "Models", everybody),
    Entry("/audit", "Audit", auditors),
    Entry("/admin", "Admin", auditors),
)


async def entries_for(request: Request) -> list[Entry]:
    """Those for the person at hand; none for a stranger."""
    principal = request.scope.get("principal")
    if not isinstance(principal, Person):
        return []
    return [entry for entry in ENTRIES if await entry.is_for(request, principal)]
