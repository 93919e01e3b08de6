"""Builds the services from the shared resources. Opens no connections: services connect on first use."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from keydesk.accounts.names import PeopleNames
from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.service import Accounts
from keydesk.api.answers import ViewAnswers
from keydesk.api.auditors import Auditors
from keydesk.api.hot_reads import HotReads
from keydesk.api.services import Services
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.configuration_store import ConfigurationStore
from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import AuditReader
from keydesk.audit.search_store import AuditSearch
from keydesk.auth.assembly import Assembled, IdentityParts, assemble_identity
from keydesk.auth.demo import DemoTokens
from keydesk.auth.grants import SealedGrants
from keydesk.auth.group_members import GroupMembers, TeamAdmins
from keydesk.auth.permission_assembly import assemble_permissions
from keydesk.auth.portal_assembly import ProviderSignIn, assemble_provider_sign_in
from keydesk.auth.sealed_cookies import SealedCookies
from keydesk.auth.session_checks import SessionChecks
from keydesk.auth.session_store import SessionStore
from keydesk.auth.sessions import BrowserSessions
from keydesk.auth.store import LinkStore
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.cache.cache_policy import CachePolicy
from keydesk.config.models import client_config
from keydesk.container.resources import Resources
from keydesk.health.service import Health
from keydesk.jobs.maintenance import PruneAuditLog, RefreshUsage
from keydesk.jobs.reconcile_accounts import AccountReconciliation
from keydesk.jobs.reconcile_intents import ReconcileIntents, Reconciliation
from keydesk.jobs.reconcile_keys import KeyReconciliation
from keydesk.jobs.reconcile_teams import TeamReconciliation
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.keys.counts import KeyCounts
from keydesk.keys.issuing import Issuer
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.service import Keys
from keydesk.keys.suspension import KeySuspension
from keydesk.kit.origins import Origins, origin_of
from keydesk.models.service import Catalogue
from keydesk.opencode.service import Connections
from keydesk.provisioning_preview.service import Previews
from keydesk.settings.printing.effective import effective_lines
from keydesk.settings.sources.layers import Layer
from keydesk.teams.audit_redaction import AuditRedaction
from keydesk.teams.impact import TeamImpact
from keydesk.teams.members import TeamMembers
from keydesk.teams.object_permissions import TeamObjects
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import TeamManagement
from keydesk.usage.assembly import UsageParts, assemble_usage
from keydesk.usage.service import Usage
from keydesk.usage.store import UsageStore
from keydesk.views.loaders import Loaders, RecentModels
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
    keys = _keys(resources, teams)
    permissions = assemble_permissions(
        settings, resources.directory, resources.http_client, resources.clock, resources.closing
    )
    auditors = Auditors(GroupMembers(rules.audit.group, resources.directory), permissions)
    catalogue = Catalogue(resources.gateway)
    sign_in = _provider_sign_in(resources)
    access_events = AccessEventRecorder(resources.audit, resources.clock)
    loaders = Loaders(accounts, keys, teams, catalogue, resources.cache, CachePolicy.of(settings.cache))
    config = client_config(rules)
    views = Views(loaders, teams.admins)
    answers = ViewAnswers(views, auditors, resources.clock, config)
    return Services(
        settings=settings,
        effective_settings=cache(lambda: effective_lines(settings, layers)),
        clock=resources.clock,
        static_directory=resources.static_directory,
        permissions=permissions,
        audit_reader=AuditReader(AuditSearch(resources.database)),
        configuration_record=ConfigurationRecord(
            resources.audit,
            ConfigurationStore(resources.database),
            settings.derived_key("audit-fingerprints"),
        ),
        access_events=access_events,
        reconcile_intents=_reconciliation(resources),
        prune_audit_log=PruneAuditLog(resources.audit, settings.audit.retention_days),
        auditors=auditors,
        identity=_identity(resources, demo_tokens),
        origins=_origins(resources),
        demo_tokens=demo_tokens,
        sealed_cookies=SealedCookies.of(settings, resources.clock),
        sessions=_browser_sessions(resources, sign_in, access_events),
        provider_sign_in=sign_in,
        used_tokens=UsedTokenStore(resources.database, resources.clock),
        health=Health(
            resources.gateway, resources.database, resources.directory, resources.cache, resources.figures
        ),
        accounts=accounts,
        people_names=PeopleNames(
            resources.gateway, resources.directory, resources.account_store, rules.user_id_domain
        ),
        previews=Previews(rules.provisioning, resources.directory, accounts),
        connections=Connections(keys, resources.leases, rules.opencode),
        resync_accounts=ResyncAccounts(resources.directory, resources.account_store, resync),
        catalogue=catalogue,
        teams=teams,
        team_management=_team_management(resources, teams),
        team_members=_team_members(resources, teams, accounts),
        team_impact=TeamImpact(resources.gateway, teams, resources.clock),
        audit_redaction=AuditRedaction(teams, rules.user_id_domain),
        team_objects=TeamObjects(
            resources.gateway, rules.team_admin, teams, resources.leases, resources.audit
        ),
        usage=usage,
        refresh_usage=RefreshUsage(usage_parts.maintenance),
        keys=keys,
        key_narrowing=KeyNarrowing(
            resources.gateway, resources.key_ids, resources.key_store, resources.leases, resources.audit
        ),
        views=views,
        client_config=config,
        answers=answers,
        hot_reads=HotReads(views, auditors, usage, answers.config_answer),
        cache=resources.cache,
        counters=resources.counters,
        invalidation_bus=resources.invalidation_bus,
        leases=resources.leases,
        figures=resources.figures,
    )


def _team_management(resources: Resources, teams: Teams) -> TeamManagement:
    return TeamManagement(
        gateway=resources.gateway,
        settings=resources.settings.litellm,
        teams=teams,
        catalogue=Catalogue(resources.gateway),
        ids=resources.key_ids,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
    )


def _team_members(resources: Resources, teams: Teams, accounts: Accounts) -> TeamMembers:
    return TeamMembers(
        gateway=resources.gateway,
        settings=resources.settings.litellm,
        teams=teams,
        accounts=accounts,
        ids=resources.key_ids,
        leases=resources.leases,
        audit=resources.audit,
    )


def _reconciliation(resources: Resources) -> ReconcileIntents:
    teams = TeamReconciliation(resources.gateway)
    by_table: dict[AuditedTable, Reconciliation] = {
        AuditedTable.KEY: KeyReconciliation(
            resources.gateway, resources.key_ids, resources.key_store, resources.leases
        ),
        AuditedTable.USER: AccountReconciliation(resources.gateway, resources.account_store),
        AuditedTable.TEAM: teams,
        AuditedTable.MEMBERSHIP: teams,
        AuditedTable.OBJECT_PERMISSION: teams,
    }
    return ReconcileIntents(resources.audit, by_table)


def _identity(resources: Resources, demo_tokens: DemoTokens) -> Assembled:
    also = [demo_tokens] if resources.settings.demo.enabled else []
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
        suspension=KeySuspension(
            resources.gateway, resources.key_ids, resources.key_store, resources.leases, resources.audit
        ),
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


def _keys(resources: Resources, teams: Teams) -> Keys:
    rules, leases = resources.settings.litellm.key_generation, resources.leases
    policy = CachePolicy.of(resources.settings.cache)
    issuer = Issuer(
        gateway=resources.gateway,
        rules=rules,
        teams=teams,
        catalogue=RecentModels(Catalogue(resources.gateway), resources.cache, policy),
        ids=resources.key_ids,
        store=resources.key_store,
        leases=leases,
        audit=resources.audit,
        clock=resources.clock,
        counts=KeyCounts(resources.gateway, rules, leases, resources.clock),
        has_left=resources.account_store.has_left,
    )
    resetters = GroupMembers(rules.reset_spend_group, resources.directory)
    ids, store = resources.key_ids, resources.key_store
    return Keys(resources.gateway, issuer, ids, store, leases, resources.audit, resetters)


def _origins(resources: Resources) -> Origins:
    """Return the allowed origins: the portal's and those in the settings."""
    portal = resources.settings.portal.base_url
    return Origins([*resources.settings.server.allowed_origins, *([origin_of(portal)] if portal else [])])


