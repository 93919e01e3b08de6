"""What a page says of a problem: what went wrong, what to do next, what to quote when asking for help."""

from dataclasses import dataclass

from fastapi import Request

from keydesk.kit.origins import SAFE_METHODS
from keydesk.kit.problems import Problem, TooManyRequests
from keydesk.kit.request_context import current_request
from keydesk.web.next_page import asked_path, own_path

_PAGES = ("/", "/keys", "/usage", "/teams", "/models")


@dataclass(frozen=True, slots=True)
class Telling:
    """`again` is the address at which to try again, and None where that would not help."""

    title: str
    error: str
    hint: str | None
    again: str | None
    wait_seconds: int | None
    is_ours: bool
    request_id: str | None


def telling(
    request: Request, problem: Problem, *, title: str | None = None, status: int | None = None
) -> Telling:
    """`title` and `status` are those of the problem's class unless they are given.

    Only a status from 500 on, or 429, may be another one next time.
    """
    status = status or problem.status
    comes_too_often = status == TooManyRequests.status
    is_ours = status >= Problem.status
    return Telling(
        title=title or problem.title,
        error=problem.error,
        hint=None if comes_too_often else problem.hint,
        again=_again(request) if is_ours or comes_too_often else None,
        wait_seconds=problem.retry_after_seconds,
        is_ours=is_ours,
        request_id=current_request().request_id,
    )


def _again(request: Request) -> str:
    """The same address, if it was only looked at; where a form went, the page of that name, or the first one."""
    if request.method in SAFE_METHODS:
        return own_path(asked_path(request))
    return request.url.path if request.url.path in _PAGES else "/"
