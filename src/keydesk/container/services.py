"""Builds the services from the shared resources. Opens no connections: services connect on first use."""

from collections.abc import Sequence
from functools import cache

from keydesk.accounts.names import PeopleNames
from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.search_store import AccountSearch
from keydesk.accounts.service import Accounts
from keydesk.api.answers import ViewAnswers
from keydesk.api.auditors import Auditors, KeyAdmins
from keydesk.api.config_answers import ConfigAnswers
from keydesk.api.hot_reads import HotReads
from keydesk.api.services import MachineServices, Services
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.configuration_store import ConfigurationStore
from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import AuditReader
from keydesk.audit.search_store import AuditSearch
from keydesk.auth.assembly import Assembled, IdentityParts, assemble_identity
from keydesk.auth.demo import DemoTokens
from keydesk.auth.group_members import GroupMembers, TeamAdmins
from keydesk.auth.permission_assembly import assemble_permissions
from keydesk.auth.sealed_cookies import SealedCookies
from keydesk.auth.store import LinkStore
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.auth.verifier import Verifier
from keydesk.cache.cache_policy import CachePolicy
from keydesk.calls.service import Calls
from keydesk.config.models import client_config
from keydesk.container.adoption import key_adoption
from keydesk.container.agents import build_agents
from keydesk.container.alerts import budget_check, build_alerts
from keydesk.container.chargeback import assemble_statements
from keydesk.container.key_services import (
    apply_lifetimes,
    key_contacts,
    key_reconciliation,
    key_rotation,
    key_service,
    key_suspension,
    spend_reset,
)
from keydesk.container.leaks import assemble_leaks
from keydesk.container.limits import key_limits
from keydesk.container.machines import build_machines
from keydesk.container.notices import build_notices
from keydesk.container.own_keys import own_keys
from keydesk.container.requests import ChangingServices, assemble_requests, settling_requests
from keydesk.container.resources import Resources
from keydesk.container.sign_in import build_browser_sessions, build_provider_sign_in
from keydesk.container.teams import build_team_management, build_team_members
from keydesk.container.workloads import build_workloads
from keydesk.health.service import Health
from keydesk.http.report_limits import ReportLimits
from keydesk.jobs.allowances_plan import AllowancesPlan
from keydesk.jobs.maintenance import PruneAuditLog, RefreshUsage
from keydesk.jobs.reconcile_accounts import AccountReconciliation
from keydesk.jobs.reconcile_intents import ReconcileIntents, Reconciliation
from keydesk.jobs.reconcile_teams import TeamReconciliation
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.jobs.settle_requests import RequestReconciliation
from keydesk.jobs.settle_rotations import PruneSecrets, SettleRotations
from keydesk.key_index.assembly import assemble_key_index
from keydesk.keys.extending import KeyExtensions
from keydesk.kit.origins import Origins, origin_of
from keydesk.lifetimes.service import Lifetimes
from keydesk.lifetimes.store import WarningStore
from keydesk.machines.service import MachineTokens
from keydesk.models.service import Catalogue
from keydesk.opencode.central_config import CentralConfig
from keydesk.opencode.service import Connections
from keydesk.provisioning_preview.service import Previews
from keydesk.requests.account_grants import AccountGrants
from keydesk.requests.grant_store import GrantStore
from keydesk.requests.store import RequestStore
from keydesk.service_keys.for_contacts import KeysOfContacts
from keydesk.service_keys.service import ServiceKeys
from keydesk.settings.printing.effective import effective_lines
from keydesk.settings.sources.layers import Layer
from keydesk.teams.audit_redaction import AuditRedaction
from keydesk.teams.impact import TeamImpact
from keydesk.teams.names import TeamNames
from keydesk.teams.object_permissions import TeamObjects
from keydesk.teams.service import Teams
from keydesk.usage.assembly import UsageParts, assemble_usage
from keydesk.usage.service import Usage
from keydesk.usage.store import UsageStore
from keydesk.views.loaders import Loaders
from keydesk.views.service import Views


