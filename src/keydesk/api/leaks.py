"""The routes of /leaks: reports of leaked keys, from everybody, from GitHub and from a company's scanner."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError

from keydesk.api.dependencies import AppServices
from keydesk.api.route_rules import for_anyone
from keydesk.http.problem_handlers import validation_problem
from keydesk.leaks.matches import MATCHES, Feedback, Match
from keydesk.leaks.models import LeakReceived, LeakReport
from keydesk.leaks.scanner import SignedHeaders
from keydesk.settings import LeakReports

public = APIRouter(prefix="/leaks", tags=["leaks"])
github = APIRouter(prefix="/leaks", tags=["leaks"])
scanner = APIRouter(prefix="/leaks", tags=["leaks"])
GITHUB_PATH = "/leaks/github"
SCANNER_PATH = "/leaks/scanner"
_KEY_ID, _SIGNATURE = "Github-Public-Key-Identifier", "Github-Public-Key-Signature"
_OF_GITHUB = {
    _KEY_ID: "The id of GitHub's public key.",
    _SIGNATURE: "The signature of the body: ECDSA with P-256 and SHA-256, as base64 of DER.",
}
_ID, _TIMESTAMP, _HMAC = "webhook-id", "webhook-timestamp", "webhook-signature"
_OF_SCANNER = {
    _ID: "An id of the report.",
    _TIMESTAMP: "The time in seconds since 1970.",
    _HMAC: "`v1,` and the Base64 of the HMAC-SHA256 of id, timestamp and body, joined by dots.",
}


def _signed(described: Mapping[str, str]) -> dict[str, Any]:
    """Require no credential but a signature, and describe the body, which the route reads before it is parsed."""
    schema = {"type": "array", "items": Match.model_json_schema()}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    headers = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in described.items()
    ]
    rule = for_anyone()
    return {"openapi_extra": {**rule["openapi_extra"], "parameters": headers, "requestBody": body}}


def routers(settings: LeakReports) -> Iterator[APIRouter]:
    """Yield the routers of the reports that Keydesk accepts."""
    if settings.public:
        yield public
    if settings.github.enabled:
        yield github
    if settings.scanner.signing_secret is not None:
        yield scanner


def signed_paths(settings: LeakReports) -> list[str]:
    """Return the paths of signed reports, which contain many secrets and can be long."""
    enabled = {
        GITHUB_PATH: settings.github.enabled,
        SCANNER_PATH: settings.scanner.signing_secret is not None,
    }
    return [path for path, is_enabled in enabled.items() if is_enabled]


@public.post("", status_code=202, **for_anyone())
async def report_leak(body: LeakReport, request: Request, services: AppServices) -> LeakReceived:
    """Report a leaked key. If it is a key of this gateway, it is blocked. The response is always the same."""
    services.leak_limits.take(request.scope)
    await services.leaks.public.receive(body.leak())
    return LeakReceived()


@github.post("/github", **_signed(_OF_GITHUB))
async def report_leaks_of_github(request: Request, services: AppServices) -> list[Feedback]:
    """Receive reports of GitHub's secret scanning partner program. GitHub signs the body."""
    body, headers = await request.body(), request.headers
    reports = services.leaks.github
    await reports.check_signature(body, headers.getlist(_KEY_ID), headers.getlist(_SIGNATURE))
    return await reports.receive(_matches(body))


@scanner.post("/scanner", **_signed(_OF_SCANNER))
async def report_leaks_of_scanner(request: Request, services: AppServices) -> list[Feedback]:
    """Receive reports of your own secret scanner, which signs them like a webhook. Requires `leaks.scanner`."""
    body, headers = await request.body(), request.headers
    signed = SignedHeaders(headers.getlist(_ID), headers.getlist(_TIMESTAMP), headers.getlist(_HMAC))
    services.leaks.scanner.check_signature(body, signed)
    return await services.leaks.scanner.receive(_matches(body))


def _matches(body: bytes) -> list[Match]:
    try:
        return MATCHES.validate_json(body)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_input=False)]
        raise validation_problem(faults) from None
