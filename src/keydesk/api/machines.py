"""The routes of /machines: a person confirms the code of a terminal, and signs out machines."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from keydesk.api.dependencies import Caller, enabled_machines, own_address, services_of
from keydesk.api.route_rules import for_people, needing
from keydesk.api.services import MachineServices
from keydesk.auth.backstage import is_plugin_token
from keydesk.auth.middleware import bearer_token
from keydesk.keys.models import Done
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.machines.models import SignInRequest
from keydesk.machines.tokens import digest_of, parse_token
from keydesk.machines.views import LookUpRequest, MachineAnswer, MachineRequestView, MachineView

router = APIRouter(prefix="/machines", tags=["machines"])
MachineId = Annotated[str, Path(max_length=100)]


async def _machines(request: Request) -> MachineServices:
    return enabled_machines(request)


async def _confirming(request: Request) -> MachineServices:
    """Return the services. Raises PolicyRefused if people confirm codes in the portal only."""
    if services_of(request).settings.portal.machines.confirmation_url is None:
        raise PolicyRefused(
            message("Codes are confirmed in the portal only."),
            hint=message("Ask the platform team to set portal.machines.confirmationUrl."),
        )
    return enabled_machines(request)


async def _person_with_token(request: Request, caller: Caller) -> Person:
    """Return the caller. Raises PolicyRefused without a token that a person got by signing in.

    A machine's token is refused, so that a stolen one cannot sign in further machines. So is the token of a plugin
    that acts for the person, because nobody sees what it does.
    """
    token = bearer_token(request.headers)
    if token is None or parse_token(token) is not None or is_plugin_token(token):
        raise PolicyRefused(
            message("This needs your own token from Backstage or from an OpenID Connect provider."),
            hint=message("Confirm and sign out machines in Backstage or in the portal."),
        )
    return caller


Machines = Annotated[MachineServices, Depends(_machines)]
Confirming = Annotated[MachineServices, Depends(_confirming)]
TokenHolder = Annotated[Person, Depends(_person_with_token)]


@router.get("", **for_people())
async def list_machines(caller: Caller, machines: Machines) -> list[MachineView]:
    """List the machines on which the caller is signed in, most recently used first."""
    return [MachineView.of(each) for each in await machines.signed_in.of_person(caller.ref)]


@router.post("/look_up", **needing(Permission.KEY_CREATE))
async def look_up_machine(
    body: LookUpRequest, request: Request, caller: TokenHolder, machines: Confirming
) -> MachineRequestView:
    """Return which machine shows a code, so that the caller can compare it. This confirms nothing."""
    found = await machines.find_by_code(caller, body.code)
    if found is None:
        raise NotFound(message("This code does not exist or has expired."))
    return MachineRequestView.of(found, machines.look_ups.seal(found, caller), own_address(request))


@router.post("/confirm", **needing(Permission.KEY_CREATE))
async def confirm_machine(body: MachineAnswer, caller: TokenHolder, machines: Confirming) -> Done:
    """Sign in a machine that the caller has looked up."""
    found = await _looked_up(machines, caller, body)
    await machines.sign_in.confirm_by_token(found, caller, digest_of(body.confirmation))
    return Done()


@router.post("/reject", **needing(Permission.KEY_CREATE))
async def reject_machine(body: MachineAnswer, caller: TokenHolder, machines: Confirming) -> Done:
    """Reject a machine that the caller has looked up. Its terminal says so."""
    await machines.sign_in.decline(await _looked_up(machines, caller, body), caller)
    return Done()


@router.delete("/{machine_id}", **needing(Permission.KEY_REVOKE))
async def sign_out_machine(machine_id: MachineId, caller: TokenHolder, machines: Machines) -> Done:
    """Sign out one of the caller's machines. Its tokens end immediately; keys on it keep working."""
    await machines.signed_in.sign_out(caller.ref, machine_id)
    return Done()


async def _looked_up(machines: MachineServices, caller: Person, body: MachineAnswer) -> SignInRequest:
    found = await machines.find_looked_up(caller, body.confirmation)
    if found is None:
        raise NotFound(message("This sign-in was already answered, or it has expired."))
    return found
