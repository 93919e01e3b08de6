"""Makes the services out of the settings and of each other. Opens nothing: the first use does."""

from dataclasses import dataclass

from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.service import Accounts
from keydesk.api.answers import ViewAnswers
from keydesk.api.auditors import Auditors
from keydesk.api.hot_reads import HotUsage
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.configuration_store import ConfigurationStore
from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import AuditReader
from keydesk.audit.search_store import AuditSearch
from keydesk.auth.assembly import Assembled, IdentityParts, assemble_identity
from keydesk.auth.demo import DemoTokens
from keydesk.auth.group_members import GroupMembers
from keydesk.auth.permission_assembly import assemble_permissions
from keydesk.auth.permissions import Permissions
from keydesk.auth.portal_assembly import ProviderSignIn
from keydesk.auth.sessions import BrowserSessions
from keydesk.auth.store import LinkStore
from keydesk.auth.team_admins import TeamAdmins
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.cache.cache import Cache
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.counters import Counters
from keydesk.config.client import client_config
from keydesk.config.models import ConfigView
from keydesk.container.portal import browser_sessions, known_origins, provider_sign_in
from keydesk.container.resources import Foundation
from keydesk.directory.static import StaticDirectory
from keydesk.health.service import Health
from keydesk.jobs.prune_audit_log import PruneAuditLog
from keydesk.jobs.reconcile_accounts import AccountReconciliation
from keydesk.jobs.reconcile_intents import ReconcileIntents, Reconciliation
from keydesk.jobs.reconcile_keys import KeyReconciliation
from keydesk.jobs.reconcile_teams import TeamReconciliation
from keydesk.jobs.refresh_usage import RefreshUsage
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.keys.counts import KeyCounts
from keydesk.keys.issuing import Issuer
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.service import Keys
from keydesk.keys.suspension import KeySuspension
from keydesk.kit.origins import Origins
from keydesk.models.service import Catalogue
from keydesk.opencode.service import Connections
from keydesk.provisioning_preview.service import Previews
from keydesk.storage.invalidation_bus import InvalidationBus
from keydesk.storage.leases import Leases
from keydesk.teams.audit_redaction import AuditRedaction
from keydesk.teams.members import TeamMembers
from keydesk.teams.object_permissions import TeamObjects
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import TeamManagement
from keydesk.telemetry.figures import Figures
from keydesk.usage.assembly import UsageParts, assemble_usage
from keydesk.usage.service import Usage
from keydesk.usage.store import UsageStore
from keydesk.views.recent_models import RecentModels
from keydesk.views.service import Views
from keydesk.views.sources import Sources


@dataclass(frozen=True, kw_only=True)
class Services:
    """What routes, pages and jobs use. `create_app` puts each into the application's state under its name."""

    written_directory: StaticDirectory
    permissions: Permissions
    auditors: Auditors
    audit_reader: AuditReader
    configuration_record: ConfigurationRecord
    witness: AccessEventRecorder
    reconcile_intents: ReconcileIntents
    prune_audit_log: PruneAuditLog
    identity: Assembled
    origins: Origins
    demo_tokens: DemoTokens
    sessions: BrowserSessions
    provider_sign_in: ProviderSignIn | None
    used_tokens: UsedTokenStore
    health: Health
    accounts: Accounts
    previews: Previews
    connections: Connections
    resync_accounts: ResyncAccounts
    catalogue: Catalogue
    teams: Teams
    team_admins: TeamAdmins
    team_management: TeamManagement
    team_members: TeamMembers
    team_objects: TeamObjects
    audit_veil: AuditRedaction
    usage: Usage
    hot_usage: HotUsage
    refresh_usage: RefreshUsage
    keys: Keys
    key_narrowing: KeyNarrowing
    client_config: ConfigView
    reads: Views
    read_answers: ViewAnswers
    hot_answers: ViewAnswers
    snapshots: Cache
    counters: Counters
    relay: InvalidationBus
    leases: Leases
    figures: Figures


