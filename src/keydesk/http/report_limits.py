"""Limits reports without sign-in, for each address and in total."""

from dataclasses import dataclass

from starlette.types import Scope

from keydesk.http.client_address import ClientAddress
from keydesk.kit.clock import Clock
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.settings import LeakReports, Limits

_EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class ReportLimits:
    address: ClientAddress
    per_address: RateLimiter
    overall: RateLimiter

    @classmethod
    def of(cls, settings: LeakReports, limits: Limits, clock: Clock) -> "ReportLimits":
        def seconds() -> float:
            return clock().timestamp()

        return cls(
            ClientAddress(limits.proxies),
            RateLimiter(settings.per_address_per_minute, seconds),
            RateLimiter(settings.per_minute, seconds),
        )

    def take(self, scope: Scope) -> None:
        """Count a report. Raises TooManyRequests over a limit."""
        address = self.address.of(scope)
        wait = self.per_address.wait(address) or self.overall.take(_EVERYBODY)
        if wait:
            raise TooManyRequests(wait)
        self.per_address.count(address)