def build_services(resources: Resources, layers: Sequence[Layer] = ()) -> Services:
    """Build all services. `layers` are the sources of the settings, which auditors can see."""
    settings = resources.settings
    rules = settings.litellm
    demo_tokens = DemoTokens(settings.derived_key("demo-sign-in"), resources.clock)
    teams = Teams(resources.gateway, rules.display, TeamAdmins(rules.team_admin.group, resources.directory))
    resync = _resync(resources)
    accounts = _accounts(resources, resync)
    usage_parts = _usage(resources)
    usage = Usage(usage_parts.queries, usage_parts.answers, teams, resources.clock)
    lifetimes = Lifetimes(rules.key_lifetimes, resources.directory, WarningStore(resources.database))
    keys = key_service(resources, teams, lifetimes)
    rotation, extensions = key_rotation(resources, keys), KeyExtensions(keys)
    team_members = build_team_members(resources, teams, accounts, keys.issuer.allowance)
    team_management = build_team_management(resources, teams, keys.issuer.allowance)
    requests = assemble_requests(resources, ChangingServices(keys, team_members, team_management))
    permissions = assemble_permissions(
        settings, resources.directory, resources.http_client, resources.clock, resources.closing
    )
    auditors = Auditors(GroupMembers(rules.audit.group, resources.directory), permissions)
    people_names = PeopleNames(resources.gateway, resources.directory, accounts.store, rules.user_id_domain)
    contacts = key_contacts(resources)
    all_keys = assemble_key_index(settings, resources.database, keys, people_names, contacts)
    alerts = build_alerts(resources)
    catalogue = Catalogue(resources.gateway)
    sign_in = build_provider_sign_in(resources)
    audit_reader = AuditReader(AuditSearch(resources.database))
    service_keys = ServiceKeys(keys, rotation, extensions, teams, contacts)
    access_events = AccessEventRecorder(resources.audit, resources.clock)
    machines = build_machines(resources, sign_in, access_events)
    loaders = Loaders(accounts, keys, teams, catalogue, resources.cache, CachePolicy.of(settings.cache))
    config = client_config(rules)
    views = Views(loaders, teams.admins)
    configs = ConfigAnswers(rules, lifetimes, settings.portal.base_url)
    answers = ViewAnswers(views, auditors, resources.clock, configs)
    of_keys = own_keys(resources, usage)
    return Services(
        settings=settings,
        effective_settings=cache(lambda: effective_lines(settings, layers)),
        clock=resources.clock,
        static_directory=resources.static_directory,
        permissions=permissions,
        audit_reader=audit_reader,
        configuration_record=ConfigurationRecord(
            resources.audit,
            ConfigurationStore(resources.database),
            settings.derived_key("audit-fingerprints"),
        ),
        access_events=access_events,
        reconcile_intents=_reconciliation(resources),
        prune_audit_log=PruneAuditLog(resources.audit, settings.audit.retention_days),
        auditors=auditors,
        key_admins=KeyAdmins(auditors, GroupMembers(rules.audit.key_admin_group, resources.directory)),
        identity=_identity(resources, demo_tokens, machines),
        origins=_origins(resources),
        demo_tokens=demo_tokens,
        sealed_cookies=SealedCookies.of(settings, resources.clock),
        sessions=build_browser_sessions(resources, sign_in, access_events),
        machines=machines,
        workloads=build_workloads(resources, keys),
        provider_sign_in=sign_in,
        used_tokens=UsedTokenStore(resources.database, resources.clock),
        health=Health(
            resources.gateway, resources.database, resources.directory, resources.cache, resources.figures
        ),
        accounts=accounts,
        account_search=AccountSearch(resources.database),
        people_names=people_names,
        team_names=TeamNames(resources.gateway),
        previews=Previews(rules.provisioning, resources.directory, accounts),
        connections=Connections(keys, resources.leases, rules.opencode),
        resync_accounts=ResyncAccounts(resources.directory, resources.account_store, resync),
        catalogue=catalogue,
        teams=teams,
        team_management=team_management,
        team_members=team_members,
        team_impact=TeamImpact(resources.gateway, teams, resources.key_ids, resources.clock),
        audit_redaction=AuditRedaction(teams, rules.user_id_domain),
        team_objects=TeamObjects(
            resources.gateway, rules.team_admin, teams, resources.leases, resources.audit
        ),
        usage=usage,
        calls=Calls(resources.gateway, keys, teams, rules.team_admin),
        refresh_usage=RefreshUsage(usage_parts.maintenance),
        keys=keys,
        own_keys=of_keys,
        central_config=CentralConfig(of_keys, rules.url_for_people),
        statements=assemble_statements(resources, teams),
        key_adoption=key_adoption(resources, lifetimes),
        key_limits=key_limits(resources, keys, teams),
        spend_reset=spend_reset(resources, keys),
        notices=build_notices(resources),
        alerts=alerts,
        check_budgets=budget_check(resources, alerts, keys, all_keys),
        key_narrowing=all_keys.narrowing,
        all_keys=all_keys,
        key_rotation=rotation,
        settle_rotations=SettleRotations(resources.key_secrets, rotation.settling, resources.clock),
        prune_secrets=PruneSecrets(resources.key_secrets, settings.usage.keep_days, resources.clock),
        requests=requests,
        settle_requests=settling_requests(requests),
        leaks=assemble_leaks(resources),
        leak_limits=ReportLimits.of(settings.leaks, settings.limits, resources.clock),
        lifetimes=lifetimes,
        key_extension=extensions,
        service_keys=service_keys,
        keys_of_contacts=KeysOfContacts(service_keys, audit_reader, people_names),
        apply_lifetimes=apply_lifetimes(resources, keys, lifetimes),
        allowances_plan=AllowancesPlan(resources.gateway, keys.issuer.allowance.allowances),
        views=views,
        client_config=config,
        answers=answers,
        hot_reads=HotReads(views, auditors, usage, answers.configs),
        cache=resources.cache,
        counters=resources.counters,
        agents=build_agents(resources),
        invalidation_bus=resources.invalidation_bus,
        leases=resources.leases,
        figures=resources.figures,
    )


