"""Which routes a virtual key may call. The master key and proxy admins may call all."""

from typing import Final

from keydesk_sandbox.call import Access, Caller, Endpoint
from keydesk_sandbox.errors import DetailError, GatewayError, unauthenticated
from keydesk_sandbox.masking import masked_user

_MODEL_DETAILS: Final = frozenset({"/model/info", "/v1/model/info"})

_INFORMATION: Final = _MODEL_DETAILS | {
    "/user/info", "/v2/user/info", "/key/info", "/key/list", "/key/aliases", "/team/info", "/team/list",
    "/v2/team/list", "/v2/model/info", "/model_group/info", "/v1/models", "/models",
}  # fmt: skip
"""The routes of a key of type read_only, which do not include daily activity."""


def refusal(caller: Caller, endpoint: Endpoint) -> GatewayError | None:
    """Return why this caller may not call this endpoint, or None.

    A key's `allowed_routes` has names of groups: `llm_api_routes` is the one of `key_type: "llm_api"`.
    """
    if caller.key is None or endpoint.access is Access.OPEN:
        return None
    routes = caller.key["allowed_routes"]
    if routes and not _is_among(routes, endpoint):
        wording = (
            "Virtual key is not allowed to call this route. "
            f"Only allowed to call routes: {routes}. Tried to call route: {endpoint.path}"
        )
        return DetailError(403, wording, wrapped=False)
    if endpoint.access is Access.ADMIN and not caller.is_admin:
        role, user_id = caller.role or "unknown", masked_user(caller.user_id if caller.user else None)
        return unauthenticated(
            "Only proxy admin can be used to generate, delete, update info for new keys/users/teams. "
            f"Route={endpoint.path}. Your role={role}. Your user_id={user_id}"
        )
    return None


def _is_among(routes: list[str], endpoint: Endpoint) -> bool:
    """Return whether an endpoint is in one of these groups, or in the list itself."""
    groups = {
        "llm_api_routes": endpoint.access is Access.LLM,
        "management_routes": endpoint.access is not Access.LLM or endpoint.path in _MODEL_DETAILS,
        "info_routes": endpoint.path in _INFORMATION,
    }
    return any(groups.get(route, route == endpoint.path) for route in routes)
