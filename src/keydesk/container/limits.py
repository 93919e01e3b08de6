"""Builds the service that explains the limits of keys."""

from keydesk.cache.cache_policy import CachePolicy
from keydesk.container.resources import Resources
from keydesk.keys.service import Keys
from keydesk.limits.service import KeyLimits
from keydesk.teams.service import Teams

_FRESH_SECONDS = 5.0
"""The age from which a key is read again, because the reason for a stop is new."""


def key_limits(resources: Resources, keys: Keys, teams: Teams) -> KeyLimits:
    return KeyLimits(
        keys=keys,
        teams=teams,
        cache=resources.cache,
        policy=CachePolicy.of(resources.settings.cache).within(_FRESH_SECONDS),
        has_left=resources.account_store.has_left,
        clock=resources.clock,
    )
