"""Where a key may be sent, and what the slot of a person is called. Pure."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from keydesk.keys.models import ConfiguredKeyRequest
from keydesk.keys.policy import SLOT_MEMBER, SLOT_PREFIX
from keydesk.kit.problems import Conflicting, InvalidRequest
from keydesk.litellm import Key
from keydesk.settings import KeyGeneration, OpenCode

_LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1):([1-9][0-9]{3,4})/callback", re.ASCII)
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535
_LONGEST_ALIAS = 90
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Handover:
    """`redirect_uri` is a callback on the person's own machine; `state` is returned to it as it came."""

    redirect_uri: str
    team_id: str | None
    state: str | None


def check_redirect(redirect_uri: str) -> str:
    """The address unchanged, if it is a callback on the person's own machine, compared character by character.

    Anything looser could send a key to somebody else. Raises InvalidRequest.
    """
    match = _LOOPBACK.fullmatch(redirect_uri)
    if match is None or not _LOWEST_PORT <= int(match[1]) <= _HIGHEST_PORT:
        raise InvalidRequest(
            "redirect_uri: expected http://localhost:PORT/callback or http://127.0.0.1:PORT/callback",
            hint=f"The port is from {_LOWEST_PORT} to {_HIGHEST_PORT}; nothing may follow the path.",
            param="redirect_uri",
        )
    return redirect_uri


def check_slot_team(team_id: str | None, settings: OpenCode, rules: KeyGeneration) -> None:
    """Raise InvalidRequest where a key needs a team and none is named."""
    if team_id is None and (settings.require_team or rules.team_required):
        raise InvalidRequest(
            "team: a key for OpenCode must belong to one of your teams",
            hint="GET /teams lists your teams; pass a team_id as `team`.",
            param="team",
        )


def slot_alias(user_id: str, team_id: str | None) -> str:
    """The alias of the one key that a person has for OpenCode, in a team or without."""
    alias = SLOT_PREFIX + "-".join(filter(None, (user_id, team_id)))
    if len(alias) <= _LONGEST_ALIAS:
        return alias
    return f"{alias[: _LONGEST_ALIAS - _DIGEST_CHARACTERS - 1]}-{_digest(alias)}"


def interim_alias(slot: str) -> str:
    """What a replacement is called while the key before it still has the slot's alias."""
    return f"{slot}-next"


def check_made_for(slot: str, key: Key) -> None:
    """Raise Conflicting for a key that has a name of the slot, but that Keydesk did not make for it.

    It may be in use somewhere, so it is not replaced.
    """
    if key.metadata.get(SLOT_MEMBER) != slot:
        raise Conflicting(
            "One of your keys has the name that Keydesk uses for OpenCode, but it was not made for OpenCode.",
            hint=f"Rename or delete your key whose name begins with {SLOT_PREFIX}, then connect again.",
            param="key_alias",
        )


def slot_request(alias: str, team_id: str | None, settings: OpenCode) -> ConfiguredKeyRequest:
    """Return the key to issue, with the operator's metadata as it is configured."""
    return ConfiguredKeyRequest(
        alias=alias,
        team_id=team_id,
        duration=settings.key_duration,
        max_budget=settings.max_budget,
        metadata=dict(settings.metadata),
    )


def handover_address(handover: Handover, secret: str) -> str:
    """The callback with the key. All three members are always there, empty where nothing was said."""
    members = {"key": secret, "team": handover.team_id or "", "state": handover.state or ""}
    return f"{handover.redirect_uri}?{urlencode(members)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]