def _provider_sign_in(resources: Resources) -> ProviderSignIn | None:
    """Return the sign-in with an OpenID Connect provider, or None if it is not configured."""
    parts = IdentityParts(
        resources.http_client, LinkStore(resources.database, resources.clock), resources.clock
    )
    key = resources.settings.derived_key("sign-in-state")
    sign_in = assemble_provider_sign_in(
        resources.settings.portal, parts, key, UsedTokenStore(resources.database, resources.clock)
    )
    if sign_in is not None:
        resources.closing.push_async_callback(sign_in.keys.aclose)
    return sign_in


def _browser_sessions(
    resources: Resources, sign_in: ProviderSignIn | None, access_events: AccessEventRecorder
) -> BrowserSessions:
    """Return the portal's sessions. Demo sessions are not checked with a provider."""
    store, settings = SessionStore(resources.database), resources.settings.portal.sessions
    if sign_in is None:
        return BrowserSessions(store, settings, resources.clock)
    checks = SessionChecks(
        confirmation=sign_in.confirmation,
        store=store,
        sealed=SealedGrants(resources.settings.derived_key("session-grants")),
        leases=resources.leases,
        clock=resources.clock,
        every=timedelta(minutes=settings.check_minutes),
        left=access_events.left,
    )
    return BrowserSessions(store, settings, resources.clock, checks)
