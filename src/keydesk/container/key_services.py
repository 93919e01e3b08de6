"""Builds the services of keys from the shared resources."""

from keydesk.allowances.service import Allowances
from keydesk.allowances.store import SpentStore
from keydesk.auth.group_members import GroupMembers
from keydesk.cache.cache_policy import CachePolicy
from keydesk.container.resources import Resources
from keydesk.jobs.lifetime_notices import LifetimeNotices
from keydesk.jobs.lifetimes_apply import ApplyLifetimes
from keydesk.jobs.lifetimes_plan import LifetimesPlan
from keydesk.jobs.reconcile_keys import KeyReconciliation
from keydesk.jobs.reconcile_rotations import RotationReconciliation
from keydesk.keys.allowance import KeyAllowance
from keydesk.keys.counts import KeyCounts
from keydesk.keys.issuing import Issuer
from keydesk.keys.rotation import KeyRotation
from keydesk.keys.rotation_undo import RotationUndo
from keydesk.keys.service import Keys
from keydesk.keys.settling import Settling
from keydesk.keys.spend_reset import SpendReset
from keydesk.keys.suspension import KeySuspension
from keydesk.lifetimes.service import Lifetimes
from keydesk.models.service import Catalogue
from keydesk.requests.account_grants import AccountGrants
from keydesk.requests.grant_store import GrantStore
from keydesk.requests.lifetime_grants import LifetimeGrants
from keydesk.service_keys.contacts import KeyContacts
from keydesk.teams.service import Teams
from keydesk.views.loaders import RecentModels


def key_service(resources: Resources, teams: Teams, lifetimes: Lifetimes) -> Keys:
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
        allowance=_key_allowance(resources),
        has_left=resources.account_store.has_left,
        own_models=AccountGrants(GrantStore(resources.database)).without_models,
        lifetimes=lifetimes,
        outbox=resources.outbox,
        service_keys=resources.service_key_store,
    )
    return Keys(
        gateway=resources.gateway,
        issuer=issuer,
        ids=resources.key_ids,
        store=resources.key_store,
        secrets=resources.key_secrets,
        leases=leases,
        audit=resources.audit,
    )


def _key_allowance(resources: Resources) -> KeyAllowance:
    rules = resources.settings.litellm
    store, directory = SpentStore(resources.database), resources.directory
    return KeyAllowance(
        gateway=resources.gateway,
        ids=resources.key_ids,
        secrets=resources.key_secrets,
        leases=resources.leases,
        allowances=Allowances(rules.key_allowances, directory, store, rules.user_id_domain, resources.clock),
    )


def key_contacts(resources: Resources) -> KeyContacts:
    return KeyContacts(resources.service_key_store, resources.directory)


def spend_reset(resources: Resources, keys: Keys) -> SpendReset:
    group = resources.settings.litellm.key_generation.reset_spend_group
    return SpendReset(keys, GroupMembers(group, resources.directory))


def apply_lifetimes(resources: Resources, keys: Keys, lifetimes: Lifetimes) -> ApplyLifetimes:
    domain = resources.settings.litellm.user_id_domain
    plan = LifetimesPlan(
        gateway=resources.gateway,
        ids=resources.key_ids,
        secrets=resources.key_secrets,
        lifetimes=lifetimes,
        service_keys=resources.service_key_store,
        approvals=LifetimeGrants(GrantStore(resources.database)),
        user_id_domain=domain,
        clock=resources.clock,
    )
    notices = LifetimeNotices(resources.key_ids, domain, resources.settings.notices.expiry_days)
    return ApplyLifetimes(plan, keys, resources.outbox, notices)


def key_suspension(resources: Resources) -> KeySuspension:
    return KeySuspension(
        gateway=resources.gateway,
        ids=resources.key_ids,
        store=resources.key_store,
        secrets=resources.key_secrets,
        leases=resources.leases,
        audit=resources.audit,
        outbox=resources.outbox,
        owner_of=resources.account_store.ref_of,
    )


def key_reconciliation(resources: Resources) -> KeyReconciliation:
    rotations = RotationReconciliation(_rotation_undo(resources), resources.key_secrets, resources.clock)
    return KeyReconciliation(
        gateway=resources.gateway,
        ids=resources.key_ids,
        store=resources.key_store,
        service_keys=resources.service_key_store,
        secrets=resources.key_secrets,
        rotations=rotations,
        leases=resources.leases,
    )


def key_rotation(resources: Resources, keys: Keys) -> KeyRotation:
    settling = Settling(keys, resources.key_secrets, resources.clock)
    return KeyRotation(keys, resources.key_secrets, settling, _rotation_undo(resources))


def _rotation_undo(resources: Resources) -> RotationUndo:
    return RotationUndo(resources.gateway, resources.key_ids, resources.key_store, resources.clock)
