"""Every error of the API, one class each: RFC 9457 problem details with an `error` message.

Problem
├── NotSignedIn 401            ├── NotAnAccount 403          ├── UpstreamRefused 502
├── MalformedRequest 400       ├── PermissionMissing 403     ├── UpstreamUnreachable 502
├── InvalidRequest 422         ├── PolicyRefused 403         ├── UpstreamBusy 503
├── BodyTooLarge 413           ├── NotFound 404              ├── UpstreamTimedOut 504
├── MethodNotAllowed 405       ├── AccountNotFound 404       ├── DirectoryUnavailable 503
├── UntrustedOrigin 403        ├── AlreadyExists 400         ├── StorageUnavailable 503
├── NotTeamAdmin 403           ├── Conflicting 409           ├── IdentityProviderUnavailable 503
├── SignInFailed 400           ├── TooMany 409               ├── NotRecorded 503
└── Unexpected 500             ├── TooManyRequests 429       ├── Overloaded 503
                               └── FormatUnavailable 501     └── NotReady 503

`http/problem_handlers.py` renders them. This module does not depend on a web framework.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from keydesk.kit.messages import Message, message

_SIGN_IN = message("Sign in to use Keydesk.")
_START_AGAIN = message("Start again from the sign-in page.")


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """An error response. The portal translates `error` and `hint`.

    `error` is a message for people. It never contains a secret or text from an upstream service. `hint` says what to
    do next, `param` is the name of the invalid field, and `members` are additional members of the JSON object.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "Unexpected error"

    def __init__(
        self,
        error: Message,
        *,
        hint: Message | None = None,
        param: str | None = None,
        retry_after_seconds: int | None = None,
        **members: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.hint = hint
        self.param = param
        self.retry_after_seconds = retry_after_seconds
        self.members = members

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the JSON object of `application/problem+json`, without members that are not set."""
        optional = {"hint": self.hint, "param": self.param, "request_id": request_id, **self.members}
        return {
            "type": f"urn:keydesk:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "error": self.error,
            **{name: value for name, value in optional.items() if value is not None},
        }


class Unexpected(Problem):
    """A bug in Keydesk."""

    def __init__(self) -> None:
        super().__init__(
            message("An unexpected error occurred."),
            hint=message("Try again. If the error persists, send the request id to your platform team."),
        )


class MalformedRequest(Problem):
    status, slug, title = 400, "malformed-request", "Malformed request"


class AlreadyExists(Problem):
    """The name in the field `param` is already in use. The status is 400, as in the Backstage plugin."""

    status, slug, title = 400, "already-exists", "Already exists"


class NotSignedIn(Problem):
    status, slug, title = 401, "not-signed-in", "Not signed in"

    def __init__(self, error: Message = _SIGN_IN) -> None:
        super().__init__(error, hint=message("Send a valid bearer token in the Authorization header."))


class SignInFailed(Problem):
    """The identity provider's response does not complete a sign-in."""

    status, slug, title = 400, "sign-in-failed", "Sign-in failed"

    def __init__(self, error: Message, hint: Message = _START_AGAIN) -> None:
        super().__init__(error, hint=hint)


class NotAnAccount(Problem):
    """The credential is valid, but its caller cannot have an account."""

    status, slug, title = 403, "not-an-account", "Caller cannot have an account"


class PermissionMissing(Problem):
    status, slug, title = 403, "permission-missing", "Permission missing"

    def __init__(self, permission: str, hint: Message | None = None) -> None:
        error = message("You need the permission %(permission)s.", permission=permission)
        super().__init__(error, hint=hint, permission=permission)


class NotTeamAdmin(PermissionMissing):
    """The caller is not a member of a group that manages teams."""

    status, slug, title = 403, "not-a-team-admin", "Not a team admin"

    def __init__(self, groups: Sequence[str], permission: str) -> None:
        hint = message("Team management is turned off.")
        if groups:
            hint = message("Ask to join %(groups)s.", groups=" or ".join(groups))
        super().__init__(permission, hint)
        self.error = message("Only team admins can do this.")
        self.members["groups"] = [*groups]


class PolicyRefused(Problem):
    status, slug, title = 403, "policy-refused", "Not allowed by policy"


class UntrustedOrigin(Problem):
    """A browser sent a change from a page of another site, or used an unknown host name."""

    status, slug, title = 403, "untrusted-origin", "Untrusted origin"


class NotFound(Problem):
    """The object does not exist or belongs to somebody else. The response does not tell which."""

    status, slug, title = 404, "not-found", "Not found"


class AccountNotFound(NotFound):
    slug, title = "account-not-found", "Account not found"

    def __init__(self) -> None:
        super().__init__(
            message("User not found in LiteLLM"),
            hint=message(
                "Automatic account creation is turned off. Ask the platform team to create your account."
            ),
            provisioning=False,
        )


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "Method not allowed"


class Conflicting(Problem):
    status, slug, title = 409, "conflict", "Conflict"


class TooMany(Problem):
    """A limit on the number of objects is reached."""

    status, slug, title = 409, "too-many", "Limit reached"

    def __init__(self, error: Message, *, remedy: Message, most: int) -> None:
        hint = message(
            "The limit is %(most)s. %(remedy)s Or ask the platform team to raise the limit.",
            most=most,
            remedy=remedy,
        )
        super().__init__(error, hint=hint)


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", "Body too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(message("The request body exceeds the limit of %(limit)s bytes.", limit=limit_bytes))


class InvalidRequest(Problem):
    """A field is missing, unknown or invalid. `param` is the first such field."""

    status, slug, title = 422, "invalid-request", "Invalid request"


class FormatUnavailable(Problem):
    """The installation cannot write the requested file format."""

    status, slug, title = 501, "format-unavailable", "Format unavailable"

    def __init__(self, form: str, *, extra: str) -> None:
        super().__init__(
            message("This Keydesk server cannot export %(format)s files.", format=form),
            hint=message('Use CSV, or ask the platform team to install "keydesk[%(extra)s]".', extra=extra),
            param="format",
        )


class TooManyRequests(Problem):
    """A person, or an address with failed sign-ins, exceeded the limit of requests per minute."""

    status, slug, title = 429, "too-many-requests", "Too many requests"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            message("You sent too many requests."),
            hint=message("Wait for the number of seconds in the Retry-After header, then try again."),
            retry_after_seconds=retry_after_seconds,
        )


