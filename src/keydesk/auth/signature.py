"""Checks the header and the signature of a token. Which key may have signed it is the verifiers' affair."""

from collections.abc import Collection

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS, SignedToken
from keydesk.kit.problems import NotSignedIn

PublicKey = RSAKey | ECKey | OKPKey

_NOT_VALID = "This credential is not valid here."
_REFUSED_MEMBERS = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c"})
"""Extensions we do not know, and keys that a token would bring along: keys come from the issuer only."""
_MAX_KEY_ID_CHARACTERS = 255


def key_id(token: SignedToken, algorithms: Collection[str]) -> str:
    """The `kid` by which to find the token's key, once nothing in its header speaks against it.

    Raises NotSignedIn for an algorithm outside `algorithms`, and for a header without a `kid`.
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
    """Raises NotSignedIn unless `key` made the signature, with an algorithm that fits it and is allowed."""
    if key is None:
        raise NotSignedIn(_NOT_VALID)
    try:
        jws.deserialize_compact(token.text, key, registry=_Registry(algorithms))
    except (JoseError, ValueError, TypeError):
        raise NotSignedIn(_NOT_VALID) from None


class _Registry(jws.JWSRegistry):
    """Exactly the configured algorithms. Header members nobody knows are ignored, as RFC 7515 says."""

    max_header_length = MAX_TOKEN_CHARACTERS
    max_payload_length = MAX_TOKEN_CHARACTERS

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        # The inherited method warns of EdDSA, which RFC 9864 only renamed, on every token.
        if not self.allowed or name not in self.allowed:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]
