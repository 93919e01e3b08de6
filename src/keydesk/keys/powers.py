"""What a key may do besides calling models, by its `allowed_routes` in LiteLLM. Pure.

The routes decide, not `key_type`: LiteLLM keeps the type that a key was made with, whatever its routes become
(observed on 1.109.1). A key without routes may call everything that its owner may, and so create keys without budget or
end. An entry is the name of a group of routes, a path that also stands for everything below it, or a pattern with `*`.
"""

from collections.abc import Sequence

MODEL_CALLS = "llm_api_routes"
"""The group of routes that every key made by Keydesk has."""
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
"""Groups of LiteLLM whose routes call models or only read."""
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
    """Return whether a key with these routes may do more than call models and read. Unknown routes count as more."""
    return not routes or not all(_is_harmless(route) for route in routes)


def narrowed(routes: Sequence[str]) -> tuple[str, ...] | None:
    """Return the routes that such a key should have: the harmless ones, or model calls.

    None where only an administrator can tell: all routes are unknown, and calling models may be more than they allow.
    A key that manages keys gains nothing by model calls, because it can create a key that makes them.
    """
    harmless = tuple(route for route in routes if _is_harmless(route))
    if harmless:
        return harmless
    return (MODEL_CALLS,) if not routes or _MANAGING_GROUPS.intersection(routes) else None


def _is_harmless(route: str) -> bool:
    return route in _HARMLESS_GROUPS or route.startswith(_MODEL_PATHS)
