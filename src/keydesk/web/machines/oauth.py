"""The endpoints of OAuth 2.0 for the command line and MCP clients: device codes, tokens, revocation and metadata.

Workloads exchange their tokens at the same endpoint, also where people cannot sign in with the command line.

They are for programs, so they use no cookie and need no CSRF token: the codes and tokens in the request are the
credential. Answers follow RFC 6749, not the JSON API.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from keydesk.api.dependencies import enabled_machines, services_of
from keydesk.api.route_rules import for_anyone
from keydesk.client.server import CONFIRMATION_PAGE, METADATA
from keydesk.http.segment_route import SegmentRoute
from keydesk.machines.models import Tokens
from keydesk.machines.policy import check_client, check_resource, machine_name
from keydesk.web.machines.available import AUTHORIZE, DEVICE, issuer_of, resources_of
from keydesk.web.machines.exchange import EXCHANGE_GRANT_TYPE, exchanged, offers_exchange
from keydesk.web.machines.provider import provider_metadata

DEVICE_AUTHORIZATION, TOKEN, REVOKE = "/oauth/device_authorization", "/oauth/token", "/oauth/revoke"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


class OAuthRoute(SegmentRoute):
    """Answers OAuth errors as RFC 6749, section 5.2, says. Counts refused codes and tokens by address."""

    def get_route_handler(self) -> Callable[..., Any]:
        handle = super().get_route_handler()

        async def handle_as_oauth(request: Request) -> Response:
            try:
                answer: Response = await handle(request)
            except OAuth2Error as error:
                if isinstance(error, InvalidGrantError):
                    enabled_machines(request).limits.take_refusal(request.scope)
                return JSONResponse(dict(error.get_body()), status_code=error.status_code)
            return answer

        return handle_as_oauth


router = APIRouter(include_in_schema=False, route_class=OAuthRoute)


@router.get(METADATA, **for_anyone())
async def metadata(request: Request) -> Response:
    """Return the metadata of RFC 8414, with which the command line finds the endpoints, or its provider."""
    services = services_of(request)
    provider = provider_metadata(services.settings.identity)
    if not provider:
        enabled_machines(request)
    own = _own_metadata(request) if services.machines.are_enabled else {"response_types_supported": []}
    return JSONResponse({"issuer": issuer_of(request)} | own | provider)


def _own_metadata(request: Request) -> dict[str, Any]:
    settings, issuer = services_of(request).settings, issuer_of(request)
    page, has_portal = settings.portal.machines.confirmation_url, settings.signs_in_to_portal
    return {
        **({"authorization_endpoint": issuer + AUTHORIZE} if has_portal else {}),
        "device_authorization_endpoint": issuer + DEVICE_AUTHORIZATION,
        **({CONFIRMATION_PAGE: page} if page else {}),
        "token_endpoint": issuer + TOKEN,
        "revocation_endpoint": issuer + REVOKE,
        "response_types_supported": ["code"] if has_portal else [],
        "grant_types_supported": [
            *(["authorization_code"] if has_portal else []),
            *("refresh_token", DEVICE_CODE_GRANT_TYPE),
            *([EXCHANGE_GRANT_TYPE] if offers_exchange(request) else []),
        ],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
    }


@router.post(DEVICE_AUTHORIZATION, **for_anyone())
async def authorize_device(request: Request) -> Response:
    machines, sent = enabled_machines(request), await _sent(request)
    machines.limits.take_start(request.scope)
    address, name = machines.limits.address.of(request.scope), machine_name(sent.get("machine_name", ""))
    codes = await machines.sign_in.start_device(name, address)
    page = issuer_of(request) + DEVICE
    elsewhere = services_of(request).settings.portal.machines.confirmation_url
    return JSONResponse(
        {
            "device_code": codes.device_code,
            "user_code": codes.user_code,
            "verification_uri": elsewhere or page,
            **({} if elsewhere else {"verification_uri_complete": f"{page}?code={codes.user_code}"}),
            "expires_in": codes.expires_in,
            "interval": codes.interval,
        }
    )


@router.post(TOKEN, **for_anyone())
async def token(request: Request) -> Response:
    if offers_exchange(request) and (form := await _form(request)).get("grant_type") == EXCHANGE_GRANT_TYPE:
        return JSONResponse(await exchanged(request, form))
    tokens = await _tokens(request, await _sent(request))
    return JSONResponse(
        {
            "access_token": tokens.access,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in,
            "refresh_token": tokens.refresh,
            "person": tokens.person,
        }
    )


@router.post(REVOKE, **for_anyone())
async def revoke(request: Request) -> Response:
    """End the sign-in of a token. The answer is the same for every token (RFC 7009).

    The client may be absent, because the token is the credential: Claude Code signs out without its client id.
    """
    machines, sent = enabled_machines(request), await _form(request)
    if "client_id" in sent:
        check_client(sent)
    await machines.signed_in.revoke(_needed(sent, "token"))
    return JSONResponse({})


async def _tokens(request: Request, sent: dict[str, str]) -> Tokens:
    machines = enabled_machines(request)
    match _needed(sent, "grant_type"):
        case "authorization_code":
            code, verifier, address = (
                _needed(sent, each) for each in ("code", "code_verifier", "redirect_uri")
            )
            return await machines.sign_in.exchange(code, verifier, address)
        case "refresh_token":
            return await machines.signed_in.refresh(_needed(sent, "refresh_token"))
        case kind if kind == DEVICE_CODE_GRANT_TYPE:
            return await machines.sign_in.poll(_needed(sent, "device_code"))
        case _:
            raise OAuth2Error(error="unsupported_grant_type", description="This grant_type is not supported.")


async def _sent(request: Request) -> dict[str, str]:
    """Return the client's form. Raises OAuth2Error, also for an unknown client and another server's resource."""
    enabled_machines(request)
    sent = await _form(request)
    check_client(sent)
    check_resource(sent, resources_of(request))
    return sent


async def _form(request: Request) -> dict[str, str]:
    """Return the form in the request. Raises InvalidRequestError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidRequestError(description=f"Send {_FORM}.")
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise InvalidRequestError(description="The form is not valid.") from None
    sent = dict(pairs)
    if len(sent) != len(pairs):
        raise InvalidRequestError(description="A parameter is there twice.")
    return sent


def _needed(sent: dict[str, str], name: str) -> str:
    if not sent.get(name):
        raise InvalidRequestError(description=f"{name} is required.")
    return sent[name]
