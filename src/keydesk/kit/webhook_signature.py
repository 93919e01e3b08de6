"""Signatures of the Standard Webhooks specification (standardwebhooks.com)."""

import base64
import hashlib
import hmac

VERSION = "v1"


def signature_of(key: bytes, message_id: str, timestamp: str, content: bytes) -> str:
    """Return `v1,` and the Base64 of the HMAC-SHA256 of id, timestamp and body, joined by dots."""
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + content, hashlib.sha256)
    return f"{VERSION},{base64.b64encode(digest).decode()}"
