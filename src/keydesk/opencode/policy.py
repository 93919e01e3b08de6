"""Rules for OpenCode: allowed redirect URIs, and the alias of a person's key."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from keydesk.keys.models import ConfiguredKeyRequest
from keydesk.keys.policy import SLOT_MEMBER, SLOT_PREFIX
from keydesk.kit.messages import message
from keydesk.kit.problems import Conflicting, InvalidRequest
from keydesk.litellm import Key
from keydesk.settings import KeyGeneration, OpenCode

_LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1):([1-9][0-9]{3,4})/callback", re.ASCII)
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535
_LONGEST_ALIAS = 90
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Handover:
    """The parameters of a connection. `redirect_uri` is a loopback URL; `state` is returned to it unchanged."""

    redirect_uri: str
    team_id: str | None
    state: str | None


def check_redirect(redirect_uri: str) -> str:
    """Return the URI unchanged if it is exactly a callback on the person's machine. Raises InvalidRequest.

    The check is strict because a different URI could send the key to someone else.
    """
    match = _LOOPBACK.fullmatch(redirect_uri)
    if match is None or not _LOWEST_PORT <= int(match[1]) <= _HIGHEST_PORT:
        raise InvalidRequest(
            message(
                "redirect_uri: expected http://localhost:PORT/callback or http://127.0.0.1:PORT/callback"
            ),
            hint=message(
                "The port must be from %(lowest)s to %(highest)s. The URI must end with /callback.",
                lowest=str(_LOWEST_PORT),
                highest=str(_HIGHEST_PORT),
            ),
            param="redirect_uri",
        )
    return redirect_uri


def check_slot_team(team_id: str | None, settings: OpenCode, rules: KeyGeneration) -> None:
    """Raise InvalidRequest if the key requires a team and none is given."""
    if team_id is None and (settings.require_team or rules.team_required):
        raise InvalidRequest(
            message("team: is required, because an OpenCode key must belong to one of your teams"),
            hint=message("Set `team` to a team_id from GET /teams."),
            param="team",
        )


def slot_alias(user_id: str, team_id: str | None) -> str:
    """Return the alias of the person's OpenCode key, in a team or without a team."""
    alias = SLOT_PREFIX + "-".join(filter(None, (user_id, team_id)))
    if len(alias) <= _LONGEST_ALIAS:
        return alias
    return f"{alias[: _LONGEST_ALIAS - _DIGEST_CHARACTERS - 1]}-{_digest(alias)}"


def interim_alias(slot: str) -> str:
    """Return the alias of a new key while the previous key still has the slot's alias."""
    return f"{slot}-next"


def check_made_for(slot: str, key: Key) -> None:
    """Raise Conflicting if the key has the alias of the slot but was not created for OpenCode.

    The key may be in use, so it must not be replaced.
    """
    if key.metadata.get(SLOT_MEMBER) != slot:
        raise Conflicting(
            message(
                "One of your keys has the name that Keydesk uses for OpenCode, but was not created for OpenCode."
            ),
            hint=message(
                "Rename or delete the key whose name starts with %(prefix)s, then connect again.",
                prefix=SLOT_PREFIX,
            ),
            param="key_alias",
        )


def slot_request(alias: str, team_id: str | None, settings: OpenCode) -> ConfiguredKeyRequest:
    """Return the request for the key, with the configured metadata."""
    return ConfiguredKeyRequest(
        alias=alias,
        team_id=team_id,
        duration=settings.key_duration,
        max_budget=settings.max_budget,
        metadata=dict(settings.metadata),
    )


def handover_address(handover: Handover, secret: str) -> str:
    """Return the callback URL with the key. All three parameters are present, and empty if not set."""
    members = {"key": secret, "team": handover.team_id or "", "state": handover.state or ""}
    return f"{handover.redirect_uri}?{urlencode(members)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]
