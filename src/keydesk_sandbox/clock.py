"""Times as the sandbox reads, stores and prints them: UTC, in LiteLLM's three formats. Never sleeps."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time in UTC; the default of `SandboxConfig.clock`."""
    return datetime.now(UTC)


def stored(moment: datetime) -> str:
    """Return the sortable text for the database: UTC with milliseconds, as in PostgreSQL."""
    whole = moment.astimezone(UTC).replace(tzinfo=None)
    return whole.replace(microsecond=whole.microsecond // 1000 * 1000).isoformat(timespec="microseconds")


def parsed(text: str) -> datetime:
    """Convert stored text to an aware time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bare(text: str | None) -> str | None:
    """Format a stored time without a zone, as `/user/info` of the master key does."""
    return text.removesuffix(".000000") if text else None


def zulu(text: str | None) -> str | None:
    """Format a stored time with `Z`, as most LiteLLM responses do."""
    return f"{text.removesuffix('.000000')}Z" if text else None


def offset(text: str | None) -> str | None:
    """Format a stored time with `+00:00`, as `/key/info` and `/key/update` do."""
    return f"{text.removesuffix('.000000')}+00:00" if text else None