class Overloaded(Problem):
    """The process reached its limit of concurrent requests and did not process this one."""

    status, slug, title = 503, "overloaded", "Overloaded"

    def __init__(self) -> None:
        super().__init__(
            message("Keydesk is overloaded. Nothing was changed."),
            hint=message("Try again in a moment."),
            retry_after_seconds=1,
        )


class UpstreamRefused(Problem):
    """LiteLLM rejected the master key, or returned an error that the caller cannot fix."""

    status, slug, title = 502, "upstream-refused", "The gateway rejected the request"


class UpstreamUnreachable(Problem):
    status, slug, title = 502, "upstream-unreachable", "The gateway is unreachable"


class UpstreamBusy(Problem):
    status, slug, title = 503, "upstream-busy", "The gateway is busy"


class UpstreamTimedOut(Problem):
    status, slug, title = 504, "upstream-timed-out", "The gateway did not respond in time"


class DirectoryUnavailable(Problem):
    """The directory cannot be reached, so a person's groups are unknown."""

    status, slug, title = 503, "directory-unavailable", "The directory is unavailable"

    def __init__(self, error: Message, *, hint: Message | None = None, retry_after_seconds: int = 10) -> None:
        super().__init__(error, hint=hint, retry_after_seconds=retry_after_seconds)


class IdentityProviderUnavailable(Problem):
    """The issuer's signing keys cannot be fetched, so the credential cannot be verified."""

    status, slug, title = 503, "identity-provider-unavailable", "The identity provider is unavailable"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            message("Keydesk could not verify your credential with the identity provider."),
            hint=message("Try again in a moment. Your credential may be valid."),
            retry_after_seconds=retry_after_seconds,
        )


class StorageUnavailable(Problem):
    """Keydesk's database cannot be reached. Changes are rejected because the audit log cannot record them."""

    status, slug, title = 503, "storage-unavailable", "Database unavailable"

    def __init__(self) -> None:
        super().__init__(
            message("The database of Keydesk is unavailable. Nothing was changed."),
            hint=message("Try again in a moment."),
            retry_after_seconds=5,
        )


class NotRecorded(Problem):
    """The result of a change could not be written to the audit log. Reconciliation completes the entry later."""

    status, slug, title = 503, "not-recorded", "Change not recorded"

    def __init__(self) -> None:
        super().__init__(
            message("The result of your change could not be recorded."),
            hint=message("Check whether the change was made before you try again."),
            retry_after_seconds=5,
        )


class NotReady(Problem):
    status, slug, title = 503, "not-ready", "Not ready"
