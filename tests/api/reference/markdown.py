"""Writes docs/reference/api.md from the OpenAPI document: every route with its callers and errors."""

from collections.abc import Iterator
from typing import Any

HEAD = """# API
Everything is below `/api/litellm`. A running key desk tells all of it, with examples, at `/api/litellm/docs` and as
OpenAPI 3.1 at `/api/litellm/openapi.json`. The lists here are made from that document: `pytest tests/api/reference
--update` writes this page anew.

Who may call: `public` is anybody, `person` is any signed-in person for their own things, everything else is the
permission that is needed. Every error is `application/problem+json`; `type` is `urn:keydesk:problem:` and a problem
below. Every route may also answer `unexpected` (500), and every route that is not public `not-signed-in` (401),
`not-an-account` (403) and `identity-provider-unavailable` (503)."""
_EVERYWHERE = {"unexpected", "not-signed-in", "not-an-account", "identity-provider-unavailable"}


def api_markdown(document: dict[str, Any], prefix: str) -> str:
    """The whole page."""
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
