"""Builds the fast lane with the objects that it shares with the middleware."""

from keydesk.api.services import Services
from keydesk.container.resources import Resources
from keydesk.http.allowed_hosts import AllowedHosts
from keydesk.http.fast_lane import FastLane, Rules
from keydesk.http.request_id import RequestIds
from keydesk.kit.rate_limiter import RateLimiter


def build_fast_lane(
    resources: Resources, services: Services, hosts: AllowedHosts, rate_limiter: RateLimiter | None, api: str
) -> FastLane:
    """Return the fast lane. `api` is the path of the API."""
    rules = Rules(
        hosts=hosts,
        ids=RequestIds(),
        concurrency=resources.concurrency,
        rate_limiter=rate_limiter,
        verified=services.identity.verifiers.cached,
        has_arrived=services.access_events.knows,
        observers=resources.observability.observers,
        expect_changes=resources.invalidation_bus.expire_check,
        tracing=resources.observability.tracing,
    )
    return FastLane(services.hot_reads.by_path(api, resources.settings), rules)
