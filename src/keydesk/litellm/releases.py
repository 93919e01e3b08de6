"""What is known of LiteLLM's releases: which are dangerous, and what one can and cannot do. Rules only."""

import re
from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

_COMPROMISED = {(1, 82, 7), (1, 82, 8)}
"""Published in March 2026 with a credential stealer (BerriAI/litellm, discussion 24518)."""

_FIRST_WITHOUT_KNOWN_HOLES = (1, 83, 14)

_VERIFIED = (1, 109, 0)
"""From here on every capability has been seen working."""

_ROUTES = {
    "v2_user_info": "/v2/user/info",
    "v2_team_list": "/v2/team/list",
    "aggregated_user_activity": "/user/daily/activity/aggregated",
    "aggregated_team_activity": "/team/daily/activity/aggregated",
    "reset_key_spend": "/key/{key}/reset_spend",
    "update_team_member": "/team/member_update",
    "vector_stores": "/vector_store/list",
    "mcp_servers": "/v1/mcp/server",
}

_NUMBER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


class Capabilities(BaseModel):
    """What the connected release can do: True, False, or None where only trying would tell."""

    model_config = ConfigDict(frozen=True)

    v2_user_info: bool | None = None
    v2_team_list: bool | None = None
    aggregated_user_activity: bool | None = None
    aggregated_team_activity: bool | None = None
    reset_key_spend: bool | None = None
    update_team_member: bool | None = None
    vector_stores: bool | None = None
    mcp_servers: bool | None = None


class Release(BaseModel):
    """The release the gateway runs. `warnings` are sentences for the operator."""

    model_config = ConfigDict(frozen=True)

    version: str | None
    compromised: bool
    warnings: tuple[str, ...]
    capabilities: Capabilities


def judge(version: str | None, routes: Collection[str] | None) -> Release:
    """Return what is known of a version. `routes` are the paths it says it has, None if it does not say."""
    number = _number(version)
    return Release(
        version=version,
        compromised=number in _COMPROMISED,
        warnings=_warnings(version, number),
        capabilities=_capabilities(number, routes),
    )


def _number(version: str | None) -> tuple[int, int, int] | None:
    found = _NUMBER.match(version or "")
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _warnings(version: str | None, number: tuple[int, int, int] | None) -> tuple[str, ...]:
    if number is None:
        return (
            "LiteLLM does not tell its version: those before 1.83.14 have known holes, 1.82.7 and 1.82.8 steal.",
        )
    if number in _COMPROMISED:
        return (f"LiteLLM {version} steals credentials: upgrade, and change every credential it held.",)
    if number < _FIRST_WITHOUT_KNOWN_HOLES:
        return (f"LiteLLM {version} has known security holes: upgrade to 1.83.14 or later.",)
    return ()


def _capabilities(number: tuple[int, int, int] | None, routes: Collection[str] | None) -> Capabilities:
    if routes is not None:
        return Capabilities(**{name: route in routes for name, route in _ROUTES.items()})
    verified = number is not None and number >= _VERIFIED
    return Capabilities(**dict.fromkeys(_ROUTES, True if verified else None))
