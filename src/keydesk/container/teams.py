"""Builds the services that change teams and their members."""

from keydesk.accounts.service import Accounts
from keydesk.container.resources import Resources
from keydesk.keys.allowance import KeyAllowance
from keydesk.models.service import Catalogue
from keydesk.teams.members import TeamMembers
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import TeamManagement


def build_team_management(resources: Resources, teams: Teams, allowance: KeyAllowance) -> TeamManagement:
    return TeamManagement(
        gateway=resources.gateway,
        settings=resources.settings.litellm,
        teams=teams,
        catalogue=Catalogue(resources.gateway),
        ids=resources.key_ids,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
        removing_keys=resources.service_key_store.removing_of_team,
        deleting_keys=allowance.giving_up_all,
    )


def build_team_members(
    resources: Resources, teams: Teams, accounts: Accounts, allowance: KeyAllowance
) -> TeamMembers:
    return TeamMembers(
        gateway=resources.gateway,
        settings=resources.settings.litellm,
        teams=teams,
        accounts=accounts,
        ids=resources.key_ids,
        leases=resources.leases,
        audit=resources.audit,
        deleting_keys=allowance.giving_up_all,
    )
