"""What tools answer: chosen members of the API's answers, so that no secret is among them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]
_ACCOUNT = ("max_budget", "spend", "budget_duration", "budget_reset_at")
_KEY = ("max_budget", "spend", "budget_duration", "expires_at", "blocked", "models", "team_id")
_GROUP = ("group", "label", "spend", "api_requests", "failed_requests", "total_tokens")
_MODEL = ("mode", "input_cost_per_token", "output_cost_per_token", "max_input_tokens", "max_output_tokens")
_CALL = ("started_at", "model", "key_alias", "reason", "explanation", "error_class")
_LIMIT = ("scope", "kind", "status", "limit", "used", "left", "period", "resets_at", "text")
_REQUEST = ("id", "kind", "state", "requested", "key_alias")
_EVERY_MODEL = {"all-proxy-models", "*"}
_THROUGH_TEAMS = {"no-default-models", "all-team-models"}


def of_person(account: Json, teams: Sequence[Json], config: Json) -> Json:
    return {
        "account": account["user_id"],
        "email": account["user_email"],
        "teams": [{"id": team["team_id"], "name": team["team_alias"]} for team in teams],
        "gateway": config["baseUrl"],
    }


def of_budget(account: Json, allowance: Json) -> Json:
    """Return the budget of the account, and what all keys may have together."""
    most = account["max_budget"]
    left = None if most is None else max(0.0, most - account["spend"])
    return _chosen(account, _ACCOUNT) | {"left": left, "all_keys_together": allowance}


def of_usage(usage: Json) -> Json:
    return {
        "total_spend": usage["total_spend"],
        "api_requests": usage["api_requests"],
        "failed_requests": usage["failed_requests"],
        "total_tokens": usage["total_tokens"],
        "groups": [_chosen(group, _GROUP) for group in usage["groups"]],
        "complete": usage["complete"],
        "as_of": usage["as_of"],
    }


def of_models(models: Sequence[Json], account: Json, teams: Sequence[Json]) -> Json:
    """Return the models that the person may use, with a key of their own or with one of a team."""
    listed: list[Json] = []
    for model in models:
        through = [team["team_id"] for team in teams if _covers(team["models"], model)]
        personal = _covers(account["models"], model)
        if personal or through:
            shown = {"name": model["model_name"], "personal_key": personal, "key_of_team": through}
            listed.append(shown | _chosen(model, _MODEL))
    return {"models": listed}


def of_keys(keys: Sequence[Json]) -> Json:
    return {"keys": [_key(key) for key in keys]}


def of_refusals(calls: Json, explained: Sequence[Json]) -> Json:
    """Return the failed calls, and whether each of the keys works now."""
    return {
        "failed_calls": [_chosen(call, _CALL) for call in calls["calls"]],
        "keys": [_explanation(each) for each in explained],
    }


def of_request(request: Json) -> Json:
    return _chosen(request, _REQUEST)


def _key(key: Json) -> Json:
    return {"id": key["token"], "name": key["key_alias"]} | _chosen(key, _KEY)


def _explanation(found: Json) -> Json:
    shown = {"id": found["token"], "name": found["key_alias"], "works": found["works"]}
    limits = [_chosen(limit, _LIMIT) for limit in found["limits"]]
    reasons = [reason["text"] for reason in found["reasons"]]
    return shown | {"summary": found["summary"], "reasons": reasons, "limits": limits}


def _covers(listed: Collection[str], model: Json) -> bool:
    """Return whether a list of LiteLLM covers the model. An empty list covers all."""
    names = set(listed) - _THROUGH_TEAMS
    if not listed or not names.isdisjoint(_EVERY_MODEL):
        return True
    known = (model["model_name"], *model["access_groups"])
    return any(name in known or fnmatchcase(model["model_name"], name) for name in names)


def _chosen(found: Mapping[str, Any], names: Collection[str]) -> Json:
    return {name: found[name] for name in names if name in found}
