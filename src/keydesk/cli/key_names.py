"""How commands print keys."""

from keydesk.cli.printable import printable
from keydesk.keys.owners import owner_of, team_of
from keydesk.litellm import Key


def key_line(key: Key, key_id: str, text: str, owner: str | None = None) -> str:
    """Return a line about a key. `owner` is for keys whose owner only Keydesk knows."""
    name = key.key_alias or key.masked or key_id
    return printable(f"{owner_name(owner_of(key) if owner is None else owner)}  {name}  {key_id}  {text}")


def owner_name(owner: str) -> str:
    """Return the owner of a key in words. See `keys.owners`."""
    team_id = team_of(owner)
    return f"team {team_id}" if team_id else owner or "no owner"
