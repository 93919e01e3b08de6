"""The provider at which the command line signs people in, for the metadata of RFC 8414. It has no secret."""

from typing import Any

from keydesk.client.provider_client import ACCESS_TOKEN, ID_TOKEN, MEMBER
from keydesk.settings import Identity


def provider_metadata(identity: Identity) -> dict[str, Any]:
    """Return the member with the provider's public client, or nothing if no provider has one."""
    provider = identity.command_line
    if provider is None or provider.command_line is None:
        return {}
    client = provider.command_line
    return {
        MEMBER: {
            "issuer": provider.issuer,
            "client_id": client.client_id,
            "scopes": list(client.scopes),
            "parameters": client.authorization_parameters,
            "redirect_port": client.redirect_port,
            "token": ID_TOKEN if provider.accept_id_tokens else ACCESS_TOKEN,
        }
    }
