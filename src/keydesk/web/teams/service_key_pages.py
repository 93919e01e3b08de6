"""What the pages of service keys share: the team, its keys, and the choices in their forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from keydesk.accounts.names import PersonName
from keydesk.api.dependencies import Caller, services_of
from keydesk.keys.owners import as_user
from keydesk.kit.field_types import Identifier
from keydesk.kit.people import Person
from keydesk.lifetimes.policy import must_rotate_by, violation_of_block
from keydesk.service_keys.models import ServiceKeyView
from keydesk.settings import LifetimeRules
from keydesk.teams.models import TeamView
from keydesk.web.keys.allowance import NO_ALLOWANCE, ShownAllowance, allowance_of
from keydesk.web.keys.choice import Choice
from keydesk.web.keys.history import history_of
from keydesk.web.keys.leaked import leak_of
from keydesk.web.keys.lifetime import KeyPolicy
from keydesk.web.keys.own_key import KeyPlace, find_key, no_such_key
from keydesk.web.keys.rotating import can_rotate
from keydesk.web.page_views import page_views
from keydesk.web.status import key_status
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, name_of


@dataclass(frozen=True, slots=True)
class TeamOfKeys:
    """A team that the person manages, and where its service keys are."""

    request: Request
    person: Person
    team: TeamView

    @property
    def name(self) -> str:
        return name_of(self.team)

    @property
    def here(self) -> str:
        return f"{address(self.team.team_id)}/service-keys"

    @property
    def lifetimes(self) -> LifetimeRules:
        return services_of(self.request).lifetimes.rules_of(None, self.team.team_id)

    def place(self, key_id: str) -> KeyPlace:
        return KeyPlace(f"{self.here}/{key_id}", f"{self.here}/{key_id}")

    async def keys(self) -> list[ServiceKeyView]:
        return await services_of(self.request).service_keys.of_team(self.person, self.team.team_id)

    async def key(self, key_id: str) -> ServiceKeyView:
        """Return one of the team's keys. Raises NotFound."""
        found = find_key(await self.keys(), key_id)
        if not isinstance(found, ServiceKeyView):
            raise no_such_key()
        return found

    async def choice(self) -> Choice:
        """Return the options of the forms: all models of the team."""
        catalogue = await (await page_views(self.request, self.person)).models()
        owner, allowance = as_user(self.team.team_id), await self.allowance()
        return Choice(owner, [self.team], catalogue, self.team, is_of_team=True, allowance=allowance)

    async def allowance(self) -> ShownAllowance:
        """Return what all service keys of the team may have together."""
        if not services_of(self.request).keys.issuer.allowance.allowances.is_set:
            return NO_ALLOWANCE
        return await allowance_of(self.request, as_user(self.team.team_id), await self.keys())


async def key_facts(request: Request, person: Person, key: ServiceKeyView) -> dict[str, Any]:
    """Return what all pages of one service key show: its state, contacts and history."""
    services = services_of(request)
    now, leak, policy = services.clock(), await leak_of(request, person, key), await _policy(request, key)
    return {
        "key": key,
        "now": now,
        "state": key_status(key, now),
        "policy": policy,
        "leak": leak,
        "can_rotate": can_rotate(key, leak, policy, now),
        "people": await contact_names(request, [key]),
        "history": await history_of(request, person, key, with_names=True),
    }


async def contact_names(request: Request, keys: Iterable[ServiceKeyView]) -> dict[str, PersonName]:
    refs = {contact.ref for key in keys for contact in key.contacts}
    return await services_of(request).people_names.of_refs(refs)


async def _policy(request: Request, key: ServiceKeyView) -> KeyPolicy:
    """Return what the policy for lifetimes means for the key."""
    services = services_of(request)
    blockers = await services.keys.store.blockers([key.token] if key.blocked else [])
    rotated = (await services.keys.secrets.rotated_at([key.token])).get(key.token, key.created_at)
    warned = [] if key.blocked else await services.lifetimes.warnings.of([key.token])
    rules = services.lifetimes.rules_of(None, key.team_id)
    return KeyPolicy(
        rules, must_rotate_by(rotated, rules), warned, violation_of_block(blockers.get(key.token))
    )


async def _managed(request: Request, caller: Caller, team_id: Identifier) -> TeamOfKeys:
    return TeamOfKeys(request, caller, await managed_team(request, caller, team_id))


Managed = Annotated[TeamOfKeys, Depends(_managed)]
