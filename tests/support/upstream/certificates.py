"""Whom the tests' own clients trust, read once: each client would else read it anew, longer than its test takes."""

import httpx2

CERTIFICATES = httpx2.create_ssl_context(trust_env=False)
