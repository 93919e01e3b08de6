"""The certificate authorities that outgoing connections trust."""

import ssl
from functools import lru_cache

import httpx2


class CertificatesError(ValueError):
    """A variable names a file or folder without readable certificates."""


@lru_cache(maxsize=1)
def trusted_certificates() -> ssl.SSLContext:
    """Return the TLS context of all outgoing connections: SSL_CERT_FILE, SSL_CERT_DIR, or the system's certificates.

    It is created once, because loading the certificates takes as long as many calls. Raises CertificatesError.
    """
    try:
        return httpx2.create_ssl_context(trust_env=True)
    except OSError as fault:
        raise CertificatesError(
            f"SSL_CERT_FILE or SSL_CERT_DIR: cannot read the certificates ({fault})"
        ) from None
