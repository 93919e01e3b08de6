"""Maps LiteLLM's errors to problems. LiteLLM's error texts are not passed on: they can contain credentials."""

from keydesk.kit.messages import Message, message
from keydesk.kit.problems import (
    AlreadyExists,
    Conflicting,
    InvalidRequest,
    NotFound,
    PolicyRefused,
    Problem,
    UpstreamBusy,
    UpstreamRefused,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from keydesk.litellm import (
    BadRequest,
    BreakerOpen,
    Conflict,
    EnterpriseOnly,
    LiteLLMError,
    RateLimited,
    TimedOut,
    Unreachable,
)
from keydesk.litellm import (
    NotFound as UpstreamNotFound,
)

_TRY_AGAIN = message("Try again in a moment.")


def problem_of(error: LiteLLMError) -> Problem:
    """Return the problem for an error of LiteLLM.

    LiteLLM's 401 and 403 are about Keydesk's master key, so they become 502. A 401 or 403 would sign the person out
    of Backstage.
    """
    if isinstance(error, TimedOut):
        return UpstreamTimedOut(message("LiteLLM did not answer in time."), hint=_TRY_AGAIN)
    if isinstance(error, BreakerOpen):
        return _busy(message("LiteLLM is currently unavailable."), error.retry_after_seconds)
    if isinstance(error, RateLimited):
        return _busy(message("LiteLLM is rate limiting Keydesk."), error.retry_after_seconds)
    if isinstance(error, Unreachable):
        return UpstreamUnreachable(message("LiteLLM cannot be reached."), hint=_TRY_AGAIN)
    return _rejection(error)


def _busy(text: Message, retry_after_seconds: float | None) -> Problem:
    return UpstreamBusy(text, hint=_TRY_AGAIN, retry_after_seconds=max(1, round(retry_after_seconds or 1)))


def _rejection(error: LiteLLMError) -> Problem:
    if isinstance(error, EnterpriseOnly):
        return _licence_needed(error)
    if isinstance(error, Conflict) and error.param == "key_alias":
        return AlreadyExists(
            message("A key with this alias already exists. Aliases are unique across all people."),
            hint=message("Choose another alias."),
            param="key_alias",
        )
    if isinstance(error, Conflict):
        return Conflicting(message("An object with this value already exists in LiteLLM."), param=error.param)
    if isinstance(error, UpstreamNotFound):
        return NotFound(message("This object does not exist in LiteLLM."), param=error.param)
    if isinstance(error, BadRequest):
        return InvalidRequest(message("LiteLLM rejected a value in this request."), param=error.param)
    return UpstreamRefused(
        message("LiteLLM rejected this request or failed to process it."),
        hint=message("Send the request id to the platform team. They can find the reason in Keydesk's log."),
    )


def _licence_needed(error: EnterpriseOnly) -> Problem:
    """Return the problem for LiteLLM's 403 for an Enterprise feature. This 403 is not about Keydesk's master key."""
    if error.param == "models":
        return PolicyRefused(
            message("LiteLLM needs an Enterprise licence for an access group that matches a wildcard model."),
            hint=message("Choose models by name instead of an access group."),
            param="models",
        )
    return PolicyRefused(
        message("LiteLLM needs an Enterprise licence for this feature."),
        hint=message("Remove this field, or ask the platform team about a LiteLLM Enterprise licence."),
        param=error.param,
    )
