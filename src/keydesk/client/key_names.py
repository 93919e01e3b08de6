"""Finds one of the person's keys by its name or id."""

from typing import Any

from keydesk.client.errors import ClientError, WrongUsage


def key_named(keys: list[dict[str, Any]], named: str) -> dict[str, Any]:
    """Return the key with this id or name. Raises ClientError for none, and for several with the name."""
    found = [key for key in keys if key["token"] == named] or [
        key for key in keys if key["key_alias"] == named
    ]
    if len(found) > 1:
        raise WrongUsage(
            f"{len(found)} of your keys have the name {named}. Use the id from: keydesk keys list"
        )
    if not found:
        raise ClientError(f"You have no key with the name or id {named}.")
    return found[0]
