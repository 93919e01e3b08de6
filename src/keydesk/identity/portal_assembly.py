"""Makes what the portal's sign-in needs out of the settings. Opens nothing."""

from dataclasses import dataclass

from keydesk.identity.assembly import IdentityParts
from keydesk.identity.confirmation import Confirmation
from keydesk.identity.jwks import KeyCache
from keydesk.identity.key_sources import discovered_keys
from keydesk.identity.logout_tokens import LogoutTokens
from keydesk.identity.oidc import OidcTokens
from keydesk.identity.oidc_sign_in import OidcSignIn
from keydesk.identity.provider import Provider
from keydesk.identity.sign_in_state import SealedStates
from keydesk.identity.used_tokens import UsedTokens
from keydesk.settings import Portal


@dataclass(frozen=True)
class ProviderSignIn:
    """The sign-in at a provider, the questions it is asked again later, and its word that a sign-in has ended."""

    flow: OidcSignIn
    confirmation: Confirmation
    logout_tokens: LogoutTokens
    keys: KeyCache


def assemble_provider_sign_in(
    portal: Portal, parts: IdentityParts, sealing_key: bytes, used: UsedTokens
) -> ProviderSignIn | None:
    """None where people do not sign in at a provider."""
    settings = portal.sign_in
    if settings is None or portal.base_url is None:
        return None
    keys = KeyCache(discovered_keys(parts.outbound, settings.issuer, settings.algorithms), parts.clock)
    provider = Provider(settings, parts.outbound, parts.clock)
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
