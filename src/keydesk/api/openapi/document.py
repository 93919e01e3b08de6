"""Completes FastAPI's OpenAPI document with errors, authentication, examples and descriptions.

The additional content is in the YAML files of this package.
"""

from typing import Any

from fastapi import FastAPI

from keydesk.api.openapi.notes import Notes, Shared, operation_notes, shared_notes
from keydesk.api.openapi.problems import PROBLEM_SCHEMA, problem_answers, problem_examples
from keydesk.api.route_rules import VIRTUAL_KEY
from keydesk.auth.session_cookie import SESSION

Document = dict[str, Any]
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
_DESCRIPTION = """\
All paths start with `/api/litellm`. Errors are RFC 9457 problem details with the additional member `error`, a message
for people. Requests with unknown fields are rejected. Objects of other people return 404. Every response has the header
`X-Request-Id`; include it when you report a problem.

Authenticate with a bearer token from Backstage or an OpenID Connect provider, with the identity headers of a trusted
reverse proxy, or with the session cookie of the portal. `x-keydesk-access` shows who can call an operation: `public`,
`person` (every signed-in person, for their own objects), `virtual key` (the key itself), or the required permission."""
_SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A Backstage user token, or an access token from a configured OpenID Connect provider.",
    },
    VIRTUAL_KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "The secret of a virtual key, such as `sk-...`. Only `GET /me` accepts it.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION,
        "description": "The session cookie of the portal. Write requests also require an `Origin` header of Keydesk.",
    },
}
_HEADERS = {
    "RequestId": {
        "description": "The id of the request: the caller's id if it is valid, otherwise a new one.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "The number of seconds to wait before the next attempt, if known.",
        "schema": {"type": "integer"},
    },
    "WWWAuthenticate": {
        "description": "The authentication scheme.",
        "schema": {"type": "string", "const": "Bearer"},
    },
}


def complete_openapi(app: FastAPI, prefix: str) -> None:
    """Replace `app.openapi` with a function that returns the complete document and caches it."""
    generate = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(generate(), prefix)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _completed(document: Document, prefix: str) -> Document:
    shared, notes = shared_notes(), operation_notes()
    document["info"]["description"] = _DESCRIPTION
    document["servers"] = [{"url": "/", "description": "The server that returned this document."}]
    document["security"] = [{scheme: []} for scheme in _SECURITY_SCHEMES if scheme != VIRTUAL_KEY]
    _complete_components(document.setdefault("components", {}), shared)
    used: set[str] = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method.upper()} {path.removeprefix(prefix)}"
            used.update(operation["tags"])
            _complete_operation(method, operation, notes.get(name, Notes()), shared)
    document["tags"] = [{"name": tag, "description": shared.tags[tag]} for tag in shared.tags if tag in used]
    return document


def _complete_components(components: Document, shared: Shared) -> None:
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    for schema in schemas.values():
        _complete_schema(schema, shared)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = _SECURITY_SCHEMES
    components["headers"] = _HEADERS
    components["examples"] = problem_examples(shared)


def _complete_schema(schema: Document, shared: Shared) -> None:
    """Add descriptions to fields. Remove empty defaults that the field does not allow, because they mean "not set"."""
    for name, field in schema.get("properties", {}).items():
        if name in shared.fields:
            field.setdefault("description", shared.fields[name])
        if not field.get("default", True) and (field.get("minLength") or field.get("minItems")):
            del field["default"]


def _complete_operation(method: str, operation: Document, notes: Notes, shared: Shared) -> None:
    operation["summary"] = operation["summary"].capitalize()
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in shared.parameters:
            parameter.setdefault("description", shared.parameters[parameter["name"]])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = notes.request
    responses = operation["responses"]
    responses.pop("422", None)
    for answer in responses.values():
        _complete_answer(answer, notes)
    responses |= problem_answers(method, operation, notes, shared)
    for answer in responses.values():
        answer.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}


def _complete_answer(answer: Document, notes: Notes) -> None:
    answer["description"] = "Success"
    for kind, content in answer.get("content", {}).items():
        if "json" in kind or kind.startswith("text/"):
            content["example"] = notes.answer if "json" in kind else notes.answer_text
    if notes.answer_headers:
        answer["headers"] = {
            name: {"schema": {"type": "string"}, "example": value}
            for name, value in notes.answer_headers.items()
        }
