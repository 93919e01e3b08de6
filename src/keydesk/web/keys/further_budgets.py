"""The fields of key forms for budgets that apply at the same time as the budget of the key. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from keydesk.keys.models import BudgetLimitView
from keydesk.web.form_fields import amount, text_of

PERIODS = ("1d", "7d", "30d")
Texts = tuple[str, ...]
"""The text of the field for each period."""
EMPTY: Texts = ("",) * len(PERIODS)


def sent(form: FormData) -> Texts:
    return tuple(text_of(form, f"budget_{period}") for period in PERIODS)


def texts_of(limits: Iterable[BudgetLimitView]) -> Texts:
    """Return the texts for the budgets of a key. Other periods, which only the API can set, have no field."""
    known = {each.budget_duration: f"{each.max_budget:.12g}" for each in limits}
    return tuple(known.get(period, "") for period in PERIODS)


def body_of(texts: Texts, existing: Sequence[BudgetLimitView] = ()) -> list[Mapping[str, Any]]:
    """Return the budgets for the API. Those of `existing` that have no field are kept."""
    given = zip(PERIODS, texts, strict=True)
    filled = [{"max_budget": amount(text), "budget_duration": period} for period, text in given if text]
    return filled + [each.model_dump() for each in existing if each.budget_duration not in PERIODS]
