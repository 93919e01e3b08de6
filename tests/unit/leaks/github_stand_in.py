"""GitHub's published example of a signed report, and a GitHub that signs with keys of its own."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keydesk.kit.http_client import HttpClient

KEYS_URL = "https://api.github.test/meta/public_keys/secret_scanning"
VECTOR_KEY_ID = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c"
VECTOR_SIGNATURE = (
    "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg=="
)
VECTOR_BODY = (
    b'[{"source":"commit","token":"some_token","type":"some_type",'
    b'"url":"https://example.com/base-repo-url/"}]'
)
"""From the documentation of GitHub's secret scanning partner program."""
PUBLISHED: dict[str, Any] = {
    "public_keys": [
        {
            "key_identifier": "90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a",
            "key": "-----BEGIN PUBLIC KEY-----\n"
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUq\n"
            "kCmRCBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==\n"
            "-----END PUBLIC KEY-----\n",
            "is_current": False,
        },
        {
            "key_identifier": VECTOR_KEY_ID,
            "key": "-----BEGIN PUBLIC KEY-----\n"
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\n"
            "AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n"
            "-----END PUBLIC KEY-----\n",
            "is_current": True,
        },
    ]
}
"""What https://api.github.com/meta/public_keys/secret_scanning returns."""


@dataclass
class KeyList:
    """Serves a list of keys with an ETag. `asked` holds the `If-None-Match` header of every request."""

    body: Any = field(default_factory=lambda: PUBLISHED)
    status: int = 200
    etag: str | None = '"1"'
    asked: list[str | None] = field(default_factory=list)

    def http_client(self) -> HttpClient:
        return HttpClient(transport=httpx2.MockTransport(self._reply))

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        assert str(request.url) == KEYS_URL
        self.asked.append(request.headers.get("if-none-match"))
        if self.status == 200 and self.etag and request.headers.get("if-none-match") == self.etag:
            return httpx2.Response(304, headers={"etag": self.etag})
        return httpx2.Response(self.status, json=self.body, headers={"etag": self.etag} if self.etag else {})


@dataclass(frozen=True)
class Signer:
    """A key pair like GitHub's."""

    key_id: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def made(cls, key_id: str = "a" * 64, curve: ec.EllipticCurve | None = None) -> "Signer":
        return cls(key_id, ec.generate_private_key(curve or ec.SECP256R1()))

    @property
    def entry(self) -> dict[str, Any]:
        pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {"key_identifier": self.key_id, "key": pem.decode(), "is_current": True}

    def headers(self, body: bytes, hash_: hashes.HashAlgorithm | None = None) -> Mapping[str, str]:
        return {
            "Github-Public-Key-Identifier": self.key_id,
            "Github-Public-Key-Signature": self.signature(body, hash_),
        }

    def signature(self, body: bytes, hash_: hashes.HashAlgorithm | None = None) -> str:
        return base64.b64encode(self.key.sign(body, ec.ECDSA(hash_ or hashes.SHA256()))).decode()


def key_list(*signers: Signer) -> KeyList:
    return KeyList(published(signers))


def published(signers: Sequence[Signer]) -> dict[str, Any]:
    return {"public_keys": [signer.entry for signer in signers]}
