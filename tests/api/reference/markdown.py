"""Generates docs/reference/api.md from the OpenAPI document: every route with its callers and errors."""

from collections.abc import Iterator
from typing import Any

HEAD = """# API
All routes are below `/api/litellm`. A running Keydesk serves this reference with examples at `/api/litellm/docs`, and
as OpenAPI 3.1 at `/api/litellm/openapi.json`. This page is generated from that document.

The column *Who* says who may call a route: `public` is anybody, `person` is any signed-in person for their own objects.
Everything else is the name of the required permission. Every error is `application/problem+json`; its `type` is
`urn:keydesk:problem:` and the name of a problem below. Every route can also return `unexpected` (500), and every route
that is not public `not-signed-in` (401), `not-an-account` (403) and `identity-provider-unavailable` (503)."""
_EVERYWHERE = {"unexpected", "not-signed-in", "not-an-account", "identity-provider-unavailable"}


def api_markdown(document: dict[str, Any], prefix: str) -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_tags(document, prefix), "", "## Problems", *_problems(document)]) + "\n"


def _tags(document: dict[str, Any], prefix: str) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"\n## {tag['name'].capitalize()}\n{tag['description']}\n"
        yield "| Route | Who | What it does | Problems |\n| --- | --- | --- | --- |"
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if operation["tags"][0] == tag["name"]:
                    yield _row(f"{method.upper()} {path.removeprefix(prefix)}", operation)


def _row(name: str, operation: dict[str, Any]) -> str:
    said = " ".join(operation["description"].split())
    slugs = sorted(_slugs(operation) - _EVERYWHERE)
    return f"| `{name}` | {operation['x-keydesk-access']} | {said} | {', '.join(slugs) or '-'} |"


def _slugs(operation: dict[str, Any]) -> set[str]:
    return {
        slug
        for answer in operation["responses"].values()
        for slug in answer.get("content", {}).get("application/problem+json", {}).get("examples", ())
    }


def _problems(document: dict[str, Any]) -> Iterator[str]:
    yield "\n| Problem | Status | For example |\n| --- | --- | --- |"
    for slug, example in document["components"]["examples"].items():
        yield f"| {slug} | {example['value']['status']} | {example['value']['error']} |"
