"""Time as the sandbox reads, stores and prints it: UTC, in LiteLLM's three spellings. It never sleeps."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment in UTC; the default of `SandboxConfig.clock`."""
    return datetime.now(UTC)


def stored(moment: datetime) -> str:
    """Return the sortable text kept in the database: UTC, milliseconds as PostgreSQL keeps them there."""
    whole = moment.astimezone(UTC).replace(tzinfo=None)
    return whole.replace(microsecond=whole.microsecond // 1000 * 1000).isoformat(timespec="microseconds")


def parsed(text: str) -> datetime:
    """Turn stored text back into an aware moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bare(text: str | None) -> str | None:
    """Print a stored moment without a zone, as `/user/info` of the master key does."""
    return text.removesuffix(".000000") if text else None


def zulu(text: str | None) -> str | None:
    """Print a stored moment with `Z`, as most LiteLLM answers do."""
    return f"{text.removesuffix('.000000')}Z" if text else None


def offset(text: str | None) -> str | None:
    """Print a stored moment with `+00:00`, as `/key/info` and `/key/update` do."""
    return f"{text.removesuffix('.000000')}+00:00" if text else None
