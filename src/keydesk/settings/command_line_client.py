"""Settings of Keydesk's clients at an OpenID Connect provider that the portal and the command line share."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from keydesk.client.provider_client import OWN_PARAMETERS
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import NonEmpty, matching

ParameterName = Annotated[str, matching(r"[A-Za-z0-9_.-]{1,64}", "a parameter name such as access_type")]
_FIRST_PORT = 1024
Parameters = dict[ParameterName, NonEmpty]


def flow_faults(scopes: Sequence[str], parameters: Parameters) -> Faults:
    """Yield what is wrong with the scopes and parameters of an authorization request."""
    if "openid" not in scopes:
        yield ("scopes",), "must include openid"
    for name in sorted(OWN_PARAMETERS & parameters.keys()):
        yield ("authorizationParameters", name), "is set by Keydesk"


class CommandLineClient(Section):
    """A public client of the provider (native application, without a secret), for `keydesk login`.

    Register `http://127.0.0.1/callback/<host of portal.baseUrl>` as redirect URI. For machines without a browser, turn
    on the device authorization grant.
    """

    client_id: NonEmpty
    """The client id at the provider."""
    scopes: tuple[NonEmpty, ...] = ("openid", "profile", "email", "offline_access")
    """The requested scopes. `offline_access` asks for a refresh token. Some providers require a scope of their own
    for access tokens that Keydesk accepts, such as `api://keydesk/access` at Entra ID."""
    authorization_parameters: Parameters = Field(default_factory=dict)
    """Additional parameters of the authorization request, such as `{audience: https://keys.example.com}` for Auth0, or
    `{resource: https://keys.example.com}` (RFC 8707)."""

    redirect_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """The port of the redirect URI, at least 1024, for a provider that compares ports, such as Okta. By default, any
    free port, as RFC 8252 requires of providers."""

    @rule
    def _has_a_port_for_everybody(self) -> Faults:
        if 0 < self.redirect_port < _FIRST_PORT:
            yield ("redirectPort",), f"must be 0, or at least {_FIRST_PORT}"

    @rule
    def _fits_the_flow(self) -> Faults:
        return flow_faults(self.scopes, self.authorization_parameters)
