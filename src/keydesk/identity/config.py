"""How callers prove who they are, as configured. Reads no file and no environment; asks nobody."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SigningAlgorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Asymmetric ones only: with a shared secret, whoever can verify a token could also make one."""

_MAX_LEEWAY_SECONDS = 30


def is_web_address(text: str) -> bool:
    """Whether `text` is an http or https address with a host, and without user name and password."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and parts.username is None
            and parts.password is None
        )
    except ValueError:
        return False


def _plain_address(text: str) -> str:
    if not is_web_address(text) or "?" in text or "#" in text:
        raise ValueError("expected an http or https address without user name, password, query or fragment")
    return text


def _base_address(text: str) -> str:
    return _plain_address(text).rstrip("/")


Address = Annotated[str, AfterValidator(_plain_address)]
BaseAddress = Annotated[str, AfterValidator(_base_address)]
PluginId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=63)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$", max_length=100)]
ClaimName = Annotated[str, Field(min_length=1, max_length=200)]
Leeway = Annotated[int, Field(ge=0, le=_MAX_LEEWAY_SECONDS)]
Names = tuple[Annotated[str, Field(min_length=1)], ...]


class IdentitySection(BaseModel):
    """Unknown names are refused, and values never appear in error texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class BackstageIdentity(IdentitySection):
    """Tokens that Backstage issues.

    `base_url` is where its backend is reached from here; the keys are fetched there. `issuer` is the `iss` of
    its user tokens, `<external base URL>/api/auth`; left out, any `iss` counts that those keys have signed.
    `plugin_id` is the name under which other Backstage plugins address the key desk.
    """

    base_url: BaseAddress
    issuer: Address | None = None
    plugin_id: PluginId = "litellm"
    algorithms: Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)] = ("ES256",)
    leeway_seconds: Leeway = 20


class OidcIssuer(IdentitySection):
    """Access tokens of one OpenID Connect provider.

    `issuer` is compared exactly. A token must name one of `audiences` (if any are given) and have been issued
    to one of `authorized_parties` (if any are given); one of the two must be given. Claims may be nested
    (`realm_access.roles`). `names_ignore_case` is for providers whose user names differ in more than case:
    without it, a name with capitals is refused, so that `Bob` cannot become `bob`.
    """

    issuer: Annotated[Address, Field(max_length=255)]
    audiences: Names = ()
    authorized_parties: Names = ()
    algorithms: Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)] = ("RS256", "PS256", "ES256")
    name_claim: ClaimName = "preferred_username"
    display_name_claim: ClaimName | None = "name"
    email_claim: ClaimName | None = "email"
    groups_claim: ClaimName | None = "groups"
    namespace: Namespace = "default"
    names_ignore_case: bool = False
    accept_id_tokens: bool = False
    leeway_seconds: Leeway = 20

    @model_validator(mode="after")
    def _meant_for_somebody(self) -> Self:
        if not self.audiences and not self.authorized_parties:
            raise ValueError("expected audiences or authorizedParties: whose tokens count is not said")
        return self


class TrustedProxy(IdentitySection):
    """Identity headers of an authenticating reverse proxy, such as oauth2-proxy.

    They count only on connections that come from `networks`. The proxy must remove these headers from what
    its own clients send. Groups are separated by commas.
    """

    networks: Annotated[tuple[IPv4Network | IPv6Network, ...], Field(min_length=1)]
    user_header: HeaderName = "X-Forwarded-User"
    email_header: HeaderName | None = "X-Forwarded-Email"
    groups_header: HeaderName | None = "X-Forwarded-Groups"
    namespace: Namespace = "default"
    names_ignore_case: bool = False


class IdentityConfig(IdentitySection):
    """Everything whose word counts here. Several may be given; each token is only ever one's."""

    backstage: BackstageIdentity | None = None
    oidc: tuple[OidcIssuer, ...] = ()
    trusted_proxy: TrustedProxy | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody could sign in."""
        return self.backstage is None and not self.oidc and self.trusted_proxy is None


def bridge_issuer(issuer: str, client_id: str) -> OidcIssuer:
    """The bridge for command-line clients: any access token that `issuer` gave to the client `client_id`."""
    return OidcIssuer(issuer=issuer, authorized_parties=(client_id,))
