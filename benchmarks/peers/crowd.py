"""Thousands of people with keys and teams, written directly into the sandbox's database."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from keydesk_sandbox.seed.making import Making

_PEOPLE_A_TEAM = 10
_DAYS_AGO = 90
_BUDGET = {"max_budget": 100.0, "budget_duration": "30d"}


@dataclass(frozen=True)
class Belongings:
    """The objects of each person."""

    keys: int
    teams: int


def settle(database: Path, people: Sequence[str], each: Belongings) -> None:
    """Write the people with keys and teams. The sandbox must be running, because it creates the tables."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.row_factory = sqlite3.Row
        making = Making(connection, datetime.now(UTC), seed=1)
        for name in people:
            making.person(name, _DAYS_AGO, user_alias=name, **_BUDGET)
        teams = _make_teams(making, people, each)
        for place, name in enumerate(people):
            own = teams[place // _PEOPLE_A_TEAM]
            for number in range(each.keys):
                team_id = own[number % len(own)] if number % 2 and own else None
                making.key(f"{name}-{number}", name, _DAYS_AGO, team_id=team_id, **_BUDGET)


def _make_teams(making: Making, people: Sequence[str], each: Belongings) -> list[list[str]]:
    """Return the ids of the teams of every ten people."""
    teams: list[list[str]] = []
    for first in range(0, len(people), _PEOPLE_A_TEAM):
        members = list(people[first : first + _PEOPLE_A_TEAM])
        ids = [f"{members[0]}-team-{number}" for number in range(each.teams)]
        for team_id in ids:
            making.team(team_id, members, _DAYS_AGO, team_alias=team_id, **_BUDGET)
        teams.append(ids)
    return teams
