"""The `litellm.keyAllowances` section: what all keys of a person, or all service keys of a team, may have together."""

from collections.abc import Iterator, Mapping
from typing import Any

from keydesk.kit.field_types import PositiveUsd, RateLimit
from keydesk.settings.overrides import Overrides
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import GroupRef

_WINDOWS = (("usd_per_day", "usdPerDay"), ("usd_per_week", "usdPerWeek"), ("usd_per_month", "usdPerMonth"))


class AllowanceRules(Section):
    """Limits on the sum over all keys of one owner. By default, nothing is restricted."""

    usd_per_day: PositiveUsd | None = None
    """The amount in USD that the keys can spend together in one day (UTC)."""
    usd_per_week: PositiveUsd | None = None
    """The amount in USD that the keys can spend together in one week, from Monday."""
    usd_per_month: PositiveUsd | None = None
    """The amount in USD that the keys can spend together in one month. A budget with a shorter period counts for 30
    days."""
    rpm_limit: RateLimit | None = None
    """The sum of the requests per minute of the keys."""
    tpm_limit: RateLimit | None = None
    """The sum of the tokens per minute of the keys."""

    @property
    def limits_spend(self) -> bool:
        """Return whether an amount is limited."""
        return any(getattr(self, name) is not None for name, _ in _WINDOWS)

    @property
    def restricts(self) -> bool:
        """Return whether anything is limited."""
        return self.limits_spend or self.rpm_limit is not None or self.tpm_limit is not None


def _contradictions(rules: AllowanceRules, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each shorter window with a larger amount than a longer one, if one of both is given here."""
    for at, (name, path) in enumerate(_WINDOWS):
        for longer, longer_path in _WINDOWS[at + 1 :]:
            usd, most = getattr(rules, name), getattr(rules, longer)
            if usd is None or most is None or usd <= most:
                continue
            if name in given:
                yield path, f"must be at most {longer_path} ({most:g})"
            elif longer in given:
                yield longer_path, f"must be at least {path} ({usd:g})"


class ServiceKeyAllowance(AllowanceRules):
    """The allowance of all service keys of one team. By default, nothing is restricted."""

    @rule
    def _is_consistent(self) -> Faults:
        for name, expected in _contradictions(self, dict.fromkeys(self.model_fields_set)):
            yield (name,), expected


class RoleAllowance(Overrides, AllowanceRules):
    """Overrides for members of a group. Settings that are not set have the value in `litellm.keyAllowances`."""

    group: GroupRef
    """The group, such as `group:default/contractors`. Members of its child groups are included."""


class KeyAllowances(AllowanceRules):
    """The allowance of a person, for the sum over all keys of the person. By default, nothing is restricted."""

    service_keys: ServiceKeyAllowance = ServiceKeyAllowance()
    """The allowance of all service keys of one team."""
    roles: tuple[RoleAllowance, ...] = ()
    """Overrides for groups. For a person in several of these groups, the first one applies."""

    def combined(self, role: RoleAllowance | None) -> AllowanceRules:
        """Return the rules of a person with the role."""
        values: dict[str, Any] = {name: getattr(self, name) for name in AllowanceRules.model_fields}
        values |= role.overridden() if role is not None else {}
        return AllowanceRules.model_construct(**values)

    @property
    def all_rules(self) -> list[AllowanceRules]:
        """Return the rules of every role, and of service keys."""
        return [*(self.combined(role) for role in (None, *self.roles)), self.service_keys]

    @rule
    def _is_consistent(self) -> Faults:
        own = {name: getattr(self, name) for name in self.model_fields_set}
        for name, expected in _contradictions(self.combined(None), own):
            yield (name,), expected
        for at, role in enumerate(self.roles):
            for name, expected in _contradictions(self.combined(role), role.overridden()):
                yield ("roles", at, name), expected
