"""Finds people for lists that a database searches: it has references of people, but neither names nor emails."""

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest

MOST_PEOPLE = 1_000


async def people_matching(request: Request, text: str, param: str) -> list[str]:
    """Return the references of people with an account whose name or email contains the text.

    Raises InvalidRequest about `param` for more than `MOST_PEOPLE` people, because a query has a limited length.
    """
    people = await services_of(request).people_names.matching(text)
    if len(people) > MOST_PEOPLE:
        raise InvalidRequest(
            message("More than %(most)s people match this search.", most=MOST_PEOPLE),
            hint=message("Enter more of the name or email address."),
            param=param,
        )
    return people
