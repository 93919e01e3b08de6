"""People of well-known identity providers: the claims of their ID tokens, and the accounts that follow from them.

The claims have the shape that each provider documents. Each person has a name of their own, because the tests share a
gateway.
"""

from dataclasses import dataclass
from typing import Any

DEFAULT, POWER = 10.0, 100.0
"""The budgets in the recipes."""


@dataclass(frozen=True)
class Arrival:
    """A person who signs in with the configuration `number` of a page."""

    page: str
    claims: dict[str, Any]
    user_id: str
    budget: float = POWER
    is_auditor: bool = True
    email: str | None = None
    number: int = 0


def keycloak(name: str, groups: list[str]) -> dict[str, Any]:
    return {
        "typ": "ID",
        "azp": "keydesk",
        "sid": f"session-of-{name}",
        "acr": "1",
        "preferred_username": name,
        "name": "Kim Doe",
        "given_name": "Kim",
        "email": f"{name}@example.com",
        "email_verified": True,
        "groups": groups,
    }


def entra(name: str, **claims: Any) -> dict[str, Any]:
    """Entra ID does not send `email_verified`."""
    return {
        "ver": "2.0",
        "tid": "11111111-2222-3333-4444-555555555555",
        "oid": "cb7eda1b-d09a-40ae-b8bb-37836ebc6abd",
        "preferred_username": name,
        "name": "Eve Doe",
        "email": name,
        "uti": "an-id",
    } | claims


def okta(name: str, groups: list[str]) -> dict[str, Any]:
    return {
        "ver": 1,
        "jti": "ID.an-id",
        "amr": ["pwd", "mfa"],
        "idp": "00o1example",
        "auth_time": 1_700_000_000,
        "preferred_username": name,
        "name": "Ola Doe",
        "email": name,
        "email_verified": True,
        "groups": groups,
    }


def google(email: str) -> dict[str, Any]:
    """Google sends neither a user name nor groups."""
    return {
        "azp": "123456789-example.apps.googleusercontent.com",
        "hd": "example.com",
        "email": email,
        "email_verified": True,
        "name": "Jane Doe",
        "given_name": "Jane",
        "picture": "https://lh3.googleusercontent.com/a/picture",
    }


def dex(login: str, groups: list[str]) -> dict[str, Any]:
    return {
        "preferred_username": login,
        "name": "Gil Doe",
        "email": f"{login}@example.com",
        "email_verified": True,
        "groups": groups,
    }


POWER_USERS_ID, ADMINS_ID = "0760b6cf-170e-4a14-91b3-4b78e0739963", "3b2b0c93-acd8-4208-8eba-7a48db1cd4c0"
OVERAGE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://graph.microsoft.com/v1.0/users/an-id/getMemberObjects"}},
}
"""What Entra ID sends instead of more than 200 groups."""
BOTH = ["ai-power-users", "platform"]

ARRIVALS = {
    "the first deployment": Arrival(
        "first-deployment", keycloak("kay", BOTH), "kay", email="kay@example.com"
    ),
    "Keycloak": Arrival("sign-in/keycloak", keycloak("kim", BOTH), "kim", email="kim@example.com"),
    "Keycloak with full paths": Arrival(
        "sign-in/keycloak",
        keycloak("kit", ["/platform", "/ai/ai-power-users"]),
        "kit",
        DEFAULT,
        email="kit@example.com",
    ),
    "Entra ID with roles": Arrival(
        "sign-in/entra-id", entra("Eve.Doe@example.com", roles=BOTH), "eve.doe@example.com"
    ),
    "Entra ID without a role": Arrival(
        "sign-in/entra-id", entra("Eva.Doe@example.com"), "eva.doe@example.com", DEFAULT, is_auditor=False
    ),
    "Entra ID with groups": Arrival(
        "sign-in/entra-id",
        entra("Eli@example.com", groups=[POWER_USERS_ID, ADMINS_ID]),
        "eli@example.com",
        number=1,
    ),
    "Entra ID with too many groups": Arrival(
        "sign-in/entra-id",
        entra("Ema@example.com", **OVERAGE),
        "ema@example.com",
        DEFAULT,
        is_auditor=False,
        number=1,
    ),
    "Okta": Arrival(
        "sign-in/okta",
        okta("Ola.Doe@example.com", ["keydesk-power-users", "keydesk-admins"]),
        "ola.doe@example.com",
        email="Ola.Doe@example.com",
    ),
    "Okta with a space in a name": Arrival(
        "sign-in/okta",
        okta("otto@example.com", ["keydesk power-users"]),
        "otto@example.com",
        DEFAULT,
        is_auditor=False,
        email="otto@example.com",
    ),
    "Google": Arrival(
        "sign-in/google", google("Jane.Doe@example.com"), "jane.doe@example.com", email="jane.doe@example.com"
    ),
    "Google without groups": Arrival(
        "sign-in/google",
        google("bob@example.com"),
        "bob@example.com",
        DEFAULT,
        is_auditor=False,
        email="bob@example.com",
    ),
    "GitHub": Arrival("sign-in/github", dex("GilDoe", BOTH), "gildoe", email="GilDoe@example.com"),
    "GitHub with names of organizations": Arrival(
        "sign-in/github",
        dex("GilRoe", ["acme:ai-power-users", "acme:platform"]),
        "gilroe",
        DEFAULT,
        is_auditor=False,
        email="GilRoe@example.com",
    ),
}
