"""How callers prove who they are. Several ways may be on at the same time."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from keydesk.settings.section import Section, refuse
from keydesk.settings.values import Address, BaseAddress, Network, NonEmpty, SigningAlgorithm, matching

PluginId = Annotated[
    str, matching(r"[a-z0-9]{1,32}(-[a-z0-9]{1,32}){0,3}", "a Backstage plugin id such as litellm")
]
Namespace = Annotated[
    str, matching(r"(?=.{1,63}$)[a-z0-9]+([._-][a-z0-9]+)*", "a namespace in lower case, such as default")
]
HeaderName = Annotated[str, matching(r"[A-Za-z0-9-]{1,100}", "a header name such as X-Forwarded-User")]
ClaimName = Annotated[str, Field(min_length=1, max_length=200)]
Leeway = Annotated[int, Field(ge=0, le=30)]
Algorithms = Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)]


class BackstageIdentity(Section):
    """Tokens that Backstage issues to people and to its plugins."""

    base_url: BaseAddress
    """Where Keydesk reaches the Backstage backend; the keys are fetched there."""
    issuer: Address | None = None
    """The `iss` of user tokens, `<external base URL>/api/auth`; left out, any `iss` those keys have signed."""
    plugin_id: PluginId = "litellm"
    """The name under which other Backstage plugins address Keydesk."""
    plugins: tuple[PluginId, ...] = ()
    """Plugins that call Keydesk with tokens of their own. A listed plugin never waits behind made-up plugin names."""
    algorithms: Algorithms = ("ES256",)
    """Accepted signature algorithms."""
    leeway_seconds: Leeway = 20
    """Seconds by which clocks may be apart."""


class PersonClaims(Section):
    """How an OpenID Connect provider's tokens are checked, and what they say of a person."""

    algorithms: Algorithms = ("RS256", "PS256", "ES256")
    """Accepted signature algorithms."""
    name_claim: ClaimName = "preferred_username"
    """The claim with the person's name, which becomes the entity name. Claims may be nested: `a.b`."""
    display_name_claim: ClaimName | None = "name"
    """The claim with the name to show; null for none."""
    email_claim: ClaimName | None = "email"
    """The claim with the address, used if the provider verified it; null for none."""
    groups_claim: ClaimName | None = "groups"
    """The claim with the groups; null for none."""
    namespace: Namespace = "default"
    """The namespace of these people and groups; only `default` has accounts in LiteLLM."""
    names_ignore_case: bool = False
    """For providers whose names differ in more than case; else a name with capitals is refused."""
    leeway_seconds: Leeway = 20
    """Seconds by which clocks may be apart."""


class OidcIssuer(PersonClaims):
    """Access tokens of one OpenID Connect provider. One of `audiences` and `authorizedParties` must be given."""

    issuer: Annotated[Address, Field(max_length=255)]
    """The provider's issuer, compared character by character."""
    audiences: tuple[NonEmpty, ...] = ()
    """A token must name one of these as its audience."""
    authorized_parties: tuple[NonEmpty, ...] = ()
    """A token must have been issued to one of these clients."""
    accept_id_tokens: bool = False
    """Take the provider's ID tokens for access tokens."""

    @model_validator(mode="after")
    def _meant_for_somebody(self) -> Self:
        nobody = not self.audiences and not self.authorized_parties
        refuse([(nobody, ("audiences",), "expected this or authorizedParties, to say whose tokens count")])
        return self


class TrustedProxy(Section):
    """Identity headers of an authenticating reverse proxy, such as oauth2-proxy."""

    networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    """Where the proxy connects from; the headers count on no other connection. It must not pass them on."""
    user_header: HeaderName = "X-Forwarded-User"
    """The header with the person's name."""
    email_header: HeaderName | None = "X-Forwarded-Email"
    """The header with the address; null for none."""
    groups_header: HeaderName | None = "X-Forwarded-Groups"
    """The header with the groups, separated by commas; null for none."""
    namespace: Namespace = "default"
    """The namespace of these people and groups; only `default` has accounts in LiteLLM."""
    names_ignore_case: bool = False
    """As for OpenID Connect."""


class Identity(Section):
    """The ways to sign in. At least one is needed here, in `litellm.bridge` or in `demo`."""

    backstage: BackstageIdentity | None = None
    """Tokens that Backstage issues. A Backstage app-config sets it."""
    oidc: tuple[OidcIssuer, ...] = ()
    """Access tokens of OpenID Connect providers; an issuer may be listed twice, with different rules."""
    trusted_proxy: TrustedProxy | None = None
    """Identity headers of a reverse proxy."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody could sign in."""
        return self.backstage is None and not self.oidc and self.trusted_proxy is None
