"""`GET /openapi.json`: the paths of the gateway, without schemas."""

from typing import Any

from keydesk_sandbox.config import LITELLM_VERSION
from keydesk_sandbox.endpoints import ENDPOINTS


def document() -> dict[str, Any]:
    """Return an OpenAPI document with every route and LiteLLM's version."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        operation = {"summary": endpoint.handle.__name__.replace("_", " "), "responses": {"200": {}}}
        paths.setdefault(endpoint.path.replace(":path}", "}"), {})[endpoint.method.lower()] = operation
    info = {"title": "LiteLLM API", "version": LITELLM_VERSION}
    return {"openapi": "3.1.0", "info": info, "paths": paths}
