"""LiteLLM's masking of identifiers in error messages: some characters of both ends, the rest stars."""


def masked_user(user_id: str | None) -> str:
    """Return a user id as in 401 messages: the first six and last two characters, if it has more."""
    name = user_id or "unknown"
    hidden = len(name) - 8
    return "*" * len(name) if hidden <= 0 else f"{name[:6]}{'*' * hidden}{name[-2:]}"


def masked_key(key: str) -> str:
    """Return a key as in 401 messages: the first and last four characters, if it has more than eight."""
    return "****" if len(key) <= 8 else f"{key[:4]}****{key[-4:]}"  # noqa: PLR2004 - four and four
