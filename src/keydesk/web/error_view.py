"""The content of error pages: what happened, what to do next, and the request id for support."""

from dataclasses import dataclass, replace

from fastapi import Request

from keydesk.http.upstream_problems import problem_of
from keydesk.kit.origins import SAFE_METHODS
from keydesk.kit.problems import Problem, TooManyRequests
from keydesk.kit.request_context import current_request
from keydesk.litellm import LiteLLMError
from keydesk.web.language import N_, translated
from keydesk.web.language import gettext as _
from keydesk.web.next_page import own_path, requested_path

_PAGES = ("/", "/keys", "/usage", "/teams", "/models")
_TRY_AGAIN = N_("Try again in a moment.")
TITLES = {
    "account-not-found": N_("No account"),
    "already-exists": N_("Name already in use"),
    "body-too-large": N_("Form too large"),
    "conflict": N_("Conflict"),
    "directory-unavailable": N_("The directory is unavailable"),
    "format-unavailable": N_("Format unavailable"),
    "identity-provider-unavailable": N_("The identity provider is unavailable"),
    "invalid-request": N_("Invalid request"),
    "malformed-request": N_("Invalid request"),
    "method-not-allowed": N_("Invalid request"),
    "not-a-team-admin": N_("Only for team admins"),
    "not-an-account": N_("No account"),
    "not-found": N_("Not found"),
    "not-ready": N_("Keydesk is starting"),
    "not-recorded": N_("Change not recorded"),
    "not-signed-in": N_("Not signed in"),
    "overloaded": N_("Keydesk is overloaded"),
    "permission-missing": N_("Permission required"),
    "policy-refused": N_("Not allowed"),
    "sign-in-failed": N_("Sign-in failed"),
    "storage-unavailable": N_("Database unavailable"),
    "too-many": N_("Limit reached"),
    "too-many-requests": N_("Too many requests"),
    "unexpected": N_("Something went wrong"),
    "untrusted-origin": N_("Request blocked"),
    "upstream-busy": N_("LiteLLM is busy"),
    "upstream-refused": N_("LiteLLM rejected the request"),
    "upstream-timed-out": N_("LiteLLM did not respond in time"),
    "upstream-unreachable": N_("LiteLLM is unreachable"),
}
"""Titles by slug. A problem without an entry shows its own title in English."""
_SENTENCES = {
    "account-not-found": (
        N_("You do not have an account in LiteLLM."),
        N_("Ask the platform team to create one."),
    ),
    "body-too-large": (N_("The form is too large."), None),
    "directory-unavailable": (N_("Your groups could not be read from the directory."), _TRY_AGAIN),
    "identity-provider-unavailable": (
        N_("Your sign-in could not be checked with the identity provider."),
        _TRY_AGAIN,
    ),
    "not-a-team-admin": (N_("Only team admins can do this."), N_("Ask the platform team for access.")),
    "not-signed-in": (N_("Sign in to use Keydesk."), None),
    "permission-missing": (
        N_("You do not have permission to do this."),
        N_("Ask the platform team for access."),
    ),
    "too-many-requests": (N_("You sent too many requests."), None),
    "unexpected": (N_("An unexpected error occurred."), _TRY_AGAIN),
}
"""Error and hint of problems whose texts for API clients do not suit a page."""


@dataclass(frozen=True, slots=True)
class ErrorView:
    """`again` is the URL for another attempt, or None if that would not help. `is_ours` marks a status from 500.

    `keeps_form` says that `again` is the form with what was typed. `permission` is the name of the missing one, for the
    platform team.
    """

    title: str
    error: str
    hint: str | None
    again: str | None
    wait_seconds: int | None
    is_ours: bool
    request_id: str | None
    permission: str | None
    keeps_form: bool = False

    def with_form(self, form_page: str) -> "ErrorView":
        """Return the view with the page of a form as `again`, which has what was typed."""
        return replace(self, again=form_page, keeps_form=True)


def error_view(
    request: Request, problem: Problem, *, slug: str = "", title: str = "", status: int = 0
) -> ErrorView:
    """Return the error view. `slug`, `title` and `status` default to those of the problem's class."""
    slug, status = slug or problem.slug, status or problem.status
    is_ours = status >= Problem.status
    error, hint = _sentences(problem, slug)
    return ErrorView(
        title=_(TITLES[slug]) if slug in TITLES else title or problem.title,
        error=error,
        hint=hint,
        again=_again(request) if is_ours or status == TooManyRequests.status else None,
        wait_seconds=problem.retry_after_seconds,
        is_ours=is_ours,
        request_id=current_request().request_id,
        permission=problem.members.get("permission"),
    )


def as_problem(error: Problem | LiteLLMError) -> Problem:
    """Return what to tell the person about an error of a form."""
    return problem_of(error) if isinstance(error, LiteLLMError) else error


def sentence(problem: Problem) -> str:
    """Return error and hint as one text."""
    return " ".join(text for text in _sentences(problem, problem.slug) if text)


def _sentences(problem: Problem, slug: str) -> tuple[str, str | None]:
    if slug in _SENTENCES:
        error, hint = _SENTENCES[slug]
        return _(error), _(hint) if hint else None
    return translated(problem.error), translated(problem.hint) if problem.hint else None


def _again(request: Request) -> str:
    """Return the same URL for a read; for a form, its page or else the home page."""
    if request.method in SAFE_METHODS:
        return own_path(requested_path(request))
    return request.url.path if request.url.path in _PAGES else "/"
