"""`GET /model/info`, `/v2/model/info`, `/model_group/info` and `/v1/models`."""

from typing import Any

from keydesk_sandbox import query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.models.access import covers, shown_models
from keydesk_sandbox.models.catalogue import Model
from keydesk_sandbox.models.listings import anthropic_list, codex_catalogue
from keydesk_sandbox.models.shapes import model_entry, model_group, model_info, unknown_entry, unknown_group
from keydesk_sandbox.paging import Page

Json = dict[str, Any]


def get_model_info(call: Call) -> Json:
    """Return `/model/info` and `/v1/model/info`; an unknown id is a 400."""
    models = [each for each in _shown(call) if isinstance(each, Model)]
    wanted = call.query.get("litellm_model_id")
    if wanted is not None:
        models = [each for each in models if each.id == wanted]
        if not models:
            raise DetailError(400, f"Model id = {wanted} not found on litellm proxy")
    return {"data": [_with_teams(call, each) for each in models]}


def get_v2_model_info(call: Call) -> Json:
    """Return `/v2/model/info`, paged; every key sees every model there."""
    page = Page(query.integer(call.query, "page", 1), query.integer(call.query, "size", 50))
    wanted = {None, call.query.get("model")} - {None}
    models = [each for each in call.gateway.catalogue.models if not wanted or each.name in wanted]
    return {
        "data": [model_info(each) for each in models[page.offset : page.offset + page.size]],
        "total_count": len(models),
        "current_page": page.number,
        "total_pages": page.pages(len(models)),
        "size": page.size,
    }


def get_model_groups(call: Call) -> Json:
    """Return `/model_group/info`."""
    wanted = call.query.get("model_group")
    groups = [model_group(each) if isinstance(each, Model) else unknown_group(each) for each in _shown(call)]
    return {"data": [group for group in groups if wanted in {None, group["model_group"]}]}


def list_models(call: Call) -> Json:
    """Return `/v1/models`, OpenAI's list of models, on request with the access groups.

    LiteLLM recognizes the Anthropic API by a header, and Codex by a query parameter that only Codex sends.
    """
    shown = _shown(call)
    if "client_version" in call.query:
        return codex_catalogue(shown)
    if "anthropic-version" in call.request.headers:
        return anthropic_list(shown)
    if query.flag(call.query, "include_model_access_groups"):
        groups = [group for model in call.gateway.catalogue.models for group in model.access_groups]
        listed = call.caller.key["models"] if call.caller.key else groups
        shown += [group for group in dict.fromkeys(groups) if group in listed]
    entries = [model_entry(each) if isinstance(each, Model) else unknown_entry(each) for each in shown]
    return {"data": entries, "object": "list"}


def _shown(call: Call) -> list[Model | str]:
    return shown_models(call.caller, call.gateway.catalogue)


def _with_teams(call: Call, model: Model) -> Json:
    """Add whether the owner's own list allows the model, and for admins which teams do."""
    granting = []
    if call.caller.is_admin:
        teams = rows.select(call.db, "SELECT team_id, models FROM teams WHERE models != '[]'")
        catalogue = call.gateway.catalogue
        granting = [team["team_id"] for team in teams if covers(team["models"], model.name, catalogue)]
    described = model_info(model)
    own = call.caller.user["models"] if call.caller.user else []
    direct = covers(own, model.name, call.gateway.catalogue)
    described["model_info"] |= {"access_via_team_ids": granting, "direct_access": direct}
    return described
