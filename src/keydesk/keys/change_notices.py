"""The notices about changes of keys: to the person, or to the contacts of a service key. Pure."""

from datetime import datetime

from keydesk.accounts.policy import ref_of_account
from keydesk.keys.owners import owner_of, team_of
from keydesk.keys.secrets import FoldedKey
from keydesk.kit.people import Person
from keydesk.litellm import Key
from keydesk.notices.models import Kind, Notice, Value


def created_notice(person: Person, owner: str, alias: str, key_id: str) -> Notice:
    values = {Value.KEY: alias, **_of_team(person, owner)}
    return Notice(Kind.KEY_CREATED, _recipient(person, owner), key_id, values=values)


def rotated_notice(
    person: Person, key_id: str, current: Key, previous_ends_at: datetime, change_id: str
) -> Notice:
    owner = owner_of(current)
    values = {
        Value.KEY: current.key_alias or "",
        Value.BY: person.ref,
        Value.ENDS_AT: previous_ends_at.isoformat(),
        **_of_team(person, owner),
    }
    return Notice(Kind.KEY_ROTATED, _recipient(person, owner), key_id, period=change_id, values=values)


def notices_of_block(person: Person, key: FoldedKey, change_id: str) -> list[Notice]:
    """Return the notice that an admin blocked a service key. People get none about blocks of their own keys."""
    owner = owner_of(key.current)
    if team_of(owner) is None:
        return []
    values = {Value.KEY: key.current.key_alias or "", **_of_team(person, owner)}
    return [Notice(Kind.KEY_BLOCKED, owner, key.key_id, period=change_id, values=values)]


def recipient_of(key: Key, user_id_domain: str | None) -> str | None:
    """Return who gets a notice from Keydesk itself about the key, or None if its owner is unknown.

    It is a person, or the team that owns the key, which stands for the contacts.
    """
    owner = owner_of(key)
    return owner if team_of(owner) is not None else ref_of_account(owner, user_id_domain)


def naming(key: Key) -> dict[str, str]:
    """Return the values that name a key, and the team that owns it."""
    team_id = team_of(owner_of(key))
    return {Value.KEY: key.key_alias or ""} | ({} if team_id is None else {Value.TEAM_ID: team_id})


def _recipient(person: Person, owner: str) -> str:
    return person.ref if team_of(owner) is None else owner


def _of_team(person: Person, owner: str) -> dict[str, str]:
    team_id = team_of(owner)
    return {} if team_id is None else {Value.BY: person.ref, Value.TEAM_ID: team_id}
