"""Public ids of virtual keys, derived from LiteLLM's token hash so that the hash is never exposed."""

import base64
import hashlib
import hmac
import re

_ID_CHARACTERS = 26
_ID = re.compile(rf"key_[a-z2-7]{{{_ID_CHARACTERS}}}")


def is_key_id(text: str) -> bool:
    """Return whether the text has the format of a key id."""
    return _ID.fullmatch(text) is not None


class KeyIds:
    """Derives ids with HMAC: deterministic for a hash and the server secret, and not reversible without the secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, token_hash: str) -> str:
        """Return `key_` and 26 characters (130 bits) for LiteLLM's hash of a key."""
        digest = hmac.digest(self._secret, token_hash.encode(), hashlib.sha256)
        return "key_" + base64.b32encode(digest).decode().lower()[:_ID_CHARACTERS]
