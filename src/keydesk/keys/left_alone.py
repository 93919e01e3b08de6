"""Which keys Keydesk never changes on its own: those of administrators and of LiteLLM itself."""

from collections.abc import Iterable, Set

from keydesk.keys.models import KeyView
from keydesk.litellm import Key, LiteLLM

_MASTER_USER = "default_user_id"
"""LiteLLM's user for the master key."""
_UI_SESSIONS = "litellm-dashboard"
"""The team of the short-lived session keys of the LiteLLM UI."""
ADMINISTRATORS = {"proxy_admin", "proxy_admin_viewer"}


async def administrators_among(gateway: LiteLLM, keys: Iterable[Key]) -> set[str]:
    """Return the user ids of the owners of these keys who are administrators in LiteLLM."""
    owners = {key.user_id for key in keys if key.user_id}
    users = await gateway.users.list(sorted(owners)) if owners else []
    return {user.user_id for user in users if user.user_role in ADMINISTRATORS}


def why_left_alone(key: Key | KeyView, administrators: Set[str]) -> str | None:
    """Return the reason not to change the key, or None if it belongs to a person."""
    if key.user_id in (None, _MASTER_USER):
        return "has no owner"
    if key.user_id in administrators:
        return "belongs to an administrator"
    if key.team_id == _UI_SESSIONS:
        return "is a session of the LiteLLM UI"
    return None


def is_under_rules(key: Key, is_service_key: bool, administrators: Set[str] = frozenset()) -> bool:
    """Return whether Keydesk's rules for keys apply: to the keys of people, and to service keys of teams."""
    return is_service_key or why_left_alone(key, administrators) is None
