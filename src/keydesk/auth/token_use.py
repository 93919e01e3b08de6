"""Distinguishes access tokens of an OpenID Connect provider from its other tokens. Pure."""

from enum import Enum, auto

from keydesk.auth.signed_token import SignedToken


class TokenUse(Enum):
    ACCESS = auto()
    IDENTITY = auto()
    OTHER = auto()


_USE_BY_CLAIM = {
    "typ": {"bearer": TokenUse.ACCESS, "id": TokenUse.IDENTITY},
    "token_use": {"access": TokenUse.ACCESS, "id": TokenUse.IDENTITY},
}
_ONLY_IN_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
_ONLY_IN_ACCESS_TOKENS = frozenset({"scope", "scp", "client_id", "cid", "appid"})


def token_use(token: SignedToken) -> TokenUse:
    """Return the token's purpose by the first rule that applies.

    1. Header `typ: at+jwt` (RFC 9068): access. Any other `typ` than `JWT`, or one that is not a string: other.
    2. Claim `typ` (Keycloak): `Bearer` is access, `ID` is identity, everything else (`Refresh`, ...) is other.
    3. Claim `token_use` (Amazon Cognito): `access` or `id`, everything else is other.
    4. Claims that only ID tokens have (`nonce`, `at_hash`, `c_hash`, `s_hash`): identity.
    5. Claims that only access tokens have (`scope`, `scp`, `client_id`, `cid`, `appid`): access.
    6. Otherwise: identity, the safe default, because providers also sign ID tokens without these claims.
    """
    if token.typ == "at+jwt":
        return TokenUse.ACCESS
    if token.typ != "jwt" and "typ" in token.header:
        return TokenUse.OTHER
    return _use_by_claims(token)


def _use_by_claims(token: SignedToken) -> TokenUse:
    for claim, meanings in _USE_BY_CLAIM.items():
        if claim in token.claims:
            return meanings.get(str(token.claims[claim]).lower(), TokenUse.OTHER)
    if _ONLY_IN_ID_TOKENS.isdisjoint(token.claims) and not _ONLY_IN_ACCESS_TOKENS.isdisjoint(token.claims):
        return TokenUse.ACCESS
    return TokenUse.IDENTITY
