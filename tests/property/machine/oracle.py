"""The expected state of people, keys and teams after a series of actions, and the expected response of each action.

Pure. Follows the rules of the documentation, not of the code. Knows nothing of HTTP except status codes.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

GROUPS = {"olga": "platform-team", "carol": "data-team"}
"""The managers of teams, with their group. Bob is in such a group without the permission."""
AUDITOR = "olga"
CEILING = 500.0
LARGEST = 1_000_000.0
LONGEST_DAYS, USUAL_DAYS = 90, 30
"""The longest lifetime of a key, and that of a key whose request contains none."""
MODELS = {
    "gpt-4o": 200, "gpt-4o-mini": 200, "basic": 200,
    "premium-xl": 403, "local/secret": 403, "local/*": 403,
    "*": 422, "all-proxy-models": 422, "all-team-models": 422, "no-default-models": 422, "nothing/*": 422,
}  # fmt: skip
"""Models that a team may have: `local/*` is in an allowed access group, but would also allow `local/secret`."""
METADATA = {
    "created_by_backstage_user",
    "created_by_email",
    "created_by_display_name",
    "created_via",
    "created_at_iso",
    "keydesk_intent",
    "keydesk_labels",
    "keydesk_owner",
    "keydesk_rotation",
}
"""The names that Keydesk writes at the top level of a key's metadata, where LiteLLM reads its own settings."""
SHOWN = ("key_alias", "max_budget", "budget_duration", "team_id", "blocked", "can_manage_gateway")
GRANTED, BAD_ALIAS, FORBIDDEN, ABSENT, TAKEN, INVALID = 200, 400, 403, 404, 409, 422
Budget = float | None
KEY, TEAM, MEMBER = "LiteLLM_VerificationToken", "LiteLLM_TeamTable", "LiteLLM_TeamMembership"


@dataclass
class KeyState:
    owner: str
    alias: str
    budget: Budget
    team: str | None
    block: Literal["owner", "admin", "leak"] | None = None
    period: str | None = None
    is_wide: bool = False
    is_known: bool = True
    """Whether Keydesk has a record of the key: it created, blocked or adopted it."""
    days: int | None = USUAL_DAYS
    """The lifetime in days that the key got last, or None if it never expires."""

    def shown(self) -> dict[str, str | float | bool | None]:
        state = (self.alias, self.budget, self.period, self.team, self.block is not None, self.is_wide)
        return dict(zip(SHOWN, state, strict=True))


@dataclass
class TeamState:
    group: str
    alias: str
    budget: Budget
    model: str
    days: int = 30
    was_lowered: bool = False
    members: set[str] = field(default_factory=set)
    block: Literal["group", "admin"] | None = None
    was_left_blocked: bool = False
    """Whether the team was blocked after its last change in Keydesk. A block in LiteLLM itself looks like that one."""

    def lower_or_raise(self, budget: Budget) -> None:
        is_lower = budget is not None and (self.budget is None or budget < self.budget)
        self.budget, self.was_lowered = budget, self.was_lowered or is_lower
        self.leave()

    def leave(self) -> None:
        """Record that a change in Keydesk has ended."""
        self.was_left_blocked = self.block is not None


