"""What a failure of LiteLLM means to our caller. Upstream texts stay here: they can hold credentials."""

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

_TRY_AGAIN = "Try again in a moment."


def problem_of(error: LiteLLMError) -> Problem:
    """The problem to answer with.

    LiteLLM's 401 and 403 concern our own credential, so they are a 502: a 401 or 403 of ours would
    sign the person out of Backstage.
    """
    if isinstance(error, TimedOut):
        return UpstreamTimedOut("LiteLLM did not answer in time.", hint=_TRY_AGAIN)
    if isinstance(error, BreakerOpen):
        return _busy("LiteLLM is down at the moment.", error.retry_after_seconds)
    if isinstance(error, RateLimited):
        return _busy("LiteLLM is limiting our calls.", error.retry_after_seconds)
    if isinstance(error, Unreachable):
        return UpstreamUnreachable("LiteLLM cannot be reached.", hint=_TRY_AGAIN)
    return _rejection(error)


def _busy(text: str, retry_after_seconds: float | None) -> Problem:
    return UpstreamBusy(text, hint=_TRY_AGAIN, retry_after_seconds=max(1, round(retry_after_seconds or 1)))


def _rejection(error: LiteLLMError) -> Problem:
    if isinstance(error, EnterpriseOnly):
        return _licence_needed(error)
    if isinstance(error, Conflict) and error.param == "key_alias":
        return AlreadyExists(
            "A key with this alias already exists; aliases are unique across all people.",
            hint="Choose another alias.",
            param="key_alias",
        )
    if isinstance(error, Conflict):
        return Conflicting("LiteLLM already has such an object.", param=error.param)
    if isinstance(error, UpstreamNotFound):
        return NotFound("LiteLLM does not know this object (any more).", param=error.param)
    if isinstance(error, BadRequest):
        return InvalidRequest("LiteLLM refused a value of this request.", param=error.param)
    return UpstreamRefused(
        "LiteLLM refused or failed to do this.",
        hint="The platform team finds the reason in the key desk's log under the request id.",
    )


def _licence_needed(error: EnterpriseOnly) -> Problem:
    """LiteLLM's 403 for a feature without a licence concerns what was asked for, not our credential."""
    if error.param == "models":
        return PolicyRefused(
            "LiteLLM gives keys an access group that a wildcard model matches only with an Enterprise licence.",
            hint="Choose the models by their own names.",
            param="models",
        )
    return PolicyRefused(
        "LiteLLM does this only with an Enterprise licence.",
        hint="Leave it out, or ask the platform team for a licence of LiteLLM Enterprise.",
        param=error.param,
    )
