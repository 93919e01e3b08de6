"""Public ids of virtual keys, derived from LiteLLM's token hash so that the hash is never exposed."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

_ID_CHARACTERS = 26
_ID = re.compile(rf"key_[a-z2-7]{{{_ID_CHARACTERS}}}")
_LINK = "secret"


def is_key_id(text: str) -> bool:
    """Return whether the text has the format of a key id."""
    return _ID.fullmatch(text) is not None


def link_tag(secret_id: str, key_id: str) -> str:
    """Return the tag with which the invalidation bus tells other processes about a later secret of a key."""
    return f"{_LINK}:{secret_id}:{key_id}"


class KeyIds:
    """Derives ids with HMAC: deterministic for a hash and the server secret, and not reversible without the secret.

    The id of a key is derived from its first secret. Later secrets, which a rotation makes, are linked to that id.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._links: dict[str, str] = {}

    def of(self, token_hash: str) -> str:
        """Return the id of the key to which the secret with this hash belongs."""
        secret_id = self.of_secret(token_hash)
        return self._links.get(secret_id, secret_id)

    def of_secret(self, token_hash: str) -> str:
        """Return the id of one secret: `key_` and 26 characters (130 bits) for LiteLLM's hash of it."""
        digest = hmac.digest(self._secret, token_hash.encode(), hashlib.sha256)
        return "key_" + base64.b32encode(digest).decode().lower()[:_ID_CHARACTERS]

    def link(self, links: Mapping[str, str]) -> None:
        """Link later secrets to their keys, both by id."""
        self._links.update(links)

    def unlink(self, secret_id: str) -> None:
        self._links.pop(secret_id, None)

    def link_tagged(self, tags: Iterable[str]) -> None:
        """Link the secrets in the tags of a message. Other tags are ignored."""
        for tag in tags:
            if tag.startswith(f"{_LINK}:") and len(parts := tag.split(":")) == 3:  # noqa: PLR2004 - as in `link_tag`
                self._links[parts[1]] = parts[2]
