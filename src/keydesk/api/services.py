"""The typed record of all services that routes, pages and jobs use.

`container/` builds it. `create_app` stores it as `app.state.services`, and `api.dependencies.services_of` reads it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keydesk.accounts.names import PeopleNames
from keydesk.accounts.service import Accounts
from keydesk.api.answers import ViewAnswers
from keydesk.api.auditors import Auditors
from keydesk.api.hot_reads import HotReads
from keydesk.audit.access_events import AccessEventRecorder
from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.reading import AuditReader
from keydesk.auth.assembly import Assembled
from keydesk.auth.demo import DemoTokens
from keydesk.auth.permissions import Permissions
from keydesk.auth.portal_assembly import ProviderSignIn
from keydesk.auth.sealed_cookies import SealedCookies
from keydesk.auth.sessions import BrowserSessions
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.cache.cache import Cache
from keydesk.cache.counters import Counters
from keydesk.config.models import ConfigView
from keydesk.directory.static import StaticDirectory
from keydesk.health.service import Health
from keydesk.jobs.maintenance import PruneAuditLog, RefreshUsage
from keydesk.jobs.reconcile_intents import ReconcileIntents
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.service import Keys
from keydesk.kit.clock import Clock
from keydesk.kit.origins import Origins
from keydesk.models.service import Catalogue
from keydesk.opencode.service import Connections
from keydesk.provisioning_preview.service import Previews
from keydesk.settings import Settings
from keydesk.settings.printing.effective import EffectiveLine
from keydesk.storage.invalidation_bus import InvalidationBus
from keydesk.storage.leases import Leases
from keydesk.teams.audit_redaction import AuditRedaction
from keydesk.teams.impact import TeamImpact
from keydesk.teams.members import TeamMembers
from keydesk.teams.object_permissions import TeamObjects
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import TeamManagement
from keydesk.telemetry.figures import Figures
from keydesk.usage.service import Usage
from keydesk.views.service import Views


@dataclass(frozen=True, kw_only=True)
class Services:
    """Every service of one application. They are ready to use after the application has started."""

    settings: Settings
    effective_settings: Callable[[], Sequence[EffectiveLine]]
    clock: Clock
    static_directory: StaticDirectory
    permissions: Permissions
    auditors: Auditors
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
    sessions: BrowserSessions
    provider_sign_in: ProviderSignIn | None
    used_tokens: UsedTokenStore
    health: Health
    accounts: Accounts
    people_names: PeopleNames
    previews: Previews
    connections: Connections
    resync_accounts: ResyncAccounts
    catalogue: Catalogue
    teams: Teams
    team_management: TeamManagement
    team_members: TeamMembers
    team_impact: TeamImpact
    team_objects: TeamObjects
    usage: Usage
    refresh_usage: RefreshUsage
    keys: Keys
    key_narrowing: KeyNarrowing
    client_config: ConfigView
    views: Views
    answers: ViewAnswers
    hot_reads: HotReads
    cache: Cache
    counters: Counters
    invalidation_bus: InvalidationBus
    leases: Leases
    figures: Figures
