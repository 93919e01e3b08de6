"""Checks the public client with which the command line signs people in at a provider."""

from keydesk.client.errors import ClientError
from keydesk.client.oauth import Endpoints, OAuthRefused
from keydesk.client.provider import Provider
from keydesk.client.provider_client import ProviderClient
from keydesk.doctor.finding import Finding, failed, ok, warning
from keydesk.kit.http_client import HttpClient
from keydesk.settings import OidcIssuer

_CHECK = "command line client"
_PUBLIC = {"invalid_grant", "invalid_request"}


async def check_command_line_client(rule: OidcIssuer, client_id: str, http_client: HttpClient) -> Finding:
    """Check the client with an invalid refresh token, which the provider must reject as such."""
    provider = Provider(ProviderClient(rule.issuer, client_id), http_client)
    try:
        endpoints = await provider.endpoints()
        await provider.send_form(endpoints.token, {"grant_type": "refresh_token", "refresh_token": "invalid"})
    except OAuthRefused as refused:
        return _refused(refused.error, client_id, endpoints)
    except ClientError as error:
        return failed(
            _CHECK, str(error), "Correct issuer beside commandLine in identity.oidc, or the provider."
        )
    return warning(_CHECK, "could not be checked", "Sign in once with `keydesk login`.")


def _refused(error: str, client_id: str, endpoints: Endpoints) -> Finding:
    if error not in _PUBLIC:
        return failed(
            _CHECK,
            f"the provider rejects {client_id} without a secret, or its refresh tokens ({error})",
            "Set commandLine.clientId in identity.oidc to a public client (native application) that allows the "
            "authorization code grant and refresh tokens.",
        )
    ways = [
        *(["in a browser"] if endpoints.authorization else []),
        *(["with a code"] if endpoints.device else []),
    ]
    if not ways:
        detail = "the provider has neither PKCE with S256 nor device codes"
        return failed(_CHECK, detail, "Remove commandLine in identity.oidc: people then sign in at Keydesk.")
    return ok(
        _CHECK, f"the provider knows the public client {client_id}, and offers a sign-in {' and '.join(ways)}"
    )
