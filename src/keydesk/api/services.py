"""The typed record of all services that routes, pages and jobs use.

`container/` builds it. `create_app` stores it as `app.state.services`, and `api.dependencies.services_of` reads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keydesk.accounts.names import PeopleNames
from keydesk.accounts.search_store import AccountSearch
from keydesk.accounts.service import Accounts
from keydesk.alerts.service import Alerts
from keydesk.api.agents import AgentServer
from keydesk.api.answers import ViewAnswers
from keydesk.api.auditors import Auditors, KeyAdmins
from keydesk.api.hot_reads import HotReads
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.reading import AuditReader
from keydesk.auth.assembly import Assembled
from keydesk.auth.demo import DemoTokens
from keydesk.auth.permissions import Permissions
from keydesk.auth.portal_assembly import ProviderSignIn
from keydesk.auth.sealed_cookies import SealedCookies
from keydesk.auth.sessions import PersonSessions
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.cache.cache import Cache
from keydesk.cache.counters import Counters
from keydesk.calls.service import Calls
from keydesk.chargeback.service import Chargebacks
from keydesk.chargeback.team_statements import TeamStatements
from keydesk.config.models import ConfigView
from keydesk.directory.static import StaticDirectory
from keydesk.health.service import Health
from keydesk.http.machine_limits import MachineLimits
from keydesk.http.report_limits import ReportLimits
from keydesk.jobs.allowances_plan import AllowancesPlan
from keydesk.jobs.check_budgets import CheckBudgets
from keydesk.jobs.lifetimes_apply import ApplyLifetimes
from keydesk.jobs.maintenance import PruneAuditLog, RefreshUsage
from keydesk.jobs.prune_machines import PruneMachines
from keydesk.jobs.prune_workload_keys import PruneWorkloadKeys
from keydesk.jobs.reconcile_intents import ReconcileIntents
from keydesk.jobs.refresh_statements import RefreshStatements
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.jobs.settle_requests import SettleRequests
from keydesk.jobs.settle_rotations import PruneSecrets, SettleRotations
from keydesk.key_index.assembly import KeyIndexParts
from keydesk.keys.adopting import KeyAdoption
from keydesk.keys.extending import KeyExtensions
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.rotation import KeyRotation
from keydesk.keys.service import Keys
from keydesk.keys.spend_reset import SpendReset
from keydesk.kit.clock import Clock
from keydesk.kit.origins import Origins
from keydesk.kit.people import Person
from keydesk.leaks.github import GitHubReports
from keydesk.leaks.public import PublicReports
from keydesk.leaks.scanner import ScannerReports
from keydesk.leaks.service import Leaks
from keydesk.lifetimes.service import Lifetimes
from keydesk.limits.service import KeyLimits
from keydesk.machines.look_ups import LookUps
from keydesk.machines.models import SignInRequest
from keydesk.machines.policy import user_code_in
from keydesk.machines.service import Machines
from keydesk.machines.sign_in import MachineSignIn
from keydesk.me.service import OwnKeys
from keydesk.models.service import Catalogue
from keydesk.notices.service import Notices
from keydesk.opencode.central_config import CentralConfig
from keydesk.opencode.service import Connections
from keydesk.provisioning_preview.service import Previews
from keydesk.requests.service import Requests
from keydesk.service_keys.for_contacts import KeysOfContacts
from keydesk.service_keys.service import ServiceKeys
from keydesk.settings import Settings
from keydesk.settings.printing.effective import EffectiveLine
from keydesk.storage.invalidation_bus import InvalidationBus
from keydesk.storage.leases import Leases
from keydesk.teams.audit_redaction import AuditRedaction
from keydesk.teams.impact import TeamImpact
from keydesk.teams.members import TeamMembers
from keydesk.teams.names import TeamNames
from keydesk.teams.object_permissions import TeamObjects
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import TeamManagement
from keydesk.telemetry.figures import Figures
from keydesk.usage.service import Usage
from keydesk.views.service import Views
from keydesk.workloads.service import WorkloadKeys


@dataclass(frozen=True, slots=True)
class LeakServices:
    """Reports of leaked keys: the reaction, and the receivers of reports without sign-in, GitHub's and a scanner's."""

    reports: Leaks
    public: PublicReports
    github: GitHubReports
    scanner: ScannerReports


@dataclass(frozen=True, slots=True)
class StatementServices:
    """Monthly statements: what the platform team reads, what team admins read, and the job that reads LiteLLM."""

    chargebacks: Chargebacks
    of_teams: TeamStatements
    refresh: RefreshStatements


@dataclass(frozen=True, slots=True)
class MachineServices:
    """The sign-in of machines, the signed-in machines, and the job that removes expired ones.

    Without a sign-in to the portal and without another page for confirmations, they are not enabled.
    """

    are_enabled: bool
    signed_in: Machines
    sign_in: MachineSignIn
    look_ups: LookUps
    limits: MachineLimits
    prune: PruneMachines

    async def find_by_code(self, person: Person, typed: str) -> SignInRequest | None:
        """Return the request of the code, and count a wrong one. Raises TooManyRequests."""
        self.limits.check_guess(person.ref)
        code = user_code_in(typed)
        return self._counted(person, await self.sign_in.pending(code) if code else None)

    async def find_looked_up(self, person: Person, sealed: str) -> SignInRequest | None:
        """Return the request that this person has looked up. Limited like codes. Raises TooManyRequests."""
        self.limits.check_guess(person.ref)
        request_id = self.look_ups.open(sealed, person)
        return self._counted(person, await self.sign_in.still_pending(request_id) if request_id else None)

    def _counted(self, person: Person, found: SignInRequest | None) -> SignInRequest | None:
        if found is None:
            self.limits.count_guess(person.ref)
        return found


@dataclass(frozen=True, slots=True)
class WorkloadServices:
    """The exchange of tokens of workloads for keys, and the job that deletes expired ones."""

    exchange: WorkloadKeys
    prune: PruneWorkloadKeys


@dataclass(frozen=True, kw_only=True)
class Services:
    """Every service of one application. They are ready to use after the application has started."""

    settings: Settings
    effective_settings: Callable[[], Sequence[EffectiveLine]]
    clock: Clock
    static_directory: StaticDirectory
    permissions: Permissions
    auditors: Auditors
    key_admins: KeyAdmins
    audit_reader: AuditReader
    audit_redaction: AuditRedaction
    configuration_record: ConfigurationRecord
    access_events: AccessEventRecorder
    reconcile_intents: ReconcileIntents
    prune_audit_log: PruneAuditLog
    identity: Assembled
    origins: Origins
    demo_tokens: DemoTokens
    sealed_cookies: SealedCookies
    sessions: PersonSessions
    machines: MachineServices
    workloads: WorkloadServices
    provider_sign_in: ProviderSignIn | None
    used_tokens: UsedTokenStore
    health: Health
    accounts: Accounts
    account_search: AccountSearch
    people_names: PeopleNames
    team_names: TeamNames
    previews: Previews
    connections: Connections
    central_config: CentralConfig
    resync_accounts: ResyncAccounts
    catalogue: Catalogue
    teams: Teams
    team_management: TeamManagement
    team_members: TeamMembers
    team_impact: TeamImpact
    team_objects: TeamObjects
    usage: Usage
    calls: Calls
    refresh_usage: RefreshUsage
    keys: Keys
    spend_reset: SpendReset
    notices: Notices
    alerts: Alerts
    check_budgets: CheckBudgets
    key_rotation: KeyRotation
    settle_rotations: SettleRotations
    prune_secrets: PruneSecrets
    key_narrowing: KeyNarrowing
    key_adoption: KeyAdoption
    key_limits: KeyLimits
    lifetimes: Lifetimes
    key_extension: KeyExtensions
    service_keys: ServiceKeys
    keys_of_contacts: KeysOfContacts
    apply_lifetimes: ApplyLifetimes
    allowances_plan: AllowancesPlan
    all_keys: KeyIndexParts
    requests: Requests
    settle_requests: SettleRequests
    leaks: LeakServices
    leak_limits: ReportLimits
    client_config: ConfigView
    views: Views
    answers: ViewAnswers
    hot_reads: HotReads
    cache: Cache
    counters: Counters
    agents: AgentServer
    invalidation_bus: InvalidationBus
    leases: Leases
    own_keys: OwnKeys
    statements: StatementServices
    figures: Figures
