"""Chooses how a person signs in: at the provider that the server names or at Keydesk, in a browser or with a code."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from keydesk.client.errors import ClientError, NotSignedIn, Unavailable
from keydesk.client.oauth import OAuthRefused
from keydesk.client.places import AtKeydesk, AtProvider
from keydesk.client.provider import Provider
from keydesk.client.provider_client import ProviderClient
from keydesk.client.server import ApiRequest, Metadata, Server
from keydesk.client.session import revoke
from keydesk.client.sign_in import Say, SignIn, has_browser
from keydesk.client.tokens import Tokens
from keydesk.kit.http_client import HttpClient

_AT_KEYDESK = "To sign in at Keydesk itself, add: --at keydesk"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Where the person wants to sign in, and whether with a code in every case."""

    at: Literal["keydesk", "provider"] | None = None
    device: bool = False

    @property
    def with_code(self) -> bool:
        return self.device or not has_browser()


USUAL = Wishes()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """New tokens, and the client of the provider that issued them, if it was not Keydesk."""

    tokens: Tokens
    provider: ProviderClient | None = None


class _NotOffered(ClientError):  # noqa: N818 - it reads as what happened
    """The provider has no sign-in for this machine."""


async def sign_in_at(server: Server, http: HttpClient, wishes: Wishes, say: Say) -> SignedIn:
    """Sign in, and return the tokens. Keydesk comes second, and only if it confirms sign-ins. Raises ClientError."""
    metadata = await server.metadata()
    provider = None if metadata.provider is None else Provider(metadata.provider, http)
    if wishes.at == "provider" and provider is None:
        raise ClientError(f"{server.address} names no provider for the command line.")
    if wishes.at != "keydesk" and provider is not None:
        try:
            return await _at_provider(server, provider, wishes, say)
        except _NotOffered as not_offered:
            if wishes.at == "provider" or metadata.own is None:
                raise
            say(f"{not_offered} You sign in at Keydesk instead.")
        except Unavailable as unavailable:
            raise Unavailable(f"{unavailable} {_hint(metadata)}".strip()) from None
    sign_in = SignIn(AtKeydesk(server), say)
    return SignedIn(await (sign_in.with_code() if wishes.with_code else sign_in.with_browser()))


async def _at_provider(server: Server, provider: Provider, wishes: Wishes, say: Say) -> SignedIn:
    offer = await provider.offer()
    sign_in = SignIn(AtProvider(provider, offer, server.address), say)
    issuer = provider.client.issuer
    say(f"You sign in at {issuer}. Continue only if you trust {server.address}: it gets your tokens.")
    if offer.endpoints.authorization and not wishes.with_code:
        tokens = await sign_in.with_browser()
    elif offer.endpoints.device:
        tokens = await _with_code(sign_in, issuer)
    else:
        raise _NotOffered(f"{issuer} offers no sign-in for this machine.")
    await _accepted(server, provider, tokens)
    return SignedIn(tokens, provider.client)


async def _with_code(sign_in: SignIn, issuer: str) -> Tokens:
    try:
        return await sign_in.with_code()
    except OAuthRefused as refused:
        if refused.error == "unauthorized_client":
            raise _NotOffered(f"{issuer} does not let this client sign in with a code.") from None
        raise


async def _accepted(server: Server, provider: Provider, tokens: Tokens) -> None:
    """Revoke tokens that the server does not accept. Raises ClientError with the setting to look at."""
    try:
        await server.call(ApiRequest("GET", "/config"), tokens.access)
    except ClientError as error:
        await _withdrawn(provider, tokens)
        if not isinstance(error, NotSignedIn):
            raise
        raise ClientError(
            f"{server.address} does not accept tokens of {provider.client.client_id} at {provider.client.issuer}. "
            "Ask your platform team to check identity.oidc of Keydesk."
        ) from None


async def _withdrawn(provider: Provider, tokens: Tokens) -> None:
    with suppress(ClientError):  # they end by themselves, and nothing has kept them
        await revoke(provider, tokens)


def _hint(metadata: Metadata) -> str:
    return _AT_KEYDESK if metadata.own else ""
