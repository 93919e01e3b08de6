"""Builds the verifiers from the settings. Opens no connection: keys are fetched on first use."""

from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.auth.backstage import BackstageTokens
from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys
from keydesk.auth.oidc import Links, OidcTokens
from keydesk.auth.token_cache import TokenCache
from keydesk.auth.trusted_proxy import TrustedProxyHeaders
from keydesk.auth.verifier import TokenKind, Verifier, Verifiers
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.settings import Bridge, Identity, OidcIssuer


@dataclass(frozen=True)
class Assembled:
    """The parts that `IdentityMiddleware` needs, and what to close at shutdown."""

    verifiers: Verifiers
    proxy: TrustedProxyHeaders | None
    closing: tuple[BackstageTokens | KeyCache, ...]

    async def aclose(self) -> None:
        """Cancel background work. Call this before `HttpClient.aclose`."""
        for part in self.closing:
            await part.aclose()


@dataclass(frozen=True)
class IdentityParts:
    """Dependencies of the verifiers. `also` lists verifiers to try before those from the settings."""

    http_client: HttpClient
    links: Links
    clock: Clock
    also: Sequence[Verifier] = ()


def assemble_identity(settings: Identity, bridge: Bridge, parts: IdentityParts) -> Assembled:
    """Return the verifiers from the settings. Rules for the same OpenID Connect issuer share one key cache."""
    rules = (*settings.oidc, *_bridge_rules(bridge))
    backstage = (
        [BackstageTokens(settings.backstage, parts.http_client, parts.clock)] if settings.backstage else []
    )
    caches = {issuer: _keys_of(issuer, rules, parts) for issuer in {rule.issuer for rule in rules}}
    oidc = [OidcTokens(rule, caches[rule.issuer], parts.links, parts.clock) for rule in rules]
    kinds: list[TokenKind] = [*backstage, *oidc]
    proxy = TrustedProxyHeaders(settings.trusted_proxy) if settings.trusted_proxy else None
    verifiers = Verifiers([*parts.also, TokenCache(kinds, parts.clock)])
    return Assembled(verifiers, proxy, (*backstage, *caches.values()))


def _bridge_rules(bridge: Bridge) -> list[OidcIssuer]:
    """Return a rule that accepts every access token issued to the client of the CLI bridge."""
    if not bridge.enabled or bridge.issuer is None:
        return []
    return [OidcIssuer(issuer=bridge.issuer, authorized_parties=(bridge.client_id,))]


def _keys_of(issuer: str, rules: Sequence[OidcIssuer], parts: IdentityParts) -> KeyCache:
    algorithms = {algorithm for rule in rules if rule.issuer == issuer for algorithm in rule.algorithms}
    return KeyCache(discovered_keys(parts.http_client, issuer, algorithms), parts.clock)
