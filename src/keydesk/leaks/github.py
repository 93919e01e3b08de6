"""Reports of GitHub's secret scanning partner program: verifies the signature, and blocks the reported keys.

https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program/secret-scanning-partner-program
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import KeySource, SourceFailed
from keydesk.auth.public_keys import MAX_KEYS
from keydesk.auth.signature import PublicKey
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient, HttpClientError, Reply
from keydesk.kit.messages import message
from keydesk.leaks.matches import Feedback, Match, SignatureRefused, receive_matches
from keydesk.leaks.models import Source
from keydesk.leaks.service import Leaks

_COOLDOWN_SECONDS = 300
"""GitHub allows 60 requests without authentication per hour and address."""
_OK, _NOT_MODIFIED = 200, 304
_ONLY_GITHUB = message("Only GitHub can send reports to this address.")
_MAX_KEY_ID_CHARACTERS = 128
_MAX_SIGNATURE_CHARACTERS = 200


async def check_signature(
    keys: KeyCache, body: bytes, key_ids: Sequence[str], signatures: Sequence[str]
) -> None:
    """Raise SignatureRefused unless GitHub signed exactly this body.

    `key_ids` and `signatures` are the values of the two headers. Raises IdentityProviderUnavailable if the key may
    be newer than the cached ones.
    """
    signature = _decoded(signatures)
    if signature is None or len(key_ids) != 1 or not _is_key_id(key_ids[0]):
        raise SignatureRefused(_ONLY_GITHUB)
    key = await keys.find(key_ids[0])
    if not isinstance(key, ECKey) or not _is_signed(body, signature, key):
        raise SignatureRefused(_ONLY_GITHUB)


@dataclass(frozen=True, slots=True)
class GitHubReports:
    leaks: Leaks
    keys: KeyCache

    async def check_signature(self, body: bytes, key_ids: Sequence[str], signatures: Sequence[str]) -> None:
        """Count refused reports. See the function of the same name."""
        try:
            await check_signature(self.keys, body, key_ids, signatures)
        except SignatureRefused:
            self.leaks.counts[Source.GITHUB, "invalid"] += 1
            raise

    async def receive(self, matches: Sequence[Match]) -> list[Feedback]:
        """Block the keys among the matches. See `receive_matches`."""
        return await receive_matches(self.leaks, matches, Source.GITHUB)


def github_key_cache(http_client: HttpClient, url: str, clock: Clock) -> KeyCache:
    return KeyCache(
        github_keys(http_client, url),
        clock,
        peer="github",
        cooldown_seconds=_COOLDOWN_SECONDS,
        retry_seconds=_COOLDOWN_SECONDS,
    )


def github_keys(http_client: HttpClient, url: str) -> KeySource:
    """Return a source for GitHub's keys. It remembers the ETag, so that an unchanged list is not sent again."""
    etag, keys = "", {}

    async def fetch() -> Mapping[str, PublicKey]:
        nonlocal etag, keys
        try:
            reply = await http_client.get(url, headers={"If-None-Match": etag} if etag else None)
        except HttpClientError as failure:
            raise SourceFailed(str(failure.kind)) from None
        if reply.status != _NOT_MODIFIED or not etag:
            etag, keys = "", public_keys(reply)
            etag = reply.headers.get("etag", "")
        return keys

    return fetch


def public_keys(reply: Reply) -> dict[str, PublicKey]:
    """Return the usable keys of GitHub's list by id. Raises SourceFailed without any."""
    entries = reply.json.get("public_keys") if isinstance(reply.json, Mapping) else None
    if reply.status != _OK or not isinstance(entries, list):
        raise SourceFailed(f"no list of keys, status {reply.status}")
    keys = dict(_usable(entries[:MAX_KEYS]))
    if not keys:
        raise SourceFailed("the list has no usable key")
    return keys


def _usable(entries: list[Any]) -> Iterable[tuple[str, PublicKey]]:
    for entry in entries:
        known = entry if isinstance(entry, Mapping) else {}
        key_id, pem = known.get("key_identifier"), known.get("key")
        if isinstance(key_id, str) and _is_key_id(key_id) and isinstance(pem, str):
            try:
                key = ECKey.import_key(pem)
            except (JoseError, ValueError, TypeError):
                continue
            if key.curve_name == "P-256" and not key.is_private:
                yield key_id, key


def _is_key_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_KEY_ID_CHARACTERS and text.isascii() and text.isalnum()


def _decoded(signatures: Sequence[str]) -> bytes | None:
    if len(signatures) != 1 or not 0 < len(signatures[0]) <= _MAX_SIGNATURE_CHARACTERS:
        return None
    try:
        return base64.b64decode(signatures[0], validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_signed(body: bytes, signature: bytes, key: ECKey) -> bool:
    """Return whether the DER signature (ECDSA with P-256 and SHA-256) fits the body. OpenSSL requires strict DER."""
    try:
        key.public_key.verify(signature, body, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
