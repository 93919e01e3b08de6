"""Builds the sign-in of machines. Opens no connections."""

from datetime import timedelta

from keydesk.api.services import MachineServices
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.auth.grants import SealedGrants
from keydesk.auth.portal_assembly import ProviderSignIn
from keydesk.auth.session_store import SessionStore
from keydesk.auth.sessions import PersonSessions, SessionLimits
from keydesk.container.resources import Resources
from keydesk.container.sign_in import session_checks
from keydesk.http.machine_limits import MachineLimits
from keydesk.jobs.prune_machines import PruneMachines
from keydesk.machines.look_ups import LookUps
from keydesk.machines.request_store import RequestStore
from keydesk.machines.service import Machines
from keydesk.machines.sign_in import MachineSignIn
from keydesk.machines.store import MachineStore


def build_machines(
    resources: Resources, sign_in: ProviderSignIn | None, access_events: AccessEventRecorder
) -> MachineServices:
    """Return the sign-in of machines. Their sessions are checked with the provider like those of browsers."""
    settings, clock = resources.settings, resources.clock
    store = SessionStore(resources.database, machine=True)
    sessions = PersonSessions(
        store, _limits(resources), clock, session_checks(resources, store, sign_in, access_events)
    )
    machines = Machines(
        store=MachineStore(resources.database),
        sessions=sessions,
        audit=resources.audit,
        clock=clock,
        outbox=resources.outbox,
        unasked_lifetime=timedelta(hours=settings.portal.sessions.absolute_hours),
    )
    requests = RequestStore(resources.database)
    return MachineServices(
        are_enabled=settings.signs_in_machines,
        signed_in=machines,
        sign_in=MachineSignIn(
            requests=requests,
            machines=machines,
            sealed=SealedGrants(settings.derived_key("machine-grants")),
            code_key=settings.derived_key("machine-user-codes"),
            audit=resources.audit,
            clock=clock,
        ),
        look_ups=LookUps.of(settings.derived_key("machine-look-ups"), clock),
        limits=MachineLimits.of(settings.limits, clock),
        prune=PruneMachines(sessions, machines.store, requests, clock),
    )


def _limits(resources: Resources) -> SessionLimits:
    portal = resources.settings.portal
    return SessionLimits(
        idle=timedelta(days=portal.machines.idle_days),
        absolute=timedelta(days=portal.machines.absolute_days),
        unconfirmed=SessionLimits.of(portal.sessions).unconfirmed,
    )
