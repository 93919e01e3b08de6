"""Makes JSON Web Tokens part by part, so that tests can make invalid ones."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

Part = bytes | Mapping[str, Any]
SigningKey = ECKey | OctKey | OKPKey | RSAKey


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def compact(header: Part, claims: Part, signature: bytes = b"signature") -> str:
    """Return a token of these parts, with any signature."""
    return f"{_written(header)}.{_written(claims)}.{base64url(signature)}"


def signed(key: SigningKey, header: Mapping[str, Any], claims: Part, algorithm: str | None = None) -> str:
    """Return a token whose signature `key` made over exactly these parts, with the algorithm in the header."""
    content = f"{_written(header)}.{_written(claims)}"
    made = jws.JWSRegistry.algorithms[algorithm or header["alg"]].sign(content.encode(), key)
    return f"{content}.{base64url(made)}"


def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def published(*keys: SigningKey) -> dict[str, Any]:
    """Return the key set that an issuer with these keys publishes."""
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def _written(part: Part) -> str:
    return base64url(part if isinstance(part, bytes) else json.dumps(part).encode())


def signed_with_secret(secret: bytes, header: Mapping[str, Any], claims: Part) -> str:
    """Return a token with an HMAC for any header. Libraries may reject `secret`."""
    content = f"{_written(header)}.{_written(claims)}"
    return f"{content}.{base64url(hmac.digest(secret, content.encode(), 'sha256'))}"


def signature_of(token: str) -> bytes:
    part = token.rpartition(".")[2]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
