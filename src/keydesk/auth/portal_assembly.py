"""Builds the portal's sign-in from the settings. Opens no connection."""

from dataclasses import dataclass

from keydesk.auth.assembly import IdentityParts
from keydesk.auth.confirmation import Confirmation
from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys
from keydesk.auth.logout_tokens import LogoutTokens
from keydesk.auth.oidc import OidcTokens
from keydesk.auth.oidc_sign_in import OidcSignIn
from keydesk.auth.provider import Provider
from keydesk.auth.sign_in_state import SealedStates
from keydesk.auth.used_tokens import UsedTokens
from keydesk.settings import Portal


@dataclass(frozen=True)
class ProviderSignIn:
    """The services of provider sign-in: sign-in, later confirmation, and back-channel logout."""

    flow: OidcSignIn
    confirmation: Confirmation
    logout_tokens: LogoutTokens
    keys: KeyCache


def assemble_provider_sign_in(
    portal: Portal, parts: IdentityParts, sealing_key: bytes, used: UsedTokens
) -> ProviderSignIn | None:
    """Return the services, or None without provider sign-in."""
    settings = portal.sign_in
    if settings is None or portal.base_url is None:
        return None
    keys = KeyCache(discovered_keys(parts.http_client, settings.issuer, settings.algorithms), parts.clock)
    provider = Provider(settings, parts.http_client, parts.clock)
    tokens = OidcTokens(settings.id_token_rules(), keys, parts.links, parts.clock)
    flow = OidcSignIn(
        settings, portal.base_url, provider, tokens, SealedStates(sealing_key, parts.clock), used, parts.clock
    )
    return ProviderSignIn(
        flow,
        Confirmation(settings, provider, tokens, parts.clock),
        LogoutTokens(settings, keys, parts.clock),
        keys,
    )
