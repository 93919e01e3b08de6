"""Writes generated daily activity, and the matching spend."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from keydesk_sandbox.models.catalogue import Catalogue, Model
from keydesk_sandbox.rows import Database
from keydesk_sandbox.seed.plan import KeyUsage, UsagePlan
from keydesk_sandbox.seed.rhythm import daily_calls
from keydesk_sandbox.seed.totals import recompute_spend
from keydesk_sandbox.storage import Store

_INSERT: Final = "INSERT INTO daily_activity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_AFFORDABLE: Final = 2e-05
"""USD per token; texts for more expensive models are proportionally shorter."""


async def seed_usage(store: Store, plan: UsagePlan) -> int:
    """Write the plan's activity and recompute all spend from all activity; return the row count.

    The days must not have activity of these keys yet. Three years of 50 keys take a few seconds.
    """
    return await store.write(lambda db: write_usage(db, plan))


def write_usage(db: Database, plan: UsagePlan) -> int:
    """Run `seed_usage` inside a transaction."""
    cursor = db.executemany(_INSERT, _rows(plan))
    recompute_spend(db, plan.until)
    return cursor.rowcount


def _rows(plan: UsagePlan) -> Iterator[tuple[Any, ...]]:
    catalogue = Catalogue(plan.catalogue)
    for key in plan.keys:
        models = [model for model in map(catalogue.find, key.models) if model is not None]
        yield from _rows_of(key, models, plan)


def _rows_of(key: KeyUsage, models: list[Model], plan: UsagePlan) -> Iterator[tuple[Any, ...]]:
    dice = Random(f"{plan.seed}:{key.token}")  # noqa: S311 - repeatable usage, not secrets
    shares = [1 / (place + 1) ** 1.5 for place in range(len(models))]
    dates = plan.dates
    for day, expected in zip(dates, daily_calls(dice, dates, key.busyness), strict=True):
        if key.last_day is not None and day > key.last_day:
            break
        for model, share in zip(models, shares, strict=True):
            calls = int(expected * share * dice.uniform(0.4, 1.6) + dice.random())
            if calls:
                whose = (day.isoformat(), key.user_id, key.team_id or "", key.token)
                yield (*whose, *_figures(dice, model, calls))


def _figures(dice: Random, model: Model, calls: int) -> tuple[Any, ...]:
    """Return the rest of an activity row for this many calls, a few of which fail."""
    failed = sum(dice.random() < 0.03 for _ in range(min(calls, 20)))  # noqa: PLR2004 - three in a hundred
    done = max(0, calls - failed)
    price = model.input_cost_per_token + model.output_cost_per_token
    scale = min(1.0, _AFFORDABLE / price) if price else 1.0
    asked = done * max(5, int(dice.lognormvariate(6.6, 0.5) * scale))
    answered = 0 if model.mode == "embedding" else done * max(3, int(dice.lognormvariate(5.6, 0.5) * scale))
    spend = asked * model.input_cost_per_token + answered * model.output_cost_per_token
    endpoint = "/embeddings" if model.mode == "embedding" else "/chat/completions"
    names = (model.upstream, model.name, model.provider, endpoint)
    return (*names, spend, asked, answered, done, failed, done * dice.randint(300, 2500), done)
