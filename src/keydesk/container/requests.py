"""Builds the service for requests from the shared resources."""

from collections.abc import Mapping
from dataclasses import dataclass

from keydesk.container.resources import Resources
from keydesk.jobs.settle_requests import SettleRequests
from keydesk.keys.service import Keys
from keydesk.kit.request_kind import RequestKind
from keydesk.models.service import Catalogue
from keydesk.requests.approvers import Approvers
from keydesk.requests.grant_store import GrantStore
from keydesk.requests.granting import Grants
from keydesk.requests.kinds.accounts import AccountObjects
from keydesk.requests.kinds.budgets import AccountBudget, KeyBudget
from keydesk.requests.kinds.keys import KeyObjects
from keydesk.requests.kinds.kind import Kind
from keydesk.requests.kinds.lifetime import KeyLifetime
from keydesk.requests.kinds.member_budget import MemberBudget
from keydesk.requests.kinds.membership import TeamMembership
from keydesk.requests.kinds.model_lists import AccountModels, KeyModels
from keydesk.requests.kinds.new_team import NewTeam
from keydesk.requests.kinds.teams import TeamObjects
from keydesk.requests.notices import RequestNotices
from keydesk.requests.reminders import Reminders
from keydesk.requests.service import Requests
from keydesk.requests.store import RequestStore
from keydesk.teams.members import TeamMembers
from keydesk.teams.team_admin import TeamManagement


@dataclass(frozen=True, slots=True)
class ChangingServices:
    """The services with which approved requests are made."""

    keys: Keys
    members: TeamMembers
    management: TeamManagement


def assemble_requests(resources: Resources, services: ChangingServices) -> Requests:
    store, settings = RequestStore(resources.database), resources.settings.requests
    return Requests(
        settings=settings,
        store=store,
        grants=Grants(_kinds(resources, services), GrantStore(resources.database), store),
        keys=services.keys,
        approvers=Approvers(settings, resources.directory, services.members.teams.admins, resources.gateway),
        directory=resources.directory,
        accounts=resources.account_store,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
        notices=RequestNotices(resources.outbox),
    )


def settling_requests(requests: Requests) -> SettleRequests:
    """Return the job that ends requests and grants."""
    reminders = Reminders(
        requests.settings, requests.store, requests.approvers, requests.notices, requests.clock
    )
    return SettleRequests(requests, reminders)


def _kinds(resources: Resources, services: ChangingServices) -> Mapping[RequestKind, Kind]:
    gateway, settings = resources.gateway, resources.settings.requests
    accounts = AccountObjects(gateway, resources.leases, resources.audit)
    catalogue, key_objects = Catalogue(gateway), KeyObjects(services.keys)
    teams = TeamObjects(gateway, services.members.teams.admins)
    return {
        RequestKind.ACCOUNT_BUDGET: AccountBudget(accounts),
        RequestKind.KEY_BUDGET: KeyBudget(key_objects),
        RequestKind.ACCOUNT_MODELS: AccountModels(catalogue, settings, accounts),
        RequestKind.KEY_MODELS: KeyModels(catalogue, settings, key_objects, gateway),
        RequestKind.TEAM_MEMBERSHIP: TeamMembership(teams, services.members),
        RequestKind.KEY_LIFETIME: KeyLifetime(key_objects),
        RequestKind.NEW_TEAM: NewTeam(services.management),
        RequestKind.MEMBER_BUDGET: MemberBudget(teams, resources.leases, resources.audit),
    }
