"""Makes the verifiers that a configuration asks for. Opens nothing: keys are fetched when first needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.clock import Clock
from keydesk.identity.backstage import BackstageTokens
from keydesk.identity.config import IdentityConfig, OidcIssuer
from keydesk.identity.jwks import KeyCache
from keydesk.identity.key_sources import discovered_keys
from keydesk.identity.links import Links
from keydesk.identity.memory import RememberedTokens
from keydesk.identity.oidc import OidcTokens
from keydesk.identity.trusted_proxy import TrustedProxyHeaders
from keydesk.identity.verifier import TokenKind, Verifier, Verifiers
from keydesk.outbound import Outbound


@dataclass(frozen=True)
class Identity:
    """What `IdentityMiddleware` needs, and what must be closed when the service stops."""

    verifiers: Verifiers
    proxy: TrustedProxyHeaders | None
    closing: tuple[BackstageTokens | KeyCache, ...]

    async def aclose(self) -> None:
        """Give up what may be under way in the background. To be called before `Outbound.aclose`."""
        for part in self.closing:
            await part.aclose()


@dataclass(frozen=True)
class IdentityParts:
    """What the verifiers work with; `also` are verifiers asked after those of the configuration."""

    outbound: Outbound
    links: Links
    clock: Clock
    also: Sequence[Verifier] = ()


def assemble_identity(config: IdentityConfig, parts: IdentityParts) -> Identity:
    """The verifiers of `config`. Rules for the same OpenID Connect issuer share its keys."""
    backstage = [BackstageTokens(config.backstage, parts.outbound, parts.clock)] if config.backstage else []
    caches = {
        issuer: _keys_of(issuer, config.oidc, parts) for issuer in {rule.issuer for rule in config.oidc}
    }
    oidc = [OidcTokens(rule, caches[rule.issuer], parts.links, parts.clock) for rule in config.oidc]
    kinds: list[TokenKind] = [*backstage, *oidc]
    proxy = TrustedProxyHeaders(config.trusted_proxy) if config.trusted_proxy else None
    return Identity(
        Verifiers([RememberedTokens(kinds, parts.clock), *parts.also]), proxy, (*backstage, *caches.values())
    )


def _keys_of(issuer: str, rules: Sequence[OidcIssuer], parts: IdentityParts) -> KeyCache:
    algorithms = {algorithm for rule in rules if rule.issuer == issuer for algorithm in rule.algorithms}
    return KeyCache(discovered_keys(parts.outbound, issuer, algorithms), parts.clock)
