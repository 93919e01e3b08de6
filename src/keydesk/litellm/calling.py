"""How every call is made: counted, through the breaker, with retries, its error raised. Knows no route."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import stamina
from pydantic import JsonValue

from keydesk.litellm.answer import Answer
from keydesk.litellm.breaker import CircuitBreaker
from keydesk.litellm.call import Call
from keydesk.litellm.config import LiteLLMConfig
from keydesk.litellm.errors import PoolExhausted, TimedOut, Unreachable, UpstreamFailed
from keydesk.litellm.rejections import rejection
from keydesk.litellm.retries import retry_rule
from keydesk.litellm.transport import Transport

OnCall = Callable[[str, str, int | None], None]
"""Told of every attempt: method, route template, status (None if there was no answer)."""


class Caller:
    """What the calls of users, keys, teams and so on have in common."""

    def __init__(
        self, config: LiteLLMConfig, transport: Transport, on_call: OnCall | None, clock: Callable[[], float]
    ) -> None:
        self.config = config
        self._transport = transport
        self._on_call = on_call
        self._breaker = CircuitBreaker(config.breaker_failures, config.breaker_reset_seconds, clock)

    async def get(self, route: str, **query: str | int | None) -> Answer:
        """GET with the query members that are not None. Raises any LiteLLMError."""
        given = {name: value for name, value in query.items() if value is not None}
        return await self.call(Call(method="GET", route=route, query=given))

    async def post(self, route: str, body: Mapping[str, JsonValue]) -> Answer:
        """POST a body. Raises any LiteLLMError."""
        return await self.call(Call(method="POST", route=route, body=body))

    async def call(self, call: Call) -> Answer:
        """Make a call and return its successful answer. Raises any LiteLLMError.

        No attempt begins after the call's own time limit has passed since the first one.
        """
        retrying = stamina.retry_context(
            on=retry_rule(call, self.config.retry_after_max_seconds),
            attempts=self.config.max_retries + 1,
            timeout=call.timeout_seconds or self.config.timeout_seconds,
            wait_initial=self.config.retry_wait_seconds,
            wait_max=self.config.retry_wait_max_seconds,
            wait_jitter=self.config.retry_wait_seconds,
        )
        async for attempt in retrying:
            with attempt:
                return await self._attempt(call)
        raise AssertionError("stamina either returns or raises")

    async def _attempt(self, call: Call) -> Answer:
        passage = self._breaker.enter()
        if self._breaker.is_open:
            # Whoever is sent ahead to see whether LiteLLM is back should not have to wait for long.
            seconds = call.timeout_seconds or self.config.timeout_seconds
            call = replace(call, timeout_seconds=min(seconds, self.config.probe_timeout_seconds))
        outcome = self._breaker.abandoned
        status = None
        try:
            answer = await self._transport.send(call)
            status = answer.status
            error = rejection(answer, now=datetime.now(UTC))
            outcome = self._breaker.failed if isinstance(error, UpstreamFailed) else self._breaker.answered
        except PoolExhausted:
            raise
        except (Unreachable, TimedOut):
            outcome = self._breaker.failed
            raise
        finally:
            outcome(passage)
            if self._on_call is not None:
                self._on_call(call.method, call.route, status)
        if error is not None:
            raise error
        return answer
