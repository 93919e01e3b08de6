"""Finishes the OpenAPI document: every error with its shape, credentials, examples, what tags and parameters mean.

What stands in types and docstrings is the framework's to tell; the rest is in `operations/`.
"""

from typing import Any

from fastapi import FastAPI

from keydesk.api.openapi.notes import Notes, Shared, operation_notes, shared_notes
from keydesk.api.openapi.problems import PROBLEM_SCHEMA, problem_answers, problem_examples
from keydesk.auth.session_cookie import SESSION

Document = dict[str, Any]
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
_DESCRIPTION = """\
Everything is below `/api/litellm`. Every error has one shape, RFC 9457 problem details with `error`, a sentence for
people. Unknown fields of bodies are refused. Objects of other people are not found. Every answer carries
`X-Request-Id`; quote it when something is wrong.

A credential is a bearer token of Backstage or of an OpenID Connect provider, the word of a trusted reverse proxy, or
the sign-in cookie of the portal. `x-keydesk-access` says who may call: `public`, `person` (any signed-in person, each
for their own things), or the permission that is needed."""
_SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A user token of Backstage, or an access token of a configured OpenID Connect provider.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION,
        "description": "The portal's sign-in. Changes then need an `Origin` of the key desk's own.",
    },
}
_HEADERS = {
    "RequestId": {
        "description": "The request's id: the caller's own where it is a plain token, else a new one.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds after which to try again, where that is known.",
        "schema": {"type": "integer"},
    },
    "WWWAuthenticate": {
        "description": "The scheme of credentials.",
        "schema": {"type": "string", "const": "Bearer"},
    },
}


def complete_openapi(app: FastAPI, prefix: str) -> None:
    """Replace `app.openapi` by one that tells all of it; made once, on first use. `prefix` is the API's."""
    generate = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(generate(), prefix)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _completed(document: Document, prefix: str) -> Document:
    shared, notes = shared_notes(), operation_notes()
    document["info"]["description"] = _DESCRIPTION
    document["servers"] = [{"url": "/", "description": "The address the document comes from."}]
    document["security"] = [{scheme: []} for scheme in _SECURITY_SCHEMES]
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
    """Say what fields mean. An empty default that its field does not allow stands for one that was left out."""
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
