"""Sign-in at an OpenID Connect provider with the authorization code flow and PKCE.

Starts no session and sets no cookie; `web/provider.py` does.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from keydesk.auth.claims import nested, optional_text
from keydesk.auth.grants import grant_of
from keydesk.auth.oidc import OidcTokens
from keydesk.auth.provider import Provider, ProviderRefused
from keydesk.auth.sessions import ProviderSession
from keydesk.auth.sign_in_state import LIFETIME, SealedStates, SignInState
from keydesk.auth.signed_token import SignedToken, read_token
from keydesk.auth.used_tokens import OneTimeToken, UsedTokens
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotSignedIn, SignInFailed
from keydesk.settings import OidcSignIn as Settings

CALLBACK, SIGNED_OUT = "/sign-in/callback", "/signed-out"
BACK_CHANNEL_LOGOUT = "/sign-in/back-channel-logout"
_RANDOM_CHARACTERS = 48


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A completed sign-in: the person, the provider's session, and the path to return to.

    `machine` is the id of the request to sign in a machine, if the sign-in is for one.
    """

    person: Person
    provider: ProviderSession = field(repr=False)
    path: str
    machine: str | None = None


@dataclass(frozen=True)
class OidcSignIn:
    settings: Settings
    base_url: str
    provider: Provider
    tokens: OidcTokens
    states: SealedStates
    used: UsedTokens
    clock: Clock

    async def begin(self, path: str, machine: str | None = None, also: Sequence[str] = ()) -> tuple[str, str]:
        """Return the authorization URL and the cookie value that the callback needs. `also` are further scopes.

        Raises IdentityProviderUnavailable.
        """
        endpoint = (await self.provider.endpoints()).authorization
        state = SignInState(_random(), _random(), _random(), path, machine)
        address: str = prepare_grant_uri(
            endpoint,
            self.settings.client_id,
            "code",
            redirect_uri=self.base_url + CALLBACK,
            scope=[*dict.fromkeys((*self.settings.scopes, *also))],
            state=state.state,
            nonce=state.nonce,
            code_challenge=create_s256_code_challenge(state.verifier),  # type: ignore[no-untyped-call] # its stubs have no types
            code_challenge_method="S256",
            **self.settings.authorization_parameters,
        )
        return address, self.states.seal(state)

    async def finish(self, answer: Mapping[str, str], sealed: str | None) -> SignedIn:
        """Return the completed sign-in from the callback's parameters and the cookie value of `begin`.

        Each sign-in can be finished once, whether it succeeds or fails. Raises SignInFailed, StorageUnavailable
        and IdentityProviderUnavailable.
        """
        state = self.states.open(sealed)
        if state is None or not hmac.compare_digest(state.state.encode(), answer.get("state", "").encode()):
            raise SignInFailed(message("This sign-in was started in another browser or has expired."))
        await self._check_issuer(answer)
        if not await self.used.use(OneTimeToken("sign-in", state.state, self.clock() + LIFETIME)):
            raise SignInFailed(message("This sign-in has already been used."))
        if "error" in answer or not answer.get("code"):
            raise SignInFailed(message("The identity provider rejected the sign-in."))
        response = await self.provider.tokens(answer["code"], state.verifier, self.base_url + CALLBACK)
        id_token = read_token(str(response.get("id_token", "")))
        if id_token is None:
            raise SignInFailed(message("The identity provider did not return your identity."))
        return await self._signed_in(id_token, response, state)

    async def sign_out_address(self, id_token: str | None) -> str | None:
        """Return the provider's logout URL, or None if it has none."""
        endpoint = (await self.provider.endpoints()).end_session
        if endpoint is None:
            return None
        params = {
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": self.base_url + SIGNED_OUT,
        }
        if id_token:
            params["id_token_hint"] = id_token
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(params)}"

    async def _check_issuer(self, answer: Mapping[str, str]) -> None:
        """Check `iss` to prevent mix-up attacks between providers (RFC 9207)."""
        sends_issuer = (await self.provider.endpoints()).sends_issuer
        issuer = answer.get("iss")
        if issuer != self.settings.issuer and (issuer is not None or sends_issuer):
            raise SignInFailed(message("This sign-in response came from a different identity provider."))

    async def _signed_in(
        self, id_token: SignedToken, response: Mapping[str, Any], state: SignInState
    ) -> SignedIn:
        access_token = str(response.get("access_token") or "")
        params = {"nonce": state.nonce, "client_id": self.settings.client_id, "access_token": access_token}
        now, leeway = int(self.clock().timestamp()), self.settings.leeway_seconds
        try:
            CodeIDToken(id_token.claims, id_token.header, params=params).validate(now, leeway)
            userinfo = await self._userinfo_claims(id_token.claims, access_token)
            verified = await self.tokens.examine(id_token, userinfo)
        except (JoseError, ValueError, TypeError):
            raise SignInFailed(
                message("The identity provider's response does not match this sign-in.")
            ) from None
        except NotSignedIn as refused:
            raise SignInFailed(refused.error) from None
        if verified is None or not isinstance(verified.principal, Person):
            raise SignInFailed(message("The identity provider returned a client instead of a user."))
        session = optional_text(id_token.claims.get("sid"))
        subject = str(id_token.claims["sub"])
        grant = grant_of(response, self.clock().timestamp())
        provider_session = ProviderSession(self.settings.issuer, subject, session, id_token.text, grant)
        return SignedIn(verified.principal, provider_session, state.path, state.machine)

    async def _userinfo_claims(self, claims: Mapping[str, Any], access_token: str) -> Mapping[str, Any]:
        """Return the userinfo claims if the ID token has no name or groups, as with many providers."""
        names = (self.settings.name_claim, self.settings.email_claim, self.settings.groups_claim)
        if not access_token or all(nested(claims, name) is not None for name in names if name):
            return {}
        try:
            found = await self.provider.userinfo(access_token)
        except ProviderRefused:
            return {}
        return found if found.get("sub") == claims.get("sub") else {}


def _random() -> str:
    token: str = generate_token(_RANDOM_CHARACTERS)
    return token