@dataclass
class Oracle:
    """`done` counts the changes that the audit log must contain as succeeded: actor, action, table, object."""

    keys: dict[str, KeyState] = field(default_factory=dict)
    teams: dict[str, TeamState] = field(default_factory=dict)
    done: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def issuing(self, actor: str, alias: str, budget: Budget, team_id: str | None) -> int:
        if budget is not None and budget <= 0:
            return INVALID
        if budget is None or budget > LARGEST:
            return FORBIDDEN
        if team_id is not None:
            team = self.teams.get(team_id)
            if team is None or actor not in team.members:
                return ABSENT
            if team.block:
                return FORBIDDEN
        return BAD_ALIAS if self._alias_used(alias) else GRANTED

    def updating(self, actor: str, key_id: str, budget: Budget) -> int:
        if budget is not None and budget <= 0:
            return INVALID
        if not self._owns(actor, key_id):
            return ABSENT
        return FORBIDDEN if budget is None or budget > LARGEST else GRANTED

    def changing_key_period(self, actor: str, key_id: str, period: str | None, days: int | None) -> int:
        if not self._owns(actor, key_id):
            return ABSENT
        return FORBIDDEN if period is not None and days is None else GRANTED

    def renaming(self, actor: str, key_id: str, alias: str) -> int:
        if not self._owns(actor, key_id):
            return ABSENT
        return BAD_ALIAS if self._alias_used(alias, but_for=key_id) else GRANTED

    def extending(self, actor: str, key_id: str, days: int) -> int:
        """An extension never shortens a lifetime, except one that the policy does not allow."""
        if not self._owns(actor, key_id):
            return ABSENT
        key = self.keys[key_id]
        if key.block or days > LONGEST_DAYS:
            return FORBIDDEN
        return TAKEN if key.days is not None and days < key.days <= LONGEST_DAYS else GRANTED

    def touching(self, actor: str, key_id: str) -> int:
        return GRANTED if self._owns(actor, key_id) else ABSENT

    def unblocking(self, actor: str, key_id: str) -> int:
        if not self._owns(actor, key_id):
            return ABSENT
        return FORBIDDEN if self.keys[key_id].block in {"admin", "leak"} else GRANTED

    def leaking(self, key_id: str) -> None:
        """A reported key is blocked, and its owner cannot unblock it. An administrator's block stays."""
        key = self.keys.get(key_id)
        if key is not None and key.block != "admin":
            key.block, key.is_known = "leak", True

    def adopt(self, actor: str, key_id: str) -> None:
        """Only a key that Keydesk has no record of changes."""
        key = self.keys[key_id]
        if not key.is_known:
            key.is_known, key.is_wide = True, False
            self.record(actor, "adopted", KEY, key_id)

    def rotating(self, actor: str, key_id: str, overlap: str | None) -> int:
        if overlap == "8d":
            return FORBIDDEN
        if not self._owns(actor, key_id):
            return ABSENT
        key = self.keys[key_id]
        if key.team and self.teams[key.team].block:
            return FORBIDDEN
        if key.block == "leak" and overlap in {None, "0s"}:
            return GRANTED
        return FORBIDDEN if key.block else GRANTED

    @staticmethod
    def team_owner(team_id: str) -> str:
        return f"team {team_id}"

    def issuing_for_team(self, actor: str, alias: str, budget: Budget, team_id: str) -> int:
        if actor in GROUPS and budget is not None and budget <= 0:
            return INVALID
        if refused := self._managing(actor, team_id):
            return refused
        if budget is None or budget > LARGEST or self.teams[team_id].block:
            return FORBIDDEN
        return BAD_ALIAS if self._alias_used(alias) else GRANTED

    def serving(self, actor: str, team_id: str, key_id: str) -> int:
        """Every admin of a team can change its keys."""
        if refused := self._managing(actor, team_id):
            return refused
        return GRANTED if self._owns(self.team_owner(team_id), key_id) else ABSENT

    def updating_for_team(self, actor: str, team_id: str, key_id: str, budget: Budget) -> int:
        if actor in GROUPS and budget is not None and budget <= 0:
            return INVALID
        done = self.serving(actor, team_id, key_id)
        return FORBIDDEN if done == GRANTED and (budget is None or budget > LARGEST) else done

    def blocking_for_team(self, actor: str, team_id: str, key_id: str, *, blocks: bool) -> int:
        done = self.serving(actor, team_id, key_id)
        is_theirs = done == GRANTED and self.keys[key_id].block in {"admin", "leak"}
        return FORBIDDEN if is_theirs and not blocks else done

    def rotating_for_team(self, actor: str, team_id: str, key_id: str) -> int:
        done = self.serving(actor, team_id, key_id)
        if done == GRANTED and (self.keys[key_id].block or self.teams[team_id].block):
            return FORBIDDEN
        return done

    def resetting(self, actor: str, key_id: str) -> int:
        if actor != "olga":
            return FORBIDDEN
        key = self.keys.get(key_id)
        if key is not None and (key.owner == actor or key.owner == self.team_owner(key.team or "")):
            return FORBIDDEN
        return GRANTED if key_id in self.keys and self.keys[key_id].is_known else ABSENT

    def creating_team(self, actor: str, alias: str, budget: Budget, model: str) -> int:
        if actor not in GROUPS:
            return FORBIDDEN
        if budget is not None and budget <= 0:
            return INVALID
        if not _within(budget):
            return FORBIDDEN
        if MODELS[model] != GRANTED:
            return MODELS[model]
        return TAKEN if any(team.alias == alias for team in self.teams.values()) else GRANTED

    def changing_team(self, actor: str, team_id: str, budget: Budget = 1.0) -> int:
        if actor in GROUPS and budget is not None and budget <= 0:
            return INVALID
        refused = self._changing(actor, team_id)
        return refused or (GRANTED if _within(budget, self.teams[team_id].days) else FORBIDDEN)

    def managing(self, actor: str, team_id: str) -> int:
        return self._managing(actor, team_id) or GRANTED

    def changing_models(self, actor: str, team_id: str, model: str) -> int:
        return self._changing(actor, team_id) or MODELS[model]

    def changing_period(self, actor: str, team_id: str, days: int | None) -> int:
        """`days` is None for a period that LiteLLM would not store, and for none.

        The test is shorter than the time during which a period cannot be shortened after its budget was lowered.
        """
        refused = self._changing(actor, team_id)
        if refused:
            return refused
        team = self.teams[team_id]
        if days is None or (team.was_lowered and days < team.days):
            return FORBIDDEN
        return GRANTED if _within(team.budget, days) else FORBIDDEN

    def taking_reserved_name(self, actor: str, key_id: str) -> int:
        return FORBIDDEN if self._owns(actor, key_id) else ABSENT

    def adding(self, actor: str, team_id: str, member: str) -> int:
        return self._managing(actor, team_id) or (ABSENT if member == "nobody" else GRANTED)

    def removing(self, actor: str, team_id: str, member: str) -> int:
        refused = self._managing(actor, team_id)
        return refused or (GRANTED if member in self.teams[team_id].members else ABSENT)

    def reading_usage_of(self, actor: str, team_id: str) -> int:
        team = self.teams.get(team_id)
        may = team is not None and (actor in team.members or GROUPS.get(actor) == team.group)
        return GRANTED if may else ABSENT

    def keys_of(self, actor: str) -> dict[str, KeyState]:
        return {key_id: key for key_id, key in self.keys.items() if key.owner == actor}

    def teams_of(self, actor: str) -> dict[str, TeamState]:
        return {team_id: team for team_id, team in self.teams.items() if actor in team.members}

    def managed_by(self, actor: str) -> set[str]:
        group = GROUPS.get(actor)
        return {team_id for team_id, team in self.teams.items() if team.group == group}

    def loses_keys(self, team_id: str, member: str | None = None) -> None:
        """LiteLLM deletes a member's keys of a team with the membership, and all keys with the team."""
        lost = [
            key_id
            for key_id, key in self.keys.items()
            if key.team == team_id and (member is None or key.owner == member)
        ]
        for key_id in lost:
            del self.keys[key_id]

    def record(self, actor: str, action: str, table: str, object_id: str) -> None:
        self.done[actor, action, table, object_id] += 1

    def _owns(self, actor: str, key_id: str) -> bool:
        return key_id in self.keys and self.keys[key_id].owner == actor

    def _managing(self, actor: str, team_id: str) -> int:
        if actor not in GROUPS:
            return FORBIDDEN
        team = self.teams.get(team_id)
        return ABSENT if team is None or team.group != GROUPS[actor] else 0

    def _changing(self, actor: str, team_id: str) -> int:
        """An administrator's block freezes the team's settings."""
        refused = self._managing(actor, team_id)
        return refused or (FORBIDDEN if self.teams[team_id].block == "admin" else 0)

    def _alias_used(self, alias: str, but_for: str | None = None) -> bool:
        return any(key.alias == alias for key_id, key in self.keys.items() if key_id != but_for)


def _within(budget: Budget, days: int = 30) -> bool:
    """The ceiling is an amount per thirty days."""
    return budget is not None and budget * 30 <= CEILING * days
