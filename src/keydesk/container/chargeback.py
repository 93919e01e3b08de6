"""Builds the services of statements."""

from keydesk.api.services import StatementServices
from keydesk.chargeback.closing import Closing
from keydesk.chargeback.names_store import NamesStore
from keydesk.chargeback.naming import Naming
from keydesk.chargeback.overview_store import StatementOverview
from keydesk.chargeback.search_store import StatementSearch
from keydesk.chargeback.service import Chargebacks
from keydesk.chargeback.store import StatementStore
from keydesk.chargeback.team_statements import TeamStatements
from keydesk.container.resources import Resources
from keydesk.jobs.compare_spend_logs import CompareSpendLogs
from keydesk.jobs.refresh_statements import RefreshStatements
from keydesk.teams.service import Teams


def assemble_statements(resources: Resources, teams: Teams) -> StatementServices:
    """Return the services. Opens no connections."""
    settings, database = resources.settings.chargeback, resources.database
    store, search = StatementStore(database), StatementSearch(database)
    naming = Naming(
        names=NamesStore(database),
        store=store,
        directory=resources.directory,
        gateway=resources.gateway,
        settings=settings,
        domain=resources.settings.litellm.user_id_domain,
    )
    closing = Closing(
        store=store,
        search=search,
        naming=naming,
        settings=settings,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
    )
    refresh = RefreshStatements(
        gateway=resources.gateway,
        store=store,
        naming=naming,
        closing=closing,
        comparison=CompareSpendLogs(resources.gateway, store, settings, resources.clock),
        accounts=resources.account_store,
        settings=settings,
        key_id=resources.key_ids.of,
        clock=resources.clock,
    )
    chargebacks = Chargebacks(
        store=store,
        overview=StatementOverview(database),
        search=search,
        closing=closing,
        settings=settings,
        audit=resources.audit,
    )
    shows_people = resources.settings.litellm.team_admin.show_names_in_calls
    return StatementServices(chargebacks, TeamStatements(chargebacks, teams, shows_people), refresh)
