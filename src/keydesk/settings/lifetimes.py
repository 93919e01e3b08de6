"""The `litellm.keyLifetimes` section: how long keys may live, and which keys Keydesk blocks."""

from collections.abc import Iterator, Mapping
from typing import Any

from keydesk.kit.durations import max_length_of
from keydesk.kit.field_types import Duration, WholeDays
from keydesk.settings.overrides import Overrides
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import GroupRef


class LifetimeRules(Section):
    """Rules for the lifetime of keys. By default, nothing is restricted."""

    longest: Duration | None = None
    """The longest lifetime, from now, that a key can get when it is created, updated or extended. With it, every key
    expires."""
    allow_unlimited: bool = True
    """Allow keys without an expiration. Must not be true together with `longest`."""
    default: Duration | None = None
    """The lifetime of a new key whose request does not contain one. The default is `longest` if every key must expire,
    or else no expiration."""
    extend_expired: bool = True
    """Let people extend keys that have expired."""
    rotate_every: WholeDays | None = None
    """The age at which a key must be rotated. Keydesk warns the owner, and blocks the key after `grace`."""
    block_idle_after: WholeDays | None = None
    """The time without use after which Keydesk warns the owner, and blocks the key after `grace`."""
    grace: WholeDays = "14d"
    """The time between the warning and the action of Keydesk for a key that violates these rules."""

    @property
    def must_expire(self) -> bool:
        """Return whether every key must expire."""
        return self.longest is not None or not self.allow_unlimited

    @property
    def usual(self) -> str | None:
        """Return the lifetime of a new key whose request does not contain one, or None for no expiration."""
        if self.longest is None or (self.default is not None and not _is_longer(self.default, self.longest)):
            return self.default
        return self.longest

    def allows(self, duration: str) -> bool:
        """Return whether a key can get this lifetime."""
        return self.longest is None or not _is_longer(duration, self.longest)

    @property
    def restricts_existing_keys(self) -> bool:
        """Return whether an existing key can violate the rules."""
        return self.must_expire or self.rotate_every is not None or self.block_idle_after is not None


class TeamLifetimes(Overrides, LifetimeRules):
    """Overrides for keys that belong to a team. Settings that are not set have the value in `litellm.keyLifetimes`."""


class RoleLifetimes(Overrides, LifetimeRules):
    """Overrides for members of a group. They win over `teamKeys`."""

    group: GroupRef
    """The group, such as `group:default/contractors`. Members of its child groups are included."""


class KeyLifetimes(LifetimeRules):
    """The lifetime of keys. By default, nothing is restricted."""

    team_keys: TeamLifetimes = TeamLifetimes()
    """Overrides for keys that belong to a team."""
    roles: tuple[RoleLifetimes, ...] = ()
    """Overrides for groups. For a person in several of these groups, the first one applies."""

    def combined(self, *overrides: Overrides | None) -> LifetimeRules:
        """Return the rules with the given overrides. The last one wins."""
        values: dict[str, Any] = {name: getattr(self, name) for name in LifetimeRules.model_fields}
        for each in overrides:
            values |= each.overridden() if each is not None else {}
        return LifetimeRules.model_construct(**values)

    @property
    def all_rules(self) -> list[LifetimeRules]:
        """Return the rules for every combination of role and kind of key."""
        return [self.combined(team, role) for role in (None, *self.roles) for team in (None, self.team_keys)]

    @rule
    def _is_consistent(self) -> Faults:
        own = {name: getattr(self, name) for name in self.model_fields_set}
        for name, expected in _contradictions(self.combined(), own):
            yield (name,), expected
        for name, expected in _contradictions(self.combined(self.team_keys), self.team_keys.overridden()):
            yield ("teamKeys", name), expected
        for at, role in enumerate(self.roles):
            for name, expected in _contradictions(self.combined(role), role.overridden()):
                yield ("roles", at, name), expected


def _is_longer(duration: str, than: str) -> bool:
    return max_length_of(duration) > max_length_of(than)


def _contradictions(rules: LifetimeRules, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each contradiction between the rules that involves one of the given settings."""
    longest, default = rules.longest, rules.default
    if longest is not None and default is not None and _is_longer(default, longest):
        if "default" in given:
            yield "default", f"must be at most longest ({longest})"
        elif "longest" in given:
            yield "longest", f"must be at least default ({default}), which can be set here too"
    if longest is not None and given.get("allow_unlimited"):
        yield (
            "allowUnlimited",
            f"must be false, because longest is {longest}; set longest to null for no maximum",
        )
    involved = given.keys() & {"allow_unlimited", "longest", "default"}
    if involved and not rules.allow_unlimited and longest is None and default is None:
        yield "allowUnlimited", "must be true unless default or longest is set"
