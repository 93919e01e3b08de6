"""The owner of a key as one text: a LiteLLM user id, or the team of a key without a user.

A key that a team owns is a service key. LiteLLM never gets the text of a team owner as a user id.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from keydesk.accounts.policy import RESERVED_PREFIX
from keydesk.litellm import Key, LiteLLM, User

NO_OWNER = ""
"""The owner of keys that have neither a user nor a team. They are found by their hashes only."""
TEAM_ADMINS = f"{RESERVED_PREFIX}team-admins"
"""Stored as the blocker of service keys, so that every admin of the team can unblock them."""
_TEAM = f"{RESERVED_PREFIX}team:"
_LONGEST = 255
"""The length of the columns that contain owners."""


class Owned(Protocol):
    """A key of LiteLLM, or a view of one."""

    @property
    def user_id(self) -> str | None: ...

    @property
    def team_id(self) -> str | None: ...


def team_owner(team_id: str) -> str:
    """Return the owner of a team's service keys. A team whose id is too long to store owns none."""
    owner = f"{_TEAM}{team_id}"
    return owner if team_id and len(owner) <= _LONGEST else NO_OWNER


def as_user(team_id: str) -> User:
    """Return the owner of a team's service keys in place of a person's account. It restricts no models itself."""
    return User(user_id=team_owner(team_id))


def team_of(owner: str) -> str | None:
    """Return the id of the team, or None if the owner is no team."""
    return owner.removeprefix(_TEAM) if owner.startswith(_TEAM) else None


def user_id_of(owner: str) -> str | None:
    """Return the LiteLLM user id, or None if the owner is no user."""
    return None if not owner or owner.startswith(RESERVED_PREFIX) else owner


def owner_of(key: Owned) -> str:
    """Return the owner of a key."""
    return _owner(key.user_id, key.team_id)


def owner_in(values: Mapping[str, Any]) -> str:
    """Return the owner of a key in recorded values."""
    return _owner(values.get("user_id"), values.get("team_id"))


def _owner(user_id: str | None, team_id: str | None) -> str:
    if user_id:
        # An administrator can create a LiteLLM user with any id. It must not pass for a team.
        return user_id_of(user_id) or NO_OWNER
    return team_owner(team_id) if team_id else NO_OWNER


async def keys_of(gateway: LiteLLM, owner: str, token_hash: str | None = None) -> list[Key]:
    """Return the keys of the owner as LiteLLM stores them. Without an owner, only the key with the hash."""
    user_id, team_id = user_id_of(owner), team_of(owner)
    if not user_id and not team_id and token_hash is None:
        # Without a filter, LiteLLM returns all keys.
        return []
    keys = await gateway.keys.list(user_id=user_id, team_id=team_id, token_hash=token_hash)
    return [key for key in keys if owner_of(key) == owner]


def blocker_name(person_ref: str, owner: str) -> str:
    """Return who is stored as the blocker of a key that its owner blocks."""
    return person_ref if team_of(owner) is None else TEAM_ADMINS
