"""Validation of every new or changed budget, with LiteLLM's messages. Enforcement is elsewhere."""

import math

from keydesk_sandbox.bodies import Limits
from keydesk_sandbox.durations import is_budget_duration
from keydesk_sandbox.errors import refused


def check_budget(body: Limits) -> None:
    """Raise 400 for a negative or infinite budget or a duration that LiteLLM does not support."""
    check_amount(body.max_budget)
    check_duration(body.budget_duration)


def check_amount(amount: float | None, name: str = "max_budget") -> None:
    """Raise 400 unless the amount is absent, or finite and not negative."""
    if amount is not None and not (math.isfinite(amount) and amount >= 0):
        raise refused(f"{name} must be a non-negative finite number. Received: {amount}")


def check_duration(duration: str | None) -> None:
    """Raise 400 for a budget duration that LiteLLM does not know, such as `12mo` or `1y`."""
    if duration is not None and not is_budget_duration(duration):
        raise refused(f"Invalid budget_duration '{duration}'. Use a format like '1h', '24h', '7d', or '30d'.")
