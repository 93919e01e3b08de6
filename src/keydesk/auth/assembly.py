"""Makes the verifiers that the settings ask for. Opens nothing: keys are fetched when first needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.auth.backstage import BackstageTokens
from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys
from keydesk.auth.oidc import Links, OidcTokens
from keydesk.auth.token_cache import RememberedTokens
from keydesk.auth.trusted_proxy import TrustedProxyHeaders
from keydesk.auth.verifier import TokenKind, Verifier, Verifiers
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.settings import Bridge, Identity, OidcIssuer


@dataclass(frozen=True)
class Assembled:
    """What `IdentityMiddleware` needs, and what must be closed when the service stops."""

    verifiers: Verifiers
    proxy: TrustedProxyHeaders | None
    closing: tuple[BackstageTokens | KeyCache, ...]

    async def aclose(self) -> None:
        """Give up what may be under way in the background. To be called before `HttpClient.aclose`."""
        for part in self.closing:
            await part.aclose()


@dataclass(frozen=True)
class IdentityParts:
    """What the verifiers work with; `also` are verifiers asked before those of the settings."""

    http_client: HttpClient
    links: Links
    clock: Clock
    also: Sequence[Verifier] = ()


def assemble_identity(settings: Identity, bridge: Bridge, parts: IdentityParts) -> Assembled:
    """The verifiers of the settings. Rules for the same OpenID Connect issuer share its keys."""
    rules = (*settings.oidc, *_bridge_rules(bridge))
    backstage = (
        [BackstageTokens(settings.backstage, parts.http_client, parts.clock)] if settings.backstage else []
    )
    caches = {issuer: _keys_of(issuer, rules, parts) for issuer in {rule.issuer for rule in rules}}
    oidc = [OidcTokens(rule, caches[rule.issuer], parts.links, parts.clock) for rule in rules]
    kinds: list[TokenKind] = [*backstage, *oidc]
    proxy = TrustedProxyHeaders(settings.trusted_proxy) if settings.trusted_proxy else None
    verifiers = Verifiers([*parts.also, RememberedTokens(kinds, parts.clock)])
    return Assembled(verifiers, proxy, (*backstage, *caches.values()))


def _bridge_rules(bridge: Bridge) -> list[OidcIssuer]:
    """The bridge takes any access token that its issuer gave to its client."""
    if not bridge.enabled or bridge.issuer is None:
        return []
    return [OidcIssuer(issuer=bridge.issuer, authorized_parties=(bridge.client_id,))]


def _keys_of(issuer: str, rules: Sequence[OidcIssuer], parts: IdentityParts) -> KeyCache:
    algorithms = {algorithm for rule in rules if rule.issuer == issuer for algorithm in rule.algorithms}
    return KeyCache(discovered_keys(parts.http_client, issuer, algorithms), parts.clock)
