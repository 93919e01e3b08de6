"""Limits sign-ins of machines: how many start, how many codes a person tries, and how many tokens are refused."""

from dataclasses import dataclass

from starlette.types import Scope

from keydesk.http.client_address import ClientAddress
from keydesk.kit.clock import Clock
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.settings import Limits

_STARTS_PER_ADDRESS, _STARTS_OVERALL, _GUESSES_PER_PERSON, _REFUSALS_PER_ADDRESS = 30, 600, 10, 60
_EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class MachineLimits:
    """Each process counts for itself, per minute. Codes are so long that guessing them takes thousands of years."""

    address: ClientAddress
    starts: RateLimiter
    all_starts: RateLimiter
    guesses: RateLimiter
    refusals: RateLimiter

    @classmethod
    def of(cls, limits: Limits, clock: Clock) -> "MachineLimits":
        def seconds() -> float:
            return clock().timestamp()

        rates = (_STARTS_PER_ADDRESS, _STARTS_OVERALL, _GUESSES_PER_PERSON, _REFUSALS_PER_ADDRESS)
        return cls(ClientAddress(limits.proxies), *(RateLimiter(rate, seconds) for rate in rates))

    def take_start(self, scope: Scope) -> None:
        """Count a new request to sign in. Raises TooManyRequests over a limit."""
        address = self.address.of(scope)
        if wait := self.starts.wait(address) or self.all_starts.take(_EVERYBODY):
            raise TooManyRequests(wait)
        self.starts.count(address)

    def check_guess(self, person: str) -> None:
        """Raise TooManyRequests after too many wrong codes from one person."""
        if wait := self.guesses.wait(person):
            raise TooManyRequests(wait)

    def count_guess(self, person: str) -> None:
        """Count a wrong code."""
        self.guesses.count(person)

    def check_refusals(self, scope: Scope) -> None:
        """Raise TooManyRequests after too many refused tokens from one address, before another one is checked."""
        if wait := self.refusals.wait(self.address.of(scope)):
            raise TooManyRequests(wait)

    def take_refusal(self, scope: Scope) -> None:
        """Count a refused code or token. Raises TooManyRequests over the limit. Valid tokens have no limit."""
        if wait := self.refusals.take(self.address.of(scope)):
            raise TooManyRequests(wait)
