"""The portal's pages: where browsers reach them, how people sign in to them, how long that lasts."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from keydesk.settings.identity import OidcIssuer, PersonClaims
from keydesk.settings.section import Section, refuse
from keydesk.settings.service import Loopback
from keydesk.settings.values import Address, BaseAddress, Credential, NonEmpty

ClientAuthentication = Literal["client_secret_basic", "client_secret_post"]


class OidcSignIn(PersonClaims):
    """The OpenID Connect provider at which people sign in (authorization code with PKCE).

    Register with it `<portal.baseUrl>/sign-in/callback` to return to, `<portal.baseUrl>/signed-out` to go to
    after signing out, and `<portal.baseUrl>/sign-in/back-channel-logout` for back-channel logout.
    """

    issuer: Annotated[Address, Field(max_length=255)]
    """The provider's issuer, whose discovery document tells everything else."""
    client_id: NonEmpty
    """The name under which the provider knows the portal."""
    client_secret: Credential | None = None
    """The client's secret; left out for a public client, which PKCE alone protects."""
    client_authentication: ClientAuthentication = "client_secret_basic"
    """How the secret is sent."""
    scopes: tuple[NonEmpty, ...] = ("openid", "profile", "email")
    """What to ask for; some providers need `groups` here."""

    @model_validator(mode="after")
    def _is_openid(self) -> Self:
        refuse([("openid" not in self.scopes, ("scopes",), "expected openid among them")])
        return self

    def id_token_rules(self) -> OidcIssuer:
        """The same as rules for tokens, which then must be meant for this client."""
        claims = {name: getattr(self, name) for name in PersonClaims.model_fields}
        return OidcIssuer(issuer=self.issuer, audiences=(self.client_id,), accept_id_tokens=True, **claims)


class Sessions(Section):
    """How long somebody stays signed in to the portal."""

    idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = 120
    """Minutes without a request after which a sign-in ends."""
    absolute_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """Hours after which a sign-in ends in any case."""
    check_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes after which Keydesk asks the provider again for a signed-in person's groups."""
    unconfirmed_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """Minutes after which a sign-in ends when the provider has not confirmed it, because it is away or cannot."""

    @model_validator(mode="after")
    def _can_be_confirmed(self) -> Self:
        too_soon = self.unconfirmed_minutes <= self.check_minutes
        refuse([(too_soon, ("unconfirmedMinutes",), "expected more than checkMinutes")])
        return self


class Portal(Section):
    """The portal's pages."""

    base_url: BaseAddress | None = None
    """Where browsers reach the portal, such as https://keys.example.com; needed for `signIn`."""
    sign_in: OidcSignIn | None = None
    """The provider at which people sign in."""
    sessions: Sessions = Sessions()
    """How long somebody stays signed in."""

    @model_validator(mode="after")
    def _sign_in_can_return(self) -> Self:
        parts = urlsplit(self.base_url or "")
        plain = parts.scheme == "http" and parts.hostname not in Loopback
        refuse(
            [
                (
                    self.sign_in is not None and self.base_url is None,
                    ("baseUrl",),
                    "expected the portal's address, to which the provider sends people back",
                ),
                (plain, ("baseUrl",), "expected https: without, browsers keep no sign-in"),
                (bool(parts.path), ("baseUrl",), "expected an address without a path"),
            ]
        )
        return self
