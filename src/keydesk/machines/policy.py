"""The rules of signing in a machine: codes, redirects, PKCE and times. Pure."""

import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from keydesk.machines.models import CLIENT_ID, Authorization
from keydesk.machines.tokens import is_same

REQUEST_LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=2)
"""The lifetime of an authorization code, which the machine redeems immediately."""
ACCESS_LIFETIME = timedelta(minutes=30)
POLL_SECONDS, SLOW_DOWN_SECONDS = 5, 5
_JITTER_SECONDS = 1
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no code is a word, and no digits, which are easily mistaken for letters (RFC 8628, 6.1)."""
_USER_CODE = re.compile(f"[{_CONSONANTS}]{{8}}")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost):([1-9][0-9]{0,4})/callback")
"""One path only, because a redirect of another program on the machine could pass the code on."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_STATE = re.compile(r"[A-Za-z0-9._~-]{16,200}")
_MAX_PORT = 65_535
_LONGEST_NAME = 60
_AGENT = "MCP client"
"""The name of a program that asks for the MCP server and has no name for its machine."""


def new_user_code() -> str:
    """Return a code of eight consonants, such as `WDJB-MJHT`."""
    code = "".join(secrets.choice(_CONSONANTS) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def user_code_in(text: str) -> str | None:
    """Return what a person typed in the form of `new_user_code`, or None if it cannot be a code."""
    letters = re.sub(r"[\s-]", "", text).upper() if len(text) <= _LONGEST_NAME else ""
    return f"{letters[:4]}-{letters[4:]}" if _USER_CODE.fullmatch(letters) else None


def machine_name(text: str) -> str:
    """Return the name that a machine gives itself, on one line and without control characters."""
    shown = "".join(character if character.isprintable() else " " for character in text[:1000])
    return " ".join(shown.split())[:_LONGEST_NAME].strip()


def check_client(sent: Mapping[str, str]) -> None:
    """Raise InvalidClientError unless the client is the command line."""
    if sent.get("client_id") != CLIENT_ID:
        raise InvalidClientError(description="Unknown client_id.")


def check_resource(sent: Mapping[str, str], resources: Collection[str]) -> None:
    """Raise OAuth2Error if the client asks for a token for another server (RFC 8707). Scopes are ignored."""
    if sent.get("resource", "") not in {"", *resources}:
        raise OAuth2Error(error="invalid_target", description="The resource is not at this server.")


def authorization_in(sent: Mapping[str, str], resources: Collection[str]) -> Authorization:
    """Return the authorization request. Raises OAuth2Error.

    The redirect leads to this machine only, and only `S256` protects the code: `plain` does not.
    """
    check_client(sent)
    check_resource(sent, resources)
    redirect_uri, state = sent.get("redirect_uri", ""), sent.get("state", "")
    loopback = _LOOPBACK.fullmatch(redirect_uri)
    if loopback is None or int(loopback[2]) > _MAX_PORT:
        raise InvalidRequestError(description="redirect_uri must be http://127.0.0.1:<port>/callback.")
    if sent.get("response_type") != "code":
        raise OAuth2Error(error="unsupported_response_type", description="response_type must be code.")
    if not _STATE.fullmatch(state):
        raise InvalidRequestError(description="state must have 16 to 200 unreserved characters.")
    challenge = sent.get("code_challenge", "")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError(description="A code_challenge with the method S256 is required.")
    name, resource = machine_name(sent.get("machine_name", "")), sent.get("resource") or None
    return Authorization(
        redirect_uri=redirect_uri,
        state=state,
        challenge=challenge,
        name=name or (_AGENT if resource else ""),
        resource=resource,
    )


def check_verifier(verifier: str, challenge: str | None) -> None:
    """Raise InvalidGrantError unless the verifier is the one of the challenge (PKCE)."""
    if challenge is None or not _VERIFIER.fullmatch(verifier):
        raise InvalidGrantError(description="The code_verifier is not valid.")
    expected: str = create_s256_code_challenge(verifier)  # type: ignore[no-untyped-call] # its stubs have no types
    if not is_same(expected, challenge):
        raise InvalidGrantError(description="The code_verifier is not valid.")


def polls_too_fast(last: datetime | None, now: datetime, interval_seconds: int) -> bool:
    """Return whether a poll came too early. The network may make it a second earlier."""
    return last is not None and now - last < timedelta(seconds=interval_seconds - _JITTER_SECONDS)


def redirect_to(redirect_uri: str, state: str | None, issuer: str, **answer: str) -> str:
    """Return the URL that takes the answer to the machine, with the issuer (RFC 9207)."""
    return f"{redirect_uri}?{urlencode({**answer, 'state': state or '', 'iss': issuer})}"
