"""Builds budget alerts and the watchdog from the shared resources. Opens no connections."""

from keydesk.alerts.choice_store import ChoiceStore
from keydesk.alerts.finding_store import FindingStore
from keydesk.alerts.judging import Judging
from keydesk.alerts.recipients import Recipients
from keydesk.alerts.service import Alerts
from keydesk.alerts.store import WatchStore
from keydesk.container.resources import Resources
from keydesk.jobs.check_budgets import CheckBudgets
from keydesk.jobs.watchdog import Watch
from keydesk.jobs.watchdog_block import BlockKeys
from keydesk.key_index.assembly import KeyIndexParts
from keydesk.keys.service import Keys


def build_alerts(resources: Resources) -> Alerts:
    settings, database = resources.settings, resources.database
    return Alerts(
        settings=settings.alerts,
        choices=ChoiceStore(database),
        finding_store=FindingStore(database, resources.outbox),
        audit=resources.audit,
        is_active=settings.checks_budgets,
    )


def budget_check(resources: Resources, alerts: Alerts, keys: Keys, all_keys: KeyIndexParts) -> CheckBudgets:
    rules, outbox = resources.settings.litellm, resources.outbox
    index, domain = all_keys.index, rules.user_id_domain
    return CheckBudgets(
        gateway=resources.gateway,
        index=index,
        judging=Judging(alerts.settings, WatchStore(resources.database), alerts.choices, outbox),
        recipients=Recipients(resources.account_store, resources.directory, rules.team_admin.group, domain),
        watchdog=Watch(
            settings=alerts.settings.watchdog,
            gateway=resources.gateway,
            index=index,
            accounts=resources.account_store,
            store=alerts.finding_store,
            blocking=BlockKeys(keys, index.rereading, outbox, domain),
        ),
        clock=resources.clock,
        hides_team_budgets=rules.display.hide_team_budget_for_managers,
        is_active=alerts.is_active,
    )
