"""The names of the leases that serialise changes of keys over all replicas. Their order is in storage/leases.py."""


def alias_lease(alias: str) -> str:
    """Return the name of the lease under which an alias is given to a key."""
    return f"key-alias:{alias}"


def key_lease(key_id: str) -> str:
    """Return the name of the lease under which one key is changed. `key_id` is Keydesk's, never LiteLLM's hash."""
    return f"key:{key_id}"
