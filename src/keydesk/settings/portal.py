"""Settings of the portal: its URL, the sign-in and the sessions."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from keydesk.settings.command_line_client import Parameters, flow_faults
from keydesk.settings.identity import OidcIssuer, PersonClaims
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.service import Loopback
from keydesk.settings.values import Address, BaseAddress, Credential, NonEmpty

ClientAuthentication = Literal["client_secret_basic", "client_secret_post"]


class OidcSignIn(PersonClaims):
    """The OpenID Connect provider for sign-in (authorization code flow with PKCE).

    Register these URLs at the provider: `<portal.baseUrl>/sign-in/callback` as redirect URI,
    `<portal.baseUrl>/signed-out` as post-logout redirect URI, and `<portal.baseUrl>/sign-in/back-channel-logout` for
    back-channel logout.
    """

    issuer: Annotated[Address, Field(max_length=255)]
    """The issuer. Keydesk reads the endpoints from its discovery document."""
    client_id: NonEmpty
    """The portal's client id at the provider."""
    client_secret: Credential | None = None
    """The client secret. Leave it out for a public client, which only PKCE protects."""
    client_authentication: ClientAuthentication = "client_secret_basic"
    """How Keydesk sends the client secret."""
    scopes: tuple[NonEmpty, ...] = ("openid", "profile", "email")
    """The requested scopes. Some providers require `groups`."""
    authorization_parameters: Parameters = Field(default_factory=dict)
    """Additional parameters of the authorization request, such as `{access_type: offline}` for Google."""

    @rule
    def _fits_the_flow(self) -> Faults:
        return flow_faults(self.scopes, self.authorization_parameters)

    def id_token_rules(self) -> OidcIssuer:
        """Return the rules for tokens that are issued to this client."""
        claims = {name: getattr(self, name) for name in PersonClaims.model_fields}
        return OidcIssuer(issuer=self.issuer, audiences=(self.client_id,), accept_id_tokens=True, **claims)


class Sessions(Section):
    """The lifetime of portal sessions."""

    idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = 120
    """Minutes without a request after which a session ends."""
    absolute_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """Maximum lifetime of a session in hours."""
    check_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes after which Keydesk reads the user's groups from the provider again."""
    unconfirmed_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """Minutes after which a session ends if the provider did not confirm it, for example because it is unavailable."""

    @rule
    def _can_be_confirmed(self) -> Faults:
        if self.unconfirmed_minutes <= self.check_minutes:
            yield ("unconfirmedMinutes",), "must be greater than checkMinutes"


class Machines(Section):
    """Sign-in of the command line, which people confirm in the portal or on the page of `confirmationUrl`."""

    enabled: bool = True
    """Let people sign in on their machines with `keydesk login`."""
    confirmation_url: Address | None = None
    """The page on which people enter the code of a terminal, such as one in Backstage, instead of `/device` in the
    portal. Its requests need a token of the person, and Keydesk accepts them only if this is set. Requires
    `portal.baseUrl`."""
    scopes: tuple[NonEmpty, ...] = ()
    """Scopes that Keydesk requests in addition to those of `signIn` when a person signs in a machine. Use
    `offline_access` if the provider accepts only the newest refresh token of a browser session."""
    idle_days: Annotated[int, Field(ge=1, le=90)] = 14
    """Days without a request after which a machine has to sign in again."""
    absolute_days: Annotated[int, Field(ge=1, le=365)] = 90
    """Maximum days until a machine has to sign in again. Without a provider that can confirm the person, such as
    behind an authenticating proxy and with `confirmationUrl`, `sessions.absoluteHours` is the maximum."""

    @rule
    def _code_is_sent_encrypted(self) -> Faults:
        parts = urlsplit(self.confirmation_url or "")
        if parts.scheme == "http" and parts.hostname not in Loopback:
            yield ("confirmationUrl",), "must start with https://"


class Portal(Section):
    """The web portal."""

    base_url: BaseAddress | None = None
    """The URL of the portal in browsers, such as https://keys.example.com. Required for `signIn`."""
    sign_in: OidcSignIn | None = None
    """The OpenID Connect provider for sign-in."""
    sessions: Sessions = Sessions()
    """The lifetime of sessions."""
    machines: Machines = Machines()
    """Sign-in of the command line."""

    @rule
    def _sign_in_can_return(self) -> Faults:
        if self.base_url is None and self.sign_in is not None:
            yield ("baseUrl",), "is required for portal.signIn: the provider redirects people to this URL"

    @rule
    def _machines_know_the_address(self) -> Faults:
        if self.base_url is None and self.machines.confirmation_url is not None:
            yield (
                ("baseUrl",),
                "is required for portal.machines.confirmationUrl: machines sign in at this URL",
            )

    @rule
    def _keeps_the_session_cookie(self) -> Faults:
        parts = urlsplit(self.base_url or "")
        if parts.scheme == "http" and parts.hostname not in Loopback:
            yield ("baseUrl",), "must start with https://; browsers reject the session cookie otherwise"
        if parts.path:
            yield ("baseUrl",), "must not contain a path"
