"""Ids of keys that are safe to show: derived from LiteLLM's hash, which can then stay unseen."""

import base64
import hashlib
import hmac
import re

_ID_CHARACTERS = 26
_ID = re.compile(rf"key_[a-z2-7]{{{_ID_CHARACTERS}}}")


def is_key_id(text: str) -> bool:
    """Whether it has the form of such an id."""
    return _ID.fullmatch(text) is not None


class KeyIds:
    """The same hash and server secret give the same id; nobody without the secret can connect the two."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, token_hash: str) -> str:
        """`key_` and 26 characters (130 bits) for LiteLLM's hash of a key."""
        digest = hmac.digest(self._secret, token_hash.encode(), hashlib.sha256)
        return "key_" + base64.b32encode(digest).decode().lower()[:_ID_CHARACTERS]
