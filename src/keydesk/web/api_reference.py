"""The OpenAPI document, and an HTML page of it without scripts or external resources. Its content is in English."""

import json
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from keydesk.api.route_rules import for_anyone
from keydesk.web.rendering import page
from keydesk.web.schema_text import SchemaTexts

router = APIRouter(tags=["reference"])
DOCUMENT_PATH, PAGE_PATH = "/openapi.json", "/docs"
_ACCESS = {"public": "everyone", "person": "any signed-in person"}


@router.get(DOCUMENT_PATH, **for_anyone())
async def openapi_document(request: Request) -> dict[str, Any]:
    """Return the API's OpenAPI 3.1 document."""
    document: dict[str, Any] = request.app.openapi()
    return document


@router.get(PAGE_PATH, response_class=HTMLResponse, **for_anyone())
async def reference_page(request: Request) -> Response:
    """Return the API reference as a page."""
    return await page(request, "api_reference.html", **reference(request.app.openapi()))


def reference(document: dict[str, Any]) -> dict[str, Any]:
    """Return the content of the page: the operations by tag."""
    texts = SchemaTexts(document["components"]["schemas"])
    operations = [
        _operation(document, texts, f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    order = [tag["name"] for tag in document["tags"]]
    operations.sort(key=lambda operation: order.index(operation["tag"]))
    by_tag = {tag: list(group) for tag, group in groupby(operations, key=lambda operation: operation["tag"])}
    schemes = document["components"]["securitySchemes"]
    return {
        "info": document["info"],
        "schemes": schemes,
        "document_address": DOCUMENT_PATH.lstrip("/"),
        "tags": [{**tag, "operations": by_tag[tag["name"]]} for tag in document["tags"]],
    }


def _operation(
    document: dict[str, Any], texts: SchemaTexts, name: str, operation: dict[str, Any]
) -> dict[str, Any]:
    method, _, path = name.partition(" ")
    access = operation["x-keydesk-access"]
    answers = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    return {
        "anchor": operation["operationId"],
        "method": method,
        "path": path,
        "tag": operation["tags"][0],
        "summary": operation["summary"],
        "description": operation["description"],
        "access": _ACCESS.get(access, access),
        "parameters": [
            parameter | {"type": texts.type_of(parameter["schema"])}
            for parameter in operation.get("parameters", ())
        ],
        "request": _content(texts, operation.get("requestBody", {})),
        "answers": [
            {"status": status, "headers": answer["headers"], **(_content(texts, answer) or {"example": None})}
            for status, answer in answers.items()
        ],
        "problems": _problems(document["components"]["examples"], operation["responses"]),
    }


def _content(texts: SchemaTexts, described: dict[str, Any]) -> dict[str, Any] | None:
    """Return the JSON schema of a request or response, or None without one."""
    for kind, content in described.get("content", {}).items():
        if "json" in kind:
            return {
                "type": texts.type_of(content["schema"]),
                "about": texts.about(content["schema"]),
                "fields": texts.fields(content["schema"]),
                "example": json.dumps(content["example"], indent=2, ensure_ascii=False),
            }
    return None


def _problems(examples: dict[str, Any], responses: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the problems of an operation by status."""
    return [
        {"status": status, "slug": slug, "error": examples[slug]["value"]["error"]}
        for status, answer in responses.items()
        for slug in answer.get("content", {}).get("application/problem+json", {}).get("examples", ())
    ]
