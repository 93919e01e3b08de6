"""The figures of daily activity and their sums."""

from typing import Any, Final

from keydesk_sandbox.rows import Row

Json = dict[str, Any]

_COUNTED: Final = (
    "spend", "prompt_tokens", "completion_tokens", "successful_requests", "failed_requests",
)  # fmt: skip


class Metrics:
    """A running sum of activity rows; spend in USD."""

    __slots__ = (*_COUNTED, "response_ms", "timed_requests")

    def __init__(self) -> None:
        self.spend = 0.0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.successful_requests = 0
        self.failed_requests = 0
        self.response_ms = 0
        self.timed_requests = 0

    def add(self, row: Row) -> None:
        """Add one activity row."""
        self.spend += row["spend"]
        self.prompt_tokens += row["prompt_tokens"]
        self.completion_tokens += row["completion_tokens"]
        self.successful_requests += row["successful_requests"]
        self.failed_requests += row["failed_requests"]
        self.response_ms += row["response_ms"]
        self.timed_requests += row["timed_requests"]

    def printed(self) -> Json:
        """Return the figures as LiteLLM names them."""
        return {
            "spend": self.spend,
            "flat_cost": 0.0,
            "ptu_hours": 0.0,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
            "compression_saved_tokens": 0,
            "compression_savings_spend": 0.0,
            "prompt_caching_savings_spend": 0.0,
            "gateway_injected_caching_savings_spend": 0.0,
            "autorouter_savings_spend": 0.0,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "successful_requests": self.successful_requests,
            "failed_requests": self.failed_requests,
            "api_requests": self.successful_requests + self.failed_requests,
            "total_response_time_ms": self.response_ms,
            "timed_requests": self.timed_requests,
        }

    def totals(self) -> Json:
        """Return the figures with the names of `metadata`."""
        names = {"total_tokens": "total_tokens", "total_response_time_ms": "total_response_time_ms"}
        return {names.get(name, f"total_{name}"): value for name, value in self.printed().items()}
