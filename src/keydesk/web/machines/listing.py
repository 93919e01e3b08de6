"""/machines: the machines on which a person is signed in, each with a button that signs it out."""

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Caller, enabled_machines
from keydesk.api.route_rules import for_people
from keydesk.opencode.central import setup_command
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.machines.approving import shown_name
from keydesk.web.machines.available import MACHINES, issuer_of, person_in_browser
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get(MACHINES, **for_people())
async def machines_page(request: Request, caller: Caller) -> Response:
    machines = await enabled_machines(request).signed_in.of_person(caller.ref)
    return await page(
        request,
        "machines/list.html",
        machines=[(each, shown_name(each.name)) for each in machines],
        command=f"keydesk login {issuer_of(request)}",
        opencode_command=setup_command(issuer_of(request)),
    )


@router.post(f"{MACHINES}/{{machine_id}}/sign-out", **for_people())
async def sign_out_machine(request: Request, machine_id: str) -> Response:
    person = person_in_browser(request)
    name = await enabled_machines(request).signed_in.sign_out(person.ref, machine_id)
    text = _("You signed out %(name)s.", name=shown_name(name))
    return go_to(request, MACHINES, FlashMessage(text))
