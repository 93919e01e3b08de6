"""Enforces requests and tokens per minute of keys, people, teams and members, with LiteLLM's messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.limits import Window
from keydesk_sandbox.teams.records import find_membership

_MOST_RESERVED: Final = 1024
_KEEPING_RESERVATIONS: Final = frozenset({"team_member", "model_per_key"})
_LIMITS: Final = ("rpm_limit", "tpm_limit", "max_parallel_requests")


@dataclass(frozen=True, slots=True)
class Demand:
    """The possible usage of a call: tokens of its text, and the requested maximum of the response, if any."""

    model: str
    prompt_tokens: int
    max_tokens: int | None

    def reserved(self, limit: int) -> int:
        """Return the tokens that LiteLLM reserves under a limit: by default a quarter of it, at most 1024."""
        asked = self.max_tokens if self.max_tokens is not None else max(1, min(_MOST_RESERVED, limit // 4))
        return self.prompt_tokens + asked


@dataclass(frozen=True, slots=True)
class Counted:
    """A rate limit in which the call was counted, and the tokens reserved in it."""

    scope: str
    limits: Row
    window: Window
    reserved: int

    @property
    def remaining_tokens(self) -> int:
        """Return the rest of the limit after the reservation, as in the headers."""
        return max(0, (self.limits.get("tpm_limit") or 0) - self.window.tokens - self.reserved)

    def use(self, tokens: int) -> None:
        """Count the usage of the call; some scopes keep the reservation instead, as observed."""
        self.window.tokens += self.reserved if self.scope in _KEEPING_RESERVATIONS else tokens


def check_rates(call: Call, demand: Demand) -> list[Counted]:
    """Count the call in every rate limit, or raise 429; return them for the headers."""
    counted = []
    for scope, name, limits in _limited(call, demand.model):
        window = call.gateway.limiter.window((scope, name), call.now)
        _check_window(scope, name, limits, _Use(window, demand))
        tokens = limits.get("tpm_limit")
        counted.append(Counted(scope, limits, window, 0 if tokens is None else demand.reserved(tokens)))
    for each in counted:
        each.window.requests += 1
    return counted


@dataclass(frozen=True, slots=True)
class _Use:
    window: Window
    demand: Demand

    def of(self, kind: str, limit: int) -> tuple[int, int]:
        """Return the previous usage and that of the call."""
        if kind == "tokens":
            return self.window.tokens, self.demand.reserved(limit)
        return (self.window.requests, 1) if kind == "requests" else (0, 1)


def _limited(call: Call, model: str) -> Iterator[tuple[str, str, Row]]:
    caller = call.caller
    yield from _if_limited("api_key", caller.token, caller.key)
    if caller.key is not None:
        yield from _if_limited("model_per_key", f"{caller.token}:{model}", _of_model(caller.key, model))
    yield from _if_limited("user", caller.user_id, caller.user)
    if caller.team is not None:
        team_id = caller.team["team_id"]
        yield from _if_limited("team", team_id, caller.team)
        member = find_membership(call.db, team_id, caller.user_id)
        yield from _if_limited("team_member", f"{team_id}:{caller.user_id}", member)


def _of_model(key: Row, model: str) -> Row:
    """Return the limits for one model in a key's metadata."""
    settings = {kind: key["metadata"].get(f"model_{kind}") for kind in ("rpm_limit", "tpm_limit")}
    return {kind: limits.get(model) for kind, limits in settings.items() if isinstance(limits, dict)}


def _if_limited(scope: str, name: str | None, limits: Row | None) -> Iterator[tuple[str, str, Row]]:
    if name is not None and limits is not None and any(limits.get(limit) is not None for limit in _LIMITS):
        yield scope, name, limits


def _check_window(scope: str, name: str, limits: Row, use: _Use) -> None:
    for kind, column in zip(("requests", "tokens", "max_parallel_requests"), _LIMITS, strict=True):
        limit = limits.get(column)
        if limit is None:
            continue
        used, added = use.of(kind, limit)
        if used + added > limit:
            left = max(0, limit - used)
            raise _exceeded(
                f"{scope}: {name}. Limit type: {kind}. Current limit: {limit}, Remaining: {left}", kind, use
            )


def _exceeded(text: str, kind: str, use: _Use) -> ProxyError:
    resets = use.window.resets_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    error = ProxyError(429, f"Rate limit exceeded for {text}. Limit resets at: {resets}", "throttling_error")
    error.headers.update({"retry-after": "60", "rate_limit_type": kind, "reset_at": resets})
    return error
