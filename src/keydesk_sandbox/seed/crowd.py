"""Many people with one key each and years of usage, for benchmarks and full pages."""

from starlette.applications import Starlette

from keydesk_sandbox.auth import token_of
from keydesk_sandbox.call import Gateway
from keydesk_sandbox.rows import Database
from keydesk_sandbox.seed.making import Making
from keydesk_sandbox.seed.plan import KeyUsage, UsagePlan
from keydesk_sandbox.seed.usage import write_usage
from keydesk_sandbox.storage import Store

_PER_TEAM = 10


async def seed_crowd(app: Starlette, *, people: int = 50, days: int = 1095, seed: int = 1) -> int:
    """Add `person-1` and so on, ten per team (`team-1` and so on), with usage up to today.

    Returns the number of activity rows. The sandbox must not contain a crowd yet.
    """
    store: Store = app.state.store
    gateway: Gateway = app.state.gateway
    now = gateway.config.clock()
    return await store.write(lambda db: _seed(db, Making(db, now, seed), people, days))


def _seed(db: Database, making: Making, people: int, days: int) -> int:
    names = [f"person-{number}" for number in range(1, people + 1)]
    for name in names:
        making.person(name, days, max_budget=1000.0, budget_duration="30d")
    for first in range(0, people, _PER_TEAM):
        making.team(f"team-{first // _PER_TEAM + 1}", names[first : first + _PER_TEAM], days)
    keys = []
    for place, name in enumerate(names):
        team_id = f"team-{place // _PER_TEAM + 1}" if place % 2 else None
        secret = making.key(f"{name}-key", name, days, team_id=team_id)
        keys.append(KeyUsage(token=token_of(secret), user_id=name, team_id=team_id))
    return write_usage(db, UsagePlan(keys=tuple(keys), days=days, until=making.now.date(), seed=making.seed))
