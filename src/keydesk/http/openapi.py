"""Finishes the OpenAPI document: our one error shape instead of the framework's, and how to sign in."""

from typing import Any

from fastapi import FastAPI

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; `error` is a sentence for people.",
    "required": ["type", "title", "status", "error"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:keydesk:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "error": {"type": "string"},
        "hint": {"type": "string"},
        "param": {"type": "string", "description": "The field at fault."},
        "request_id": {"type": "string"},
        "provisioning": {"type": "boolean"},
    },
}
_ANSWER = {
    "description": "Any error",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")


def complete_openapi(app: FastAPI) -> None:
    """Replace `app.openapi` by one that also describes errors and credentials; made once, on first use."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"bearer": []}]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _ANSWER
    return document
