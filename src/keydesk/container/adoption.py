"""Builds the service that adopts keys."""

from keydesk.container.resources import Resources
from keydesk.keys.adopting import KeyAdoption, KeyOwners
from keydesk.keys.adoption_rules import AdoptionRules
from keydesk.lifetimes.service import Lifetimes


def key_adoption(resources: Resources, lifetimes: Lifetimes) -> KeyAdoption:
    settings = resources.settings.litellm
    domain = settings.user_id_domain
    return KeyAdoption(
        gateway=resources.gateway,
        rules=AdoptionRules(settings.key_generation, lifetimes, domain, resources.clock),
        owners=KeyOwners(resources.account_store, resources.directory, resources.gateway, domain),
        ids=resources.key_ids,
        store=resources.key_store,
        service_keys=resources.service_key_store,
        leases=resources.leases,
        audit=resources.audit,
    )
