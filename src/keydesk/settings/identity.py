"""Authentication of API callers. Several methods can be enabled at the same time."""

from typing import Annotated

from pydantic import Field

from keydesk.client.provider_client import is_safe_issuer
from keydesk.settings.command_line_client import CommandLineClient
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import (
    Address,
    BaseAddress,
    Labelled,
    Network,
    NonEmpty,
    SigningAlgorithm,
    matching,
)

PluginId = Annotated[
    str, matching(r"[a-z0-9]{1,32}(-[a-z0-9]{1,32}){0,3}", "a Backstage plugin id such as litellm")
]
Namespace = Annotated[
    str, matching(r"(?=.{1,63}$)[a-z0-9]+([._-][a-z0-9]+)*", "a namespace in lower case, such as default")
]
HeaderName = Annotated[str, matching(r"[A-Za-z0-9-]{1,100}", "a header name such as X-Forwarded-User")]
GroupName = Annotated[
    str, matching(r"[a-z0-9][a-z0-9._-]{0,62}", "a group name in lower case, such as ai-power-users")
]
GroupNames = dict[NonEmpty, GroupName]
ClaimName = Annotated[str, Field(min_length=1, max_length=200)]
Leeway = Annotated[int, Field(ge=0, le=30)]
Algorithms = Annotated[tuple[SigningAlgorithm, ...], Field(min_length=1)]


class BackstageIdentity(Section):
    """Tokens that Backstage issues to users and plugins."""

    base_url: BaseAddress
    """The URL at which Keydesk reaches the Backstage backend and fetches its signing keys."""
    issuer: Address | None = None
    """The claim `iss` of user tokens, `<external base URL>/api/auth`. By default, Keydesk accepts any `iss` that is
    signed with these keys."""
    plugin_id: PluginId = "litellm"
    """The plugin id that other Backstage plugins use for Keydesk."""
    plugins: tuple[PluginId, ...] = ()
    """Plugins that call Keydesk with their own tokens. Unknown plugin names cannot delay listed plugins."""
    algorithms: Algorithms = ("ES256",)
    """Accepted signature algorithms."""
    leeway_seconds: Leeway = 20
    """Accepted clock difference in seconds."""


class PersonClaims(Section):
    """Validation of an OpenID Connect provider's tokens, and the claims that describe a person."""

    algorithms: Algorithms = ("RS256", "PS256", "ES256")
    """Accepted signature algorithms."""
    name_claim: ClaimName = "preferred_username"
    """The claim with the user name, which becomes the entity name. Write nested claims as `a.b`."""
    display_name_claim: ClaimName | None = "name"
    """The claim with the display name, or null for none."""
    email_claim: ClaimName | None = "email"
    """The claim with the email address, or null for none. Keydesk uses the address only if the provider verified it."""
    groups_claim: ClaimName | None = "groups"
    """The claim with the groups, or null for none."""
    group_names: GroupNames = Field(default_factory=dict)
    """Names of groups in Keydesk by the provider's name, such as `{"acme:platform": platform}`. Use it for ids and for
    names with characters other than letters, digits, `.`, `_` and `-`, which Keydesk otherwise ignores."""
    cost_center_claim: ClaimName | None = None
    """The claim with the person's cost center, for statements."""
    label_claims: Labelled = Field(default_factory=dict)
    """Claims with labels of the person, such as `{department: dept}`, for statements."""
    namespace: Namespace = "default"
    """The namespace of the users and groups. Only users in `default` have LiteLLM accounts."""
    names_ignore_case: bool = False
    """Convert user names and group names to lower case. Enable this only if no two names differ only in case.
    Otherwise, Keydesk rejects names with capital letters."""
    leeway_seconds: Leeway = 20
    """Accepted clock difference in seconds."""


class OidcIssuer(PersonClaims):
    """Access tokens of an OpenID Connect provider. Set `audiences`, `authorizedParties` or both."""

    issuer: Annotated[Address, Field(max_length=255)]
    """The issuer. It must match the claim `iss` exactly."""
    audiences: tuple[NonEmpty, ...] = ()
    """Accepted audiences (claim `aud`)."""
    authorized_parties: tuple[NonEmpty, ...] = ()
    """Accepted client ids (claim `azp` or `client_id`)."""
    accept_id_tokens: bool = False
    """Accept the provider's ID tokens as access tokens."""
    command_line: CommandLineClient | None = None
    """The public client with which `keydesk login` signs people in at this provider. Without it, they sign in at
    Keydesk."""

    @rule
    def _accepts_some_tokens(self) -> Faults:
        if not self.audiences and not self.authorized_parties:
            yield ("audiences",), "set audiences or authorizedParties to say which tokens Keydesk accepts"

    @rule
    def _accepts_the_tokens_of_the_command_line(self) -> Faults:
        if self.command_line is None:
            return
        if not is_safe_issuer(self.issuer):
            yield ("issuer",), "must start with https:// for commandLine, which sends codes and tokens there"
        needed = f"must include the clientId of commandLine, {self.command_line.client_id}"
        if self.authorized_parties and self.command_line.client_id not in self.authorized_parties:
            yield ("authorizedParties",), f"{needed}: Keydesk would reject its tokens"
        if self.accept_id_tokens and self.command_line.client_id not in self.audiences:
            yield ("audiences",), f"{needed}: it is the audience of the ID tokens that acceptIdTokens sends"


class TrustedProxy(Section):
    """Identity headers from an authenticating reverse proxy, such as oauth2-proxy."""

    networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    """The networks that the proxy connects from. Keydesk ignores the headers on other connections. The proxy must
    remove these headers from client requests."""
    user_header: HeaderName = "X-Forwarded-User"
    """The header with the user name."""
    email_header: HeaderName | None = "X-Forwarded-Email"
    """The header with the email address, or null for none."""
    groups_header: HeaderName | None = "X-Forwarded-Groups"
    """The header with the groups, separated by commas, or null for none."""
    group_names: GroupNames = Field(default_factory=dict)
    """Names of groups in Keydesk by the proxy's name, as for OpenID Connect."""
    namespace: Namespace = "default"
    """The namespace of the users and groups. Only users in `default` have LiteLLM accounts."""
    names_ignore_case: bool = False
    """Convert user names and group names to lower case, as for OpenID Connect."""

    @rule
    def _headers_differ(self) -> Faults:
        for name, header in (("emailHeader", self.email_header), ("groupsHeader", self.groups_header)):
            if header is not None and header.lower() == self.user_header.lower():
                yield (name,), "must differ from userHeader"


class Identity(Section):
    """Authentication methods. Configure at least one here or in `litellm.bridge`, `portal.signIn` or `demo`."""

    backstage: BackstageIdentity | None = None
    """Tokens that Backstage issues. A Backstage app-config sets this."""
    oidc: tuple[OidcIssuer, ...] = ()
    """Access tokens of OpenID Connect providers. You can list an issuer more than once, with different rules."""
    trusted_proxy: TrustedProxy | None = None
    """Identity headers of a reverse proxy."""

    @rule
    def _has_one_command_line(self) -> Faults:
        named = [index for index, each in enumerate(self.oidc) if each.command_line is not None]
        for index in named[1:]:
            yield (
                ("oidc", index, "commandLine"),
                f"is set in oidc[{named[0]}] already, and only one can apply",
            )

    @property
    def command_line(self) -> OidcIssuer | None:
        """The provider at which the command line signs in, or None."""
        return next((each for each in self.oidc if each.command_line is not None), None)

    @property
    def is_empty(self) -> bool:
        """Whether no method is configured."""
        return self.backstage is None and not self.oidc and self.trusted_proxy is None
