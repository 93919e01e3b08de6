"""Selects the usable public keys from a JSON Web Key Set. Fetches nothing."""

from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from keydesk.auth.signature import PublicKey

MAX_KEYS = 64
_MIN_RSA_BITS = 2048
_MAX_RSA_BITS = 8192

_KEY_TYPES: dict[str, tuple[type[RSAKey | ECKey | OKPKey], tuple[str, ...]]] = {
    "RSA": (RSAKey, ("n", "e")),
    "EC": (ECKey, ("crv", "x", "y")),
    "OKP": (OKPKey, ("crv", "x")),
}
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def public_keys(key_set: Any, algorithms: Collection[str]) -> dict[str, PublicKey]:
    """Return up to 64 keys for `algorithms` by `kid`. For a duplicate `kid`, the first key is used.

    Unusable keys are omitted: those without `kid`, for encryption, of other types or algorithms, malformed ones,
    and RSA keys under 2048 or over 8192 bits. Private members are ignored. Raises ValueError if `key_set` is not a
    key set.
    """
    entries = key_set.get("keys") if isinstance(key_set, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("expected a JSON Web Key Set")  # noqa: TRY004 - what the caller catches
    found: dict[str, PublicKey] = {}
    for entry in entries:
        kid = entry.get("kid") if isinstance(entry, Mapping) else None
        key = _usable_key(entry, algorithms) if isinstance(kid, str) and kid else None
        if key is not None and isinstance(kid, str):
            found.setdefault(kid, key)
        if len(found) == MAX_KEYS:
            break
    return found


def _usable_key(entry: Mapping[str, Any], algorithms: Collection[str]) -> PublicKey | None:
    kty, alg, operations = entry.get("kty"), entry.get("alg"), entry.get("key_ops", ["verify"])
    families = {_FAMILIES[name[:2]] for name in algorithms}
    suits = (
        kty in families
        and (alg is None or alg in algorithms)
        and entry.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )
    return _imported(str(kty), entry) if suits else None


def _imported(kty: str, entry: Mapping[str, Any]) -> PublicKey | None:
    key_type, members = _KEY_TYPES[kty]
    if kty == "RSA" and not _MIN_RSA_BITS <= _bits(entry.get("n")) <= _MAX_RSA_BITS:
        return None
    public = {name: entry.get(name) for name in (*members, "kid", "alg") if name in entry}
    try:
        return key_type.import_key({"kty": kty, "use": "sig", **public})  # type: ignore[dict-item] # joserfc checks
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _bits(modulus: Any) -> int:
    """Return the length of a base64url modulus in bits, or 0 if it is not valid."""
    if not isinstance(modulus, str) or len(modulus) > _MAX_RSA_BITS:
        return 0
    try:
        return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))).bit_length()
    except ValueError:
        return 0