def _reconciliation(resources: Resources) -> ReconcileIntents:
    teams = TeamReconciliation(resources.gateway)
    by_table: dict[AuditedTable, Reconciliation] = {
        AuditedTable.KEY: key_reconciliation(resources),
        AuditedTable.USER: AccountReconciliation(resources.gateway, resources.account_store),
        AuditedTable.TEAM: teams,
        AuditedTable.MEMBERSHIP: teams,
        AuditedTable.OBJECT_PERMISSION: teams,
        AuditedTable.REQUEST: RequestReconciliation(RequestStore(resources.database)),
    }
    return ReconcileIntents(resources.audit, by_table)


def _identity(resources: Resources, demo_tokens: DemoTokens, machines: MachineServices) -> Assembled:
    also: list[Verifier] = [demo_tokens] if resources.settings.demo.enabled else []
    if machines.are_enabled:
        also.append(MachineTokens(machines.signed_in))
    parts = IdentityParts(
        resources.http_client, LinkStore(resources.database, resources.clock), resources.clock, also
    )
    identity = assemble_identity(resources.settings.identity, resources.settings.litellm.bridge, parts)
    resources.closing.push_async_callback(identity.aclose)
    return identity


def _usage(resources: Resources) -> UsageParts:
    store = UsageStore(resources.database, resources.key_ids.of)
    usage = assemble_usage(resources.settings.usage, resources.gateway, store, resources.clock)
    resources.closing.push_async_callback(usage.aclose)
    return usage


def _resync(resources: Resources) -> Resync:
    return Resync(
        gateway=resources.gateway,
        settings=resources.settings.litellm.provisioning,
        directory=resources.directory,
        store=resources.account_store,
        suspension=key_suspension(resources),
        grants=AccountGrants(GrantStore(resources.database)),
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
    )


def _accounts(resources: Resources, resync: Resync) -> Accounts:
    provisioner = Provisioner(
        gateway=resources.gateway,
        settings=resources.settings.litellm.provisioning,
        directory=resources.directory,
        store=resources.account_store,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
        outcomes=resources.figures.provisioning,
    )
    return Accounts(
        gateway=resources.gateway,
        settings=resources.settings.litellm,
        directory=resources.directory,
        store=resources.account_store,
        provisioner=provisioner,
        resync=resync,
    )


def _origins(resources: Resources) -> Origins:
    """Return the allowed origins: the portal's and those in the settings."""
    portal = resources.settings.portal.base_url
    return Origins([*resources.settings.server.allowed_origins, *([origin_of(portal)] if portal else [])])
