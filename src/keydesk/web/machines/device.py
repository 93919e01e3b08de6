"""/device: a person types the code that a terminal shows, sees what it is for, and confirms or rejects it.

Opening a link never confirms anything: only the form does, with the CSRF token of the person's session.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.dependencies import Caller, enabled_machines
from keydesk.api.route_rules import for_people
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound
from keydesk.machines.models import SignInRequest
from keydesk.machines.policy import user_code_in
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.machines.approving import confirmed, shown_name
from keydesk.web.machines.available import DEVICE, browser_of, person_in_browser
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_LONGEST_CODE = 60


@router.get(DEVICE, **for_people())
async def device_page(request: Request, caller: Caller, code: str = "") -> Response:
    machines = enabled_machines(request)
    if not code:
        return await page(request, "machines/code.html", fault=None)
    found = await machines.find_by_code(caller, code)
    if found is None:
        fault = _("This code does not exist or has expired. Compare it with your terminal.")
        return await page(request, "machines/code.html", status=404, fault=fault)
    return await _confirmation(request, found, code)


@router.post(DEVICE, **for_people())
async def answer_device(
    request: Request,
    code: Annotated[str, Form(max_length=_LONGEST_CODE)],
    decision: Annotated[str, Form(pattern="confirm|reject")],
) -> Response:
    person, machines = person_in_browser(request), enabled_machines(request)
    found, sign_in = await machines.find_by_code(person, code), machines.sign_in
    if found is None:
        raise NotFound(message("This code does not exist or has expired."))
    if decision == "confirm":
        return await confirmed(request, await sign_in.confirm_device(found, person, browser_of(request)))
    await sign_in.decline(found, person)
    return go_to(request, DEVICE, FlashMessage(_("The sign-in was rejected.")))


async def _confirmation(request: Request, found: SignInRequest, code: str) -> Response:
    is_here = enabled_machines(request).limits.address.of(request.scope) == found.address
    return await page(
        request,
        "machines/confirm.html",
        action=DEVICE,
        fields={"code": user_code_in(code)},
        code=user_code_in(code),
        name=shown_name(found.name),
        address=found.address,
        is_here=is_here,
        at=found.created_at,
        redirect_uri=None,
        for_agent=False,
    )
