"""Builds the exchange of tokens of workloads. Opens no connections."""

from keydesk.api.services import WorkloadServices
from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import discovered_keys, keys_at
from keydesk.auth.used_tokens import UsedTokenStore
from keydesk.container.resources import Resources
from keydesk.jobs.prune_workload_keys import PruneWorkloadKeys
from keydesk.keys.service import Keys
from keydesk.workloads.service import WorkloadKeys
from keydesk.workloads.tokens import WorkloadTokens


def build_workloads(resources: Resources, keys: Keys) -> WorkloadServices:
    rules = resources.settings.workloads
    caches = {issuer: _keys_of(issuer, resources) for issuer in {rule.issuer for rule in rules}}
    for cache in caches.values():
        resources.closing.push_async_callback(cache.aclose)
    exchange = WorkloadKeys(
        tokens=WorkloadTokens(rules, caches, resources.clock),
        used=UsedTokenStore(resources.database, resources.clock),
        issuer=keys.issuer,
        store=resources.service_key_store,
        leases=resources.leases,
        gateway=resources.settings.litellm.url_for_people,
    )
    return WorkloadServices(exchange, PruneWorkloadKeys(keys, resources.service_key_store, resources.clock))


def _keys_of(issuer: str, resources: Resources) -> KeyCache:
    rules = [rule for rule in resources.settings.workloads if rule.issuer == issuer]
    algorithms = {name for rule in rules for name in rule.algorithms}
    address = rules[0].jwks_uri
    source = (
        keys_at(resources.http_client, address, algorithms)
        if address
        else discovered_keys(resources.http_client, issuer, algorithms)
    )
    return KeyCache(source, resources.clock)
