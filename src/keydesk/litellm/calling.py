"""Sends every call with metrics, circuit breaker, retries and error handling. Knows no routes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import stamina
from pydantic import JsonValue

from keydesk.litellm.breaker import CircuitBreaker
from keydesk.litellm.call import Answer, Call
from keydesk.litellm.config import LiteLLMConfig
from keydesk.litellm.errors import LiteLLMError, PoolExhausted, TimedOut, Unreachable, UpstreamFailed
from keydesk.litellm.hooks import Attempt, Hooks
from keydesk.litellm.rejections import rejection, retry_rule
from keydesk.litellm.transport import Transport


class Caller:
    """The call logic that all resources share."""

    def __init__(
        self,
        config: LiteLLMConfig,
        transport: Transport,
        hooks: Hooks,
        clock: Callable[[], float],
    ) -> None:
        self.config = config
        self._transport = transport
        self._time_limit = hooks.time_limit
        self._on_call = hooks.on_call
        self.breaker = CircuitBreaker(config.breaker_failures, config.breaker_reset_seconds, clock)

    async def get(self, route: str, **query: str | int | None) -> Answer:
        """Send a GET request with the query members that are not None. Raises any LiteLLMError."""
        given = {name: value for name, value in query.items() if value is not None}
        return await self.call(Call(method="GET", route=route, query=given))

    async def post(self, route: str, body: Mapping[str, JsonValue]) -> Answer:
        """Send a POST request. Raises any LiteLLMError."""
        return await self.call(Call(method="POST", route=route, body=body))

    async def call(self, call: Call) -> Answer:
        """Send a call and return its successful response. Raises any LiteLLMError.

        No attempt starts after the call's time limit has passed since the first attempt. If no time is left before
        the first one, TimedOut is raised.
        """
        retrying = stamina.retry_context(
            on=retry_rule(call, self.config.retry_after_max_seconds),
            attempts=self.config.max_retries + 1,
            timeout=self._seconds_for(call),
            wait_initial=self.config.retry_wait_seconds,
            wait_max=self.config.retry_wait_max_seconds,
            wait_jitter=self.config.retry_wait_seconds,
        )
        async for attempt in retrying:
            with attempt:
                return await self._attempt(replace(call, timeout_seconds=self._seconds_for(call)))
        raise AssertionError("stamina either returns or raises")

    def _seconds_for(self, call: Call) -> float:
        seconds = self._time_limit(call.timeout_seconds or self.config.timeout_seconds)
        if seconds <= 0:
            raise TimedOut(f"{call.route} was not called: the time limit was reached", nothing_sent=True)
        return seconds

    async def _attempt(self, call: Call) -> Answer:
        passage = self.breaker.enter()
        if self.breaker.is_open:
            # The half-open breaker's trial call uses a short timeout.
            seconds = call.timeout_seconds or self.config.timeout_seconds
            call = replace(call, timeout_seconds=min(seconds, self.config.probe_timeout_seconds))
        outcome = self.breaker.abandoned
        status, failure = None, "Cancelled"
        began_at = time.perf_counter()
        try:
            answer = await self._transport.send(call)
            status = answer.status
            error = rejection(answer, now=datetime.now(UTC))
            outcome = self.breaker.failed if isinstance(error, UpstreamFailed) else self.breaker.answered
        except LiteLLMError as raised:
            failure = type(raised).__name__
            if isinstance(raised, Unreachable | TimedOut) and not isinstance(raised, PoolExhausted):
                outcome = self.breaker.failed
            raise
        finally:
            outcome(passage)
            if self._on_call is not None:
                seconds = time.perf_counter() - began_at
                reason = failure if status is None else None
                self._on_call(Attempt(call.method, call.route, status, reason, seconds))
        if error is not None:
            raise error
        return answer
