"""Every error a caller can get, one class each (RFC 9457 with an added `error` for people).

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

Rendering is in `http/problem_handlers.py`; nothing here knows of a framework.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - the field's word for an error answer
    """One refusal or failure, told to the caller.

    `error` is a sentence for people and never holds a secret, an upstream text or what the caller sent.
    `hint` says what to do next, `param` names the field at fault, `members` are further JSON members.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "unexpected"
    title: ClassVar[str] = "Unexpected error"

    def __init__(
        self,
        error: str,
        *,
        hint: str | None = None,
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
        """The JSON object of `application/problem+json`; absent members are left out."""
        optional = {"hint": self.hint, "param": self.param, "request_id": request_id, **self.members}
        return {
            "type": f"urn:keydesk:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "error": self.error,
            **{name: value for name, value in optional.items() if value is not None},
        }


class Unexpected(Problem):
    """A defect of ours."""

    def __init__(self) -> None:
        super().__init__(
            "Something went wrong on our side.", hint="Try again; quote the request id if it persists."
        )


class MalformedRequest(Problem):
    status, slug, title = 400, "malformed-request", "Malformed request"


class AlreadyExists(Problem):
    """A name is taken; `param` says which (the reference answers 400, and the web client reads `param`)."""

    status, slug, title = 400, "already-exists", "Already exists"


class NotSignedIn(Problem):
    status, slug, title = 401, "not-signed-in", "Not signed in"

    def __init__(self, error: str = "Sign in to use the key desk.") -> None:
        super().__init__(error, hint="Send a valid credential in the Authorization header.")


class SignInFailed(Problem):
    """What came back from the provider is no sign-in."""

    status, slug, title = 400, "sign-in-failed", "You are not signed in"

    def __init__(self, error: str, hint: str = "Begin again from the sign-in page.") -> None:
        super().__init__(error, hint=hint)


class NotAnAccount(Problem):
    """The caller is verified but is not a person who can have an account."""

    status, slug, title = 403, "not-an-account", "No account for this caller"


class PermissionMissing(Problem):
    status, slug, title = 403, "permission-missing", "Permission missing"

    def __init__(self, permission: str, hint: str | None = None) -> None:
        super().__init__(f"You need the permission {permission}.", hint=hint, permission=permission)


class NotTeamAdmin(PermissionMissing):
    """The caller is in none of the groups that manage teams, whatever permission they have."""

    status, slug, title = 403, "not-a-team-admin", "Not a team admin"

    def __init__(self, groups: Sequence[str], permission: str) -> None:
        names = " or ".join(groups)
        super().__init__(
            permission, f"Members of {names} may." if groups else "Team management is turned off."
        )
        self.error = "Only team admins may do this."
        self.members["groups"] = [*groups]


class PolicyRefused(Problem):
    status, slug, title = 403, "policy-refused", "Refused by policy"


class UntrustedOrigin(Problem):
    """A browser sent a change from another site's page, or asked for an unknown host."""

    status, slug, title = 403, "untrusted-origin", "Untrusted origin"


class NotFound(Problem):
    """Unknown, or not the caller's: the two are not told apart."""

    status, slug, title = 404, "not-found", "Not found"


class AccountNotFound(NotFound):
    slug, title = "account-not-found", "Account not found"

    def __init__(self) -> None:
        super().__init__(
            "User not found in LiteLLM",
            hint="Provisioning is turned off; ask the platform team for an account.",
            provisioning=False,
        )


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "Method not allowed"


class Conflicting(Problem):
    status, slug, title = 409, "conflict", "Conflict"


class TooMany(Problem):
    """There is a limit to how many of these there may be, and it is reached."""

    status, slug, title = 409, "too-many", "Too many"

    def __init__(self, error: str, *, remedy: str, most: int) -> None:
        super().__init__(
            error, hint=f"The limit is {most}. {remedy} Or ask the platform team for a higher limit."
        )


class BodyTooLarge(Problem):
    status, slug, title = 413, "body-too-large", "Body too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The request body is larger than {limit_bytes} bytes.")


class InvalidRequest(Problem):
    """A field is missing, unknown or of the wrong shape; `param` is the first one at fault."""

    status, slug, title = 422, "invalid-request", "Invalid request"


class FormatUnavailable(Problem):
    """A file format that this installation cannot write."""

    status, slug, title = 501, "format-unavailable", "Format unavailable"

    def __init__(self, form: str, *, extra: str) -> None:
        super().__init__(
            f"This key desk is installed without {form}.",
            hint=f'Ask for CSV, or ask the platform team to install "keydesk[{extra}]".',
            param="format",
        )


class TooManyRequests(Problem):
    """One person, or one address that fails to sign in, came too often within a minute."""

    status, slug, title = 429, "too-many-requests", "Too many requests"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "You sent too many requests.",
            hint="Wait a moment; Retry-After says how long.",
            retry_after_seconds=retry_after_seconds,
        )


class Overloaded(Problem):
    """The process is answering as many requests as it may at a time; nothing of the request was looked at."""

    status, slug, title = 503, "overloaded", "Overloaded"

    def __init__(self) -> None:
        super().__init__(
            "The key desk is overloaded; nothing was changed.",
            hint="Try again in a moment.",
            retry_after_seconds=1,
        )


class UpstreamRefused(Problem):
    """LiteLLM refused our own credential, or answered in a way nobody can act on."""

    status, slug, title = 502, "upstream-refused", "The gateway refused the call"


class UpstreamUnreachable(Problem):
    status, slug, title = 502, "upstream-unreachable", "The gateway is unreachable"


class UpstreamBusy(Problem):
    status, slug, title = 503, "upstream-busy", "The gateway is busy"


class UpstreamTimedOut(Problem):
    status, slug, title = 504, "upstream-timed-out", "The gateway did not answer in time"


class DirectoryUnavailable(Problem):
    """Nobody can say just now who a person is; better no answer than a wrong one."""

    status, slug, title = 503, "directory-unavailable", "The directory is unavailable"

    def __init__(self, error: str, *, hint: str | None = None, retry_after_seconds: int = 10) -> None:
        super().__init__(error, hint=hint, retry_after_seconds=retry_after_seconds)


class IdentityProviderUnavailable(Problem):
    """The issuer's current keys are not known, so the credential can be neither accepted nor refused."""

    status, slug, title = 503, "identity-provider-unavailable", "The identity provider is unavailable"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "Keydesk could not check your sign-in with the identity provider.",
            hint="Try again in a moment; your credential may be valid.",
            retry_after_seconds=retry_after_seconds,
        )


class StorageUnavailable(Problem):
    """The key desk's own database cannot be reached, so no change can be recorded and none is made."""

    status, slug, title = 503, "storage-unavailable", "Storage unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The key desk's database is unavailable; nothing was changed.",
            hint="Try again in a moment.",
            retry_after_seconds=5,
        )


class NotRecorded(Problem):
    """A change was made or undone, and how it ended could not be recorded; that is found out later."""

    status, slug, title = 503, "not-recorded", "Not recorded"

    def __init__(self) -> None:
        super().__init__(
            "How your change ended could not be recorded.",
            hint="Look whether it was made before you try again.",
            retry_after_seconds=5,
        )


class NotReady(Problem):
    status, slug, title = 503, "not-ready", "Not ready"
