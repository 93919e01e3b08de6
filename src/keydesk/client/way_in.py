"""Chooses how a person signs in: at the provider that the server names or at Keydesk, in a browser or with a code."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from keydesk.client.errors import ClientError, NotSignedIn, Unavailable
from keydesk.client.oauth import OAuthRefused
from keydesk.client.places import AtKeydesk, AtProvider
from keydesk.client.provider import Offer, Provider
from keydesk.client.provider_client import ProviderClient
from keydesk.client.server import ApiRequest, Metadata, Server
from keydesk.client.session import revoke
from keydesk.client.sign_in import Place, SignIn, has_browser
from keydesk.client.tokens import Tokens
from keydesk.kit.http_client import HttpClient

Begin = Callable[[Place], SignIn]
"""Returns a sign-in at a place, which talks to the person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the person wants to sign in, and whether with a code in every case."""

    at: Literal["keydesk", "provider"] | None = None
    device: bool = False

    @property
    def with_code(self) -> bool:
        return self.device or not has_browser()


USUAL = Choice()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """New tokens, and the client of the provider that issued them, if it was not Keydesk."""

    tokens: Tokens
    provider: ProviderClient | None = None


class _NotOffered(ClientError):  # noqa: N818 - it reads as what happened
    """The provider has no sign-in for this machine."""


async def sign_in_at(server: Server, http: HttpClient, choice: Choice, begin: Begin) -> SignedIn:
    """Sign in, and return the tokens. Keydesk comes second, and only if it confirms sign-ins. Raises ClientError."""
    metadata = await server.metadata()
    own = begin(AtKeydesk(server, metadata.confirmation_page))
    provider = None if metadata.provider is None else Provider(metadata.provider, http)
    if choice.at == "provider" and provider is None:
        raise ClientError(f"{server.address} names no provider for the command line.")
    if choice.at != "keydesk" and provider is not None:
        place = AtProvider(provider, await _offer(provider, metadata), server.address)
        try:
            return await _at_provider(server, place, choice, begin(place))
        except _NotOffered as not_offered:
            if choice.at == "provider" or metadata.own is None:
                raise
            own.say(f"{not_offered} You sign in at Keydesk instead.")
    return SignedIn(await (own.with_code() if choice.with_code else own.with_browser()))


async def _offer(provider: Provider, metadata: Metadata) -> Offer:
    try:
        return await provider.offer()
    except Unavailable as unavailable:
        hint = " To sign in at Keydesk itself, add: --at keydesk" if metadata.own else ""
        raise Unavailable(f"{unavailable}{hint}") from None


async def _at_provider(server: Server, place: AtProvider, choice: Choice, sign_in: SignIn) -> SignedIn:
    client, endpoints = place.server.client, place.offer.endpoints
    sign_in.say(
        f"You sign in at {client.issuer}. Continue only if you trust {server.address}: it gets your tokens."
    )
    if endpoints.authorization and not choice.with_code:
        tokens = await sign_in.with_browser()
    elif endpoints.device:
        tokens = await _with_code(sign_in)
    else:
        raise _NotOffered(f"{client.issuer} offers no sign-in for this machine.")
    await _accepted(server, place.server, tokens)
    return SignedIn(tokens, client)


async def _with_code(sign_in: SignIn) -> Tokens:
    try:
        return await sign_in.with_code()
    except OAuthRefused as refused:  # the client, or one of its scopes
        raise _NotOffered(str(refused)) from None


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
