"""Which failures are worth another attempt, and how long to wait first. Decides only; stamina waits."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from keydesk.litellm.call import Call
from keydesk.litellm.errors import PoolExhausted, RateLimited, TimedOut, Unreachable, UpstreamFailed


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: a number of seconds or an HTTP date. None if absent or unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def retry_rule(call: Call, longest_wait_seconds: float) -> Callable[[Exception], bool | float]:
    """Return stamina's hook for this call: False gives up, True waits as usual, a number waits so long.

    Reads are repeated after connection failures, timeouts, 429 and 5xx. Writes are repeated only if they
    surely were not sent. If LiteLLM asks for a longer wait than allowed, nobody waits: asking sooner would
    ignore it.
    """

    def decide(failure: Exception) -> bool | float:
        if isinstance(failure, PoolExhausted):
            return False
        if isinstance(failure, (Unreachable, TimedOut)):
            return call.idempotent or failure.nothing_sent
        if not call.idempotent or not isinstance(failure, (RateLimited, UpstreamFailed)):
            return False
        if failure.retry_after_seconds is None:
            return True
        return failure.retry_after_seconds if failure.retry_after_seconds <= longest_wait_seconds else False

    return decide