def wire(base: Foundation) -> Services:
    """All services over one foundation."""
    rules = base.settings.litellm
    demo_tokens = DemoTokens(base.settings.derived_key("demo-sign-in"), base.clock)
    teams = Teams(base.gateway, rules.display, TeamAdmins(rules.team_admin.group, base.directory))
    resync = _resync(base)
    accounts = _accounts(base, resync)
    usage_parts = _usage(base)
    usage = Usage(usage_parts.cubes, usage_parts.answers, teams, base.clock)
    keys = _keys(base, teams)
    permissions = assemble_permissions(base.settings, base.directory, base.outbound, base.clock, base.closing)
    auditors = Auditors(GroupMembers(rules.audit.group, base.directory), permissions)
    catalogue = Catalogue(base.gateway)
    sign_in = provider_sign_in(base)
    witness = AccessEventRecorder(base.audit, base.clock)
    sources = Sources(accounts, keys, teams, catalogue, base.snapshots, CachePolicy.of(base.settings.cache))
    config = client_config(rules)
    reads = Views(base.snapshots.get, sources, teams.admins)
    at_once = Views(base.snapshots.at_once, sources, teams.admins)
    return Services(
        written_directory=base.written,
        permissions=permissions,
        audit_reader=AuditReader(AuditSearch(base.database)),
        configuration_record=ConfigurationRecord(
            base.audit, ConfigurationStore(base.database), base.settings.derived_key("audit-fingerprints")
        ),
        witness=witness,
        reconcile_intents=_reconciliation(base),
        prune_audit_log=PruneAuditLog(base.audit, base.settings.audit.retention_days),
        auditors=auditors,
        identity=_identity(base, demo_tokens),
        origins=known_origins(base),
        demo_tokens=demo_tokens,
        sessions=browser_sessions(base, sign_in, witness),
        provider_sign_in=sign_in,
        used_tokens=UsedTokenStore(base.database, base.clock),
        health=Health(base.gateway, base.database, base.directory, base.snapshots, base.figures),
        accounts=accounts,
        previews=Previews(rules.provisioning, base.directory, accounts),
        connections=Connections(keys, base.leases, rules.opencode),
        resync_accounts=ResyncAccounts(base.directory, base.account_store, resync),
        catalogue=catalogue,
        teams=teams,
        team_admins=teams.admins,
        team_management=_team_management(base, teams),
        team_members=_team_members(base, teams, accounts),
        audit_veil=AuditRedaction(teams, rules.user_id_domain),
        team_objects=TeamObjects(base.gateway, rules.team_admin, teams, base.leases, base.audit),
        usage=usage,
        hot_usage=HotUsage(at_once, usage),
        refresh_usage=RefreshUsage(usage_parts.upkeep),
        keys=keys,
        key_narrowing=KeyNarrowing(base.gateway, base.ids, base.key_store, base.leases, base.audit),
        reads=reads,
        client_config=config,
        read_answers=ViewAnswers(reads, auditors, base.clock, config),
        hot_answers=ViewAnswers(at_once, auditors, base.clock, config),
        snapshots=base.snapshots,
        counters=base.counters,
        relay=base.relay,
        leases=base.leases,
        figures=base.figures,
    )


def _team_management(base: Foundation, teams: Teams) -> TeamManagement:
    return TeamManagement(
        gateway=base.gateway,
        settings=base.settings.litellm,
        teams=teams,
        catalogue=Catalogue(base.gateway),
        ids=base.ids,
        leases=base.leases,
        audit=base.audit,
        clock=base.clock,
    )


def _team_members(base: Foundation, teams: Teams, accounts: Accounts) -> TeamMembers:
    return TeamMembers(
        gateway=base.gateway,
        settings=base.settings.litellm,
        teams=teams,
        accounts=accounts,
        ids=base.ids,
        leases=base.leases,
        audit=base.audit,
    )


def _reconciliation(base: Foundation) -> ReconcileIntents:
    teams = TeamReconciliation(base.gateway)
    by_table: dict[AuditedTable, Reconciliation] = {
        AuditedTable.KEY: KeyReconciliation(base.gateway, base.ids, base.key_store, base.leases),
        AuditedTable.USER: AccountReconciliation(base.gateway, base.account_store),
        AuditedTable.TEAM: teams,
        AuditedTable.MEMBERSHIP: teams,
        AuditedTable.OBJECT_PERMISSION: teams,
    }
    return ReconcileIntents(base.audit, by_table)


def _identity(base: Foundation, demo_tokens: DemoTokens) -> Assembled:
    also = [demo_tokens] if base.settings.demo.enabled else []
    parts = IdentityParts(base.outbound, LinkStore(base.database, base.clock), base.clock, also)
    identity = assemble_identity(base.settings.identity, base.settings.litellm.bridge, parts)
    base.closing.push_async_callback(identity.aclose)
    return identity


def _usage(base: Foundation) -> UsageParts:
    store = UsageStore(base.database, base.ids.of)
    usage = assemble_usage(base.settings.usage, base.gateway, store, base.clock)
    base.closing.push_async_callback(usage.aclose)
    return usage


def _resync(base: Foundation) -> Resync:
    return Resync(
        gateway=base.gateway,
        settings=base.settings.litellm.provisioning,
        directory=base.directory,
        store=base.account_store,
        suspension=KeySuspension(base.gateway, base.ids, base.key_store, base.leases, base.audit),
        leases=base.leases,
        audit=base.audit,
        clock=base.clock,
    )


def _accounts(base: Foundation, resync: Resync) -> Accounts:
    provisioner = Provisioner(
        gateway=base.gateway,
        settings=base.settings.litellm.provisioning,
        directory=base.directory,
        store=base.account_store,
        leases=base.leases,
        audit=base.audit,
        clock=base.clock,
        outcomes=base.figures.provisioning,
    )
    return Accounts(
        gateway=base.gateway,
        settings=base.settings.litellm,
        directory=base.directory,
        store=base.account_store,
        provisioner=provisioner,
        resync=resync,
    )


def _keys(base: Foundation, teams: Teams) -> Keys:
    issuer = Issuer(
        gateway=base.gateway,
        rules=base.settings.litellm.key_generation,
        teams=teams,
        catalogue=RecentModels(Catalogue(base.gateway), base.snapshots, CachePolicy.of(base.settings.cache)),
        ids=base.ids,
        store=base.key_store,
        leases=base.leases,
        audit=base.audit,
        clock=base.clock,
        counts=KeyCounts(base.gateway, base.settings.litellm.key_generation, base.leases, base.clock),
        has_left=base.account_store.has_left,
    )
    resetters = GroupMembers(base.settings.litellm.key_generation.reset_spend_group, base.directory)
    return Keys(base.gateway, issuer, base.ids, base.key_store, base.leases, base.audit, resetters)
