"""The roles of users and the types of keys, with LiteLLM's names."""

from enum import StrEnum
from typing import Final, Literal


class LitellmUserRoles(StrEnum):
    """Roles that `/user/new` accepts. The class name is part of LiteLLM's 422 message."""

    PROXY_ADMIN = "proxy_admin"
    PROXY_ADMIN_VIEW_ONLY = "proxy_admin_viewer"
    INTERNAL_USER = "internal_user"
    INTERNAL_USER_VIEW_ONLY = "internal_user_viewer"


UserRole = Literal[
    LitellmUserRoles.PROXY_ADMIN,
    LitellmUserRoles.PROXY_ADMIN_VIEW_ONLY,
    LitellmUserRoles.INTERNAL_USER,
    LitellmUserRoles.INTERNAL_USER_VIEW_ONLY,
]


class KeyType(StrEnum):
    """The purpose of a key."""

    LLM_API = "llm_api"
    MANAGEMENT = "management"
    READ_ONLY = "read_only"
    DEFAULT = "default"


ROUTES_OF: Final[dict[str, list[str]]] = {
    KeyType.LLM_API: ["llm_api_routes"],
    KeyType.MANAGEMENT: ["management_routes"],
    KeyType.READ_ONLY: ["info_routes"],
}
"""The `allowed_routes` of a key type; the default type has none."""
