"""Builds the service behind GET /me."""

from keydesk.cache.cache_policy import CachePolicy
from keydesk.container.resources import Resources
from keydesk.http.rate_limiting import limiter_of
from keydesk.me.service import OwnKeyLimits, OwnKeys
from keydesk.models.service import Catalogue
from keydesk.usage.service import Usage
from keydesk.views.loaders import RecentModels


def own_keys(resources: Resources, usage: Usage) -> OwnKeys:
    limits, clock = resources.settings.limits, resources.clock
    policy = CachePolicy.of(resources.settings.cache)
    return OwnKeys(
        gateway=resources.gateway,
        ids=resources.key_ids,
        secrets=resources.key_secrets,
        catalogue=RecentModels(Catalogue(resources.gateway), resources.cache, policy),
        usage=usage,
        cache=resources.cache,
        clock=clock,
        limits=OwnKeyLimits(
            requests=limiter_of(limits.key_reads_per_minute, clock),
            unknown_keys=limiter_of(limits.failed_sign_ins_per_minute, clock),
        ),
    )
