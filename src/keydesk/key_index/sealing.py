"""Encrypts LiteLLM's hashes of keys, with which the platform team's changes find keys again.

A hash is not a secret that calls models, but it names a key in every management call of LiteLLM.
"""

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_REGISTRY = jwe.JWERegistry(algorithms=list(_HEADER.values()))


class SealedHashes:
    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    def seal(self, token_hash: str) -> str:
        return jwe.encrypt_compact(_HEADER, token_hash.encode(), self._key, registry=_REGISTRY)

    def open(self, sealed: str) -> str | None:
        """Return the hash, or None if it was encrypted with another key."""
        try:
            content = jwe.decrypt_compact(sealed, self._key, registry=_REGISTRY).plaintext
        except (JoseError, ValueError):
            return None
        return content.decode() if content else None
