"""Checks the header and the signature of a token. Verifiers choose the key."""

from collections.abc import Collection

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS, SignedToken
from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn

PublicKey = RSAKey | ECKey | OKPKey

_NOT_VALID = message("This credential is not valid.")
_REFUSED_MEMBERS = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c"})
"""Unsupported extensions, and members that embed keys or their URLs: keys come from the issuer only."""
_MAX_KEY_ID_CHARACTERS = 255


def key_id(token: SignedToken, algorithms: Collection[str]) -> str:
    """Return the `kid` after checking the token's header.

    Raises NotSignedIn for an algorithm outside `algorithms` and for a header without `kid`.
    """
    algorithm, kid = token.header.get("alg"), token.header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise NotSignedIn(_NOT_VALID)
    if not _REFUSED_MEMBERS.isdisjoint(token.header):
        raise NotSignedIn(_NOT_VALID)
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KEY_ID_CHARACTERS:
        raise NotSignedIn(_NOT_VALID)
    return kid


def check_signature(token: SignedToken, key: PublicKey | None, algorithms: Collection[str]) -> None:
    """Raise NotSignedIn unless `key` made the signature with an allowed algorithm that matches the key's type."""
    if key is None:
        raise NotSignedIn(_NOT_VALID)
    try:
        jws.deserialize_compact(token.text, key, registry=_Registry(algorithms))
    except (JoseError, ValueError, TypeError):
        raise NotSignedIn(_NOT_VALID) from None


class _Registry(jws.JWSRegistry):
    """Allows the configured algorithms only. Unknown header members are ignored (RFC 7515)."""

    max_header_length = MAX_TOKEN_CHARACTERS
    max_payload_length = MAX_TOKEN_CHARACTERS

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        # The inherited method warns about EdDSA on every token; RFC 9864 only renamed it.
        if not self.allowed or name not in self.allowed:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]
