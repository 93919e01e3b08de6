"""The sign-in page, the demo's sign-in, and sign-out."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_anyone
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.settings import Settings
from keydesk.web.demo import sample_people, sample_person
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.next_page import own_path
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page
from keydesk.web.signing import signed_in, signed_out

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_AUTH = "/api/auth"


@dataclass(frozen=True, slots=True)
class SignInOption:
    """`text` is a message id, translated for each reader. `address` is a link, if one is known."""

    text: str
    address: str | None = None


@router.get("/sign-in", **for_anyone())
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    services = services_of(request)
    option = sign_in_option(services.settings)
    path = own_path(next)
    return await page(
        request,
        "sign_in.html",
        people=sample_people(request) if services.settings.demo.enabled else [],
        provider=f"/sign-in/provider?next={quote(path, safe='/')}" if services.provider_sign_in else None,
        option=option,
        option_text=_(option.text),
        next=path,
        reports_leaks=services.settings.leaks.public,
    )


@router.post("/sign-in", **for_anyone())
async def sign_in_to_demo(
    request: Request,
    person: Annotated[str, Form(max_length=100)],
    next_page: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    if not services_of(request).settings.demo.enabled:
        raise NotFound(message("There is nothing at this address."))
    entry = await sample_person(request, person)
    return await signed_in(request, Person(entry.ref), own_path(next_page))


@router.post("/sign-out", **for_anyone())
async def sign_out(request: Request) -> Response:
    return await signed_out(request)


def sign_in_option(settings: Settings) -> SignInOption:
    """Return the first that is configured: a trusted proxy, Backstage, access tokens."""
    if settings.identity.trusted_proxy is not None:
        return SignInOption(
            N_(
                "The proxy in front of Keydesk signs you in, but it sent no user with this request. "
                "Open Keydesk at its usual address."
            )
        )
    backstage = settings.identity.backstage
    if backstage is not None:
        issuer = backstage.issuer or ""
        address = issuer.removesuffix(_AUTH) if issuer.endswith(_AUTH) else None
        return SignInOption(N_("Your keys, budget and usage are on the LiteLLM page in Backstage."), address)
    return SignInOption(
        N_(
            "This installation accepts access tokens only. The platform team can turn on sign-in for "
            "browsers with portal.signIn."
        )
    )
