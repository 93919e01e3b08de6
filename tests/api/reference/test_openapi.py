"""The OpenAPI document is valid, complete, and about exactly the routes that the web client was promised."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from keydesk.api.openapi.notes import operation_notes, shared_notes
from keydesk.api.openapi.problems import problem_examples
from tests.api.reference.conftest import Document

CONTRACT = """
GET /health                     GET /health/live                GET /health/ready
GET /config                     GET /openapi.json               GET /user/info
GET /keys                       POST /keys/generate             POST /keys/{}/update
POST /keys/{}/block             POST /keys/{}/unblock           DELETE /keys/{}
POST /keys/{}/reset_spend       GET /models                     GET /teams
GET /teams/{}/usage             GET /usage                      GET /teams/managed
POST /teams                     PATCH /teams/{}                 DELETE /teams/{}
POST /teams/{}/members          DELETE /teams/{}/members        GET /vector-stores
GET /mcp-servers                PUT /teams/{}/knowledge-bases   PUT /teams/{}/mcp-servers
GET /audit                      GET /provisioning/preview       GET /opencode/connect
GET /bridge/health              GET /bridge/keys                POST /bridge/keys
GET /bridge/models              GET /.well-known/backstage/permissions/metadata
"""
"""The routes that the Backstage plugin's web client and Backstage itself call."""
SECURITY: dict[str, list[dict[str, list[str]]]] = {"public": [], "virtual key": [{"virtualKey": []}]}
"""Callers who do not authenticate as people."""
OURS = {
    "GET /limits/explain",
    "GET /limits/allowance",
    "GET /alerts",
    "PUT /alerts",
    "DELETE /alerts",
    "GET /teams/{}/alerts",
    "PUT /teams/{}/alerts",
    "DELETE /teams/{}/alerts",
    "GET /calls",
    "GET /calls/export",
    "GET /teams/{}/calls",
    "GET /teams/{}/calls/export",
    "GET /machines",
    "POST /machines/look_up",
    "POST /machines/confirm",
    "POST /machines/reject",
    "DELETE /machines/{}",
    "POST /leaks",
    "POST /leaks/github",
    "POST /leaks/scanner",
    "GET /docs",
    "GET /me",
    "GET /opencode/config",
    "POST /keys/{}/adopt",
    "POST /keys/{}/rotate",
    "POST /keys/{}/end_previous_secret",
    "GET /teams/{}/service-keys",
    "GET /teams/{}/service-keys/allowance",
    "POST /teams/{}/service-keys",
    "PATCH /teams/{}/service-keys/{}",
    "POST /teams/{}/service-keys/{}/extend",
    "POST /teams/{}/service-keys/{}/rotate",
    "POST /teams/{}/service-keys/{}/end_previous_secret",
    "PUT /teams/{}/service-keys/{}/contacts",
    "POST /teams/{}/service-keys/{}/block",
    "POST /teams/{}/service-keys/{}/unblock",
    "DELETE /teams/{}/service-keys/{}",
    "GET /service-keys/{}",
    "GET /demo/people",
    "POST /demo/sign-in",
    "POST /keys/{}/extend",
    "GET /usage/export",
    "GET /teams/{}/usage/export",
    "GET /admin/keys",
    "GET /admin/keys/export",
    "POST /admin/keys/bulk",
    "GET /admin/findings",
    "GET /requests",
    "POST /requests",
    "GET /requests/to_decide",
    "GET /requests/{}",
    "POST /requests/{}/withdraw",
    "POST /requests/{}/approve",
    "POST /requests/{}/decline",
    "GET /statements",
    "GET /statements/export",
    "GET /statements/{}",
    "GET /statements/{}/export",
    "GET /teams/{}/statements",
    "GET /teams/{}/statements/{}",
    "GET /teams/{}/statements/{}/export",
}


def promised() -> set[str]:
    return set(re.findall(r"[A-Z]+ /\S+", CONTRACT)) | OURS


def test_the_document_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_has_the_routes_of_the_contract(operations: Document) -> None:
    assert {re.sub(r"\{\w+\}", "{}", name) for name in operations} == promised()


def test_it_describes_every_route_of_the_application(app: FastAPI, operations: Document) -> None:
    routes = {
        f"{method} {path.removeprefix('/api/litellm')}"
        for route in iter_route_contexts(app.routes)
        if (path := route.path or "").startswith("/api/")
        for method in route.methods or ()
    }
    assert routes == operations.keys()


def test_every_operation_has_a_description_and_its_callers(document: Document, operations: Document) -> None:
    described = {tag["name"]: tag["description"] for tag in document["tags"]}
    for name, operation in operations.items():
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        assert described[operation["tags"][0]], name
        assert operation["x-keydesk-access"], name
        security = SECURITY.get(operation["x-keydesk-access"], document["security"])
        assert operation.get("security", document["security"]) == security
    schemes = document["components"]["securitySchemes"]
    assert document["security"] == [{name: []} for name in schemes if name != "virtualKey"]


def test_every_parameter_is_described(operations: Document) -> None:
    silent = [
        f"{name} {parameter['name']}"
        for name, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert silent == []


def bodies(operation: Document) -> list[Document]:
    """Return the JSON of the request and of the responses that are not problems."""
    parts = [operation.get("requestBody", {})]
    parts += [answer for status, answer in operation["responses"].items() if status < "400"]
    return [content for part in parts for kind, content in part.get("content", {}).items() if "json" in kind]


def test_every_body_and_response_has_a_valid_example(document: Document, operations: Document) -> None:
    for name, operation in operations.items():
        for content in bodies(operation):
            assert content["example"] is not None, f"{name}: add an example to api/openapi"
            errors = list(validator(document, content["schema"]).iter_errors(content["example"]))
            assert [error.message for error in errors] == [], name


def validator(document: Document, schema: Document) -> OAS31Validator:
    return OAS31Validator({**schema, "components": document["components"]})


def test_every_error_has_the_problem_schema_and_examples_by_slug(
    document: Document, operations: Document
) -> None:
    examples = document["components"]["examples"]
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if status < "400":
                continue
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, name
            assert content["examples"], name
            assert {examples[slug]["value"]["status"] for slug in content["examples"]} == {int(status)}, name


def test_examples_of_problems_are_problems(document: Document) -> None:
    check = validator(document, document["components"]["schemas"]["Problem"])
    for example in document["components"]["examples"].values():
        assert [error.message for error in check.iter_errors(example["value"])] == []


def test_the_notes_refer_to_existing_operations_and_problems(operations: Document) -> None:
    assert operation_notes().keys() == operations.keys()
    shared = shared_notes()
    assert problem_examples(shared).keys() == shared.problems.keys()


@pytest.mark.parametrize(
    ("operation", "status"),
    [("POST /keys/generate", "400"), ("GET /keys", "401"), ("GET /audit", "403"), ("POST /teams", "409"),
     ("POST /teams", "413"), ("GET /usage", "422"), ("GET /models", "502"), ("GET /models", "504")],
)  # fmt: skip
def test_possible_errors_are_documented(operations: dict[str, Any], operation: str, status: str) -> None:
    assert status in operations[operation]["responses"]
