"""Decides from a key's `allowed_routes` in LiteLLM whether it can do more than call models. Pure.

`key_type` does not count: LiteLLM does not update it when the routes change (observed on 1.109.1). A key without
routes can call every route that its owner can, including creating keys without a budget or an expiry. An entry of
`allowed_routes` is the name of a route group, a path prefix, or a pattern with `*`.
"""

from collections.abc import Sequence

MODEL_CALLS = "llm_api_routes"
"""The route group of every key that Keydesk creates."""
_HARMLESS_GROUPS = {
    MODEL_CALLS,
    "llm_api_routes_without_mcp",
    "openai_routes",
    "anthropic_routes",
    "google_routes",
    "mapped_pass_through_routes",
    "passthrough_routes_wildcard",
    "litellm_native_routes",
    "mcp_inference_routes",
    "agent_inference_routes",
    "model_info_routes",
    "apply_guardrail_routes",
    "info_routes",
}
"""LiteLLM route groups that only call models or read."""
_MODEL_PATHS = tuple(
    f"{version}/{path}"
    for version in ("", "/v1")
    for path in (
        "audio/",
        "chat/completions",
        "completions",
        "embeddings",
        "images/",
        "messages",
        "moderations",
        "rerank",
        "responses",
    )
)
_MANAGING_GROUPS = {"management_routes", "key_management_routes"}


def can_manage_gateway(routes: Sequence[str]) -> bool:
    """Return whether the routes allow more than calling models and reading. Unknown routes count as more."""
    return not routes or not all(_is_harmless(route) for route in routes)


def narrowed(routes: Sequence[str]) -> tuple[str, ...] | None:
    """Return the routes to keep: the harmless ones, or else the model calls.

    Returns None if all routes are unknown: adding model calls could then extend what the key can do, so an
    administrator must decide. A key with management routes gains nothing, because it could create a key for model
    calls itself.
    """
    harmless = tuple(route for route in routes if _is_harmless(route))
    if harmless:
        return harmless
    return (MODEL_CALLS,) if not routes or _MANAGING_GROUPS.intersection(routes) else None


def _is_harmless(route: str) -> bool:
    return route in _HARMLESS_GROUPS or route.startswith(_MODEL_PATHS)
