"""The forms of requests: what was typed, as the API's bodies, and the errors by field. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from keydesk.kit.dates import read_day
from keydesk.kit.problems import Problem
from keydesk.kit.request_kind import RequestKind
from keydesk.requests.bodies import Approval, NewRequest, Refusal
from keydesk.web.error_view import sentence
from keydesk.web.form_fields import amount, text_of, texts_of, validated

_OF_TEAM = ("team_alias", "models", "budget_duration", "owning_group")
FIELDS = ("kind", "key_id", "max_budget", "model", "team_id", "until", "reason", "cost_center", *_OF_TEAM)
_LINKED = ("kind", "key_id", "model", "team_id")
_LONGEST = 255
_OPTIONAL = ("key_id", "model", "team_id", "cost_center")


def typed_in(form: FormData) -> dict[str, str]:
    """Return the texts of the form for a new request."""
    return {name: "\n".join(texts_of(form, name)) for name in FIELDS}


def linked(query: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of an empty form, with those that a link to it has."""
    return dict.fromkeys(FIELDS, "") | {name: query[name][:_LONGEST] for name in _LINKED if name in query}


def new_request(typed: dict[str, str]) -> NewRequest:
    """Return the request. Raises InvalidRequest."""
    values: dict[str, Any] = {name: typed[name].strip() for name in ("kind", "reason")}
    values |= {name: typed[name].strip() or None for name in _OPTIONAL}
    values["max_budget"] = amount(typed["max_budget"])
    if typed["kind"] == RequestKind.NEW_TEAM:
        values["team"] = {name: typed[name].strip() or None for name in _OF_TEAM if name != "models"}
        values["team"] |= {"team_alias": typed["team_alias"], "models": typed["models"].splitlines()}
    return validated(NewRequest, values | {"until": _end_of_day(typed["until"])})


def approval(form: FormData) -> Approval:
    """Return the approval. Raises InvalidRequest."""
    return validated(
        Approval,
        {
            "max_budget": amount(text_of(form, "max_budget")),
            "until": _end_of_day(text_of(form, "until")),
            "current_budget": amount(text_of(form, "current_budget")),
        },
    )


def refusal(form: FormData) -> Refusal:
    """Return the decline. Raises InvalidRequest."""
    return validated(Refusal, {"reason": text_of(form, "reason")})


def faults_of(problem: Problem, *fields: str) -> dict[str, str]:
    """Return the error at the field that it names, empty if it is about none of these."""
    param = (problem.param or "").removeprefix("team.")
    return {param: sentence(problem)} if param in fields else {}


def _end_of_day(text: str) -> str | None:
    """Return the moment at which the day in UTC ends, None for an empty field. Raises InvalidRequest."""
    if not text.strip():
        return None
    day = read_day("until", text.strip()) + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), dt.UTC).isoformat()
