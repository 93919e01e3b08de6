"""The trusted certificates of the tests' clients, loaded once, because loading takes longer than a test."""

import httpx2

CERTIFICATES = httpx2.create_ssl_context(trust_env=False)
