"""ASGI middleware and error handlers that all routes share: request ids, limits, headers. No product rules."""
