"""The token exchange of OAuth 2.0 (RFC 8693): the token of a workload for a short-lived key of a team."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.kit.problems import NotSignedIn, PolicyRefused, TooMany

EXCHANGE_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
_TYPE = "urn:ietf:params:oauth:token-type:"
_SUBJECT_TYPES = {f"{_TYPE}jwt", f"{_TYPE}id_token"}
_ISSUED_TYPE = f"{_TYPE}access_token"
_FIELDS = {"grant_type", "subject_token", "subject_token_type", "requested_token_type", "client_id"}


def offers_exchange(request: Request) -> bool:
    """Return whether there are rules for workloads."""
    return services_of(request).workloads.exchange.are_enabled


async def exchanged(request: Request, sent: dict[str, str]) -> dict[str, Any]:
    """Return the answer with the new key. Raises OAuth2Error, TooManyRequests and the problems of LiteLLM."""
    limits = services_of(request).machines.limits
    limits.check_refusals(request.scope)
    token = _subject_token(sent)
    try:
        key = await services_of(request).workloads.exchange.exchange(token)
    except NotSignedIn as refused:
        limits.take_refusal(request.scope)
        raise InvalidRequestError(description=_sentence(refused.error)) from None
    except (PolicyRefused, TooMany) as refused:
        limits.take_refusal(request.scope)
        said = _sentence(refused.error, refused.hint)
        raise OAuth2Error(error="invalid_target", description=said) from None
    return {
        "access_token": key.secret,
        "issued_token_type": _ISSUED_TYPE,
        "token_type": "Bearer",
        "expires_in": key.expires_in,
        "gateway": key.gateway,
        "key_id": key.id,
        "key_alias": key.alias,
        "models": list(key.models),
    }


def _subject_token(sent: dict[str, str]) -> str:
    """Return the token to exchange. Nothing else can be asked for: the rules decide what a key can do."""
    if unknown := sorted(sent.keys() - _FIELDS):
        raise InvalidRequestError(description=f"{unknown[0][:50]} is not supported.")
    if sent.get("subject_token_type") not in _SUBJECT_TYPES:
        raise InvalidRequestError(description=f"subject_token_type must be {_TYPE}jwt.")
    if sent.get("requested_token_type", _ISSUED_TYPE) != _ISSUED_TYPE:
        raise InvalidRequestError(description=f"requested_token_type must be {_ISSUED_TYPE}.")
    if not sent.get("subject_token"):
        raise InvalidRequestError(description="subject_token is required.")
    return sent["subject_token"]


def _sentence(*texts: str | None) -> str:
    """Return the texts in the characters that RFC 6749, section 5.2, allows in a description."""
    text = " ".join(filter(None, texts)).replace('"', "'")
    return "".join(each if " " <= each <= "~" and each != "\\" else "?" for each in text)
