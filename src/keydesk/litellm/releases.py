"""Rules about LiteLLM's releases: which are compromised, which Keydesk supports, and their capabilities. Pure."""

import re
from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from keydesk.litellm.advisories import ADVISORIES, COMPROMISED, Number, dotted

OLDEST_SUPPORTED: Number = (1, 84, 0)
"""The oldest release that passes the contract tests. Older ones are also affected by CVE-2026-49468."""

_NEWEST_TESTED: Number = (1, 110, 2)

_VERIFIED: Number = (1, 109, 0)
"""The first release in which every capability was observed to work."""

_ORDERED_PAGES: Number = (1, 92, 2)
"""The first release that orders pages of activity by date and id (LiteLLM's source). 1.88.6 orders them by date only.
"""

_LEDGER: Number = (1, 110, 0)

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
    """Capabilities of the connected release: True, False, or None if they cannot be determined without trying."""

    model_config = ConfigDict(frozen=True)

    v2_user_info: bool | None = None
    v2_team_list: bool | None = None
    aggregated_user_activity: bool | None = None
    aggregated_team_activity: bool | None = None
    reset_key_spend: bool | None = None
    update_team_member: bool | None = None
    vector_stores: bool | None = None
    mcp_servers: bool | None = None


class ReleaseWarning(BaseModel):
    """A warning for the operator and its remedy. `id` is the advisory's, or None for other warnings."""

    model_config = ConfigDict(frozen=True)

    id: str | None
    text: str
    remedy: str


class Release(BaseModel):
    """The gateway's release. `refusal` is the reason why Keydesk does not support it, or None.

    `notes` are facts about the release that need no action now.
    """

    model_config = ConfigDict(frozen=True)

    version: str | None
    compromised: bool
    refusal: str | None = None
    warnings: tuple[ReleaseWarning, ...]
    notes: tuple[str, ...] = ()
    capabilities: Capabilities


def judge(version: str | None, routes: Collection[str] | None) -> Release:
    """Return the evaluation of a version. `routes` are the paths in its OpenAPI document, or None without one."""
    number = release_number(version)
    return Release(
        version=version,
        compromised=number is not None and COMPROMISED.affects(number),
        refusal=_refusal(version, number),
        warnings=_warnings(version, number),
        notes=_notes(number) if number else (),
        capabilities=_capabilities(number, routes),
    )


def has_ordered_pages(version: str | None) -> bool:
    """Return whether pages of activity can be summed; False for an unknown version."""
    number = release_number(version)
    return number is not None and number >= _ORDERED_PAGES


def release_number(version: str | None) -> Number | None:
    """Return the first three numbers of a version, or None."""
    found = _NUMBER.match(version or "")
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _refusal(version: str | None, number: Number | None) -> str | None:
    if number is None:
        return None
    if COMPROMISED.affects(number):
        return f"LiteLLM {version} contains malware that steals credentials"
    if number < OLDEST_SUPPORTED:
        oldest = dotted(OLDEST_SUPPORTED)
        return f"LiteLLM {version} is older than {oldest}, the oldest release that Keydesk supports"
    return None


def _warnings(version: str | None, number: Number | None) -> tuple[ReleaseWarning, ...]:
    if number is None:
        text = "LiteLLM does not report its version, so Keydesk cannot check it against the known security advisories."
        oldest = dotted(OLDEST_SUPPORTED)
        return (
            ReleaseWarning(
                id=None, text=text, remedy=f"Make sure that LiteLLM {oldest} or later is installed."
            ),
        )
    return tuple(
        ReleaseWarning(
            id=each.id,
            text=f"{each.id}: in LiteLLM {version}, {each.problem}.",
            remedy=each.remedy(number),
        )
        for each in ADVISORIES
        if each.affects(number)
    )


def _notes(number: Number) -> tuple[str, ...]:
    notes = []
    if number > _NEWEST_TESTED:
        notes.append(
            f"This LiteLLM release is newer than {dotted(_NEWEST_TESTED)}, the latest one tested with Keydesk."
        )
    unresolved = [each for each in ADVISORIES if each.seen_in is not None and not each.affects(number)]
    if unresolved:
        names = ", ".join(f"{each.id} (seen in {dotted(each.seen_in or number)})" for each in unresolved)
        notes.append(f"No fixed release is known for {names}. Keep LiteLLM on the latest release.")
    if number >= _LEDGER:
        notes.append(
            "Since 1.110, LiteLLM counts spend from a delivery ledger, so recent spend can appear with a delay: "
            "see docs/reference/litellm-releases.md."
        )
    if number < _ORDERED_PAGES:
        notes.append(
            "Pages of usage can overlap in this release, so Keydesk requests long periods in a single page."
        )
    return tuple(notes)


def _capabilities(number: Number | None, routes: Collection[str] | None) -> Capabilities:
    if routes is not None:
        return Capabilities(**{name: route in routes for name, route in _ROUTES.items()})
    verified = number is not None and number >= _VERIFIED
    return Capabilities(**dict.fromkeys(_ROUTES, True if verified else None))
