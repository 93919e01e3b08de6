"""Visual Studio Code: `chatLanguageModels.json` of the user, for models with your own key (BYOK)."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Change, FileEdit, Given, Item, Offered, Plan, Tool

_NAME, _USUAL_CONTEXT, _USUAL_OUTPUT = "Keydesk", 128_000, 4_096


def plan(places: Places, given: Given) -> Plan:
    at = (Item("name", _NAME),)
    changes = (
        Change((*at, "vendor"), "customendpoint"),
        Change((*at, "apiKey"), given.secret, is_secret=True),
        Change((*at, "apiType"), "chat-completions"),
        Change((*at, "models"), [_model(model, given) for model in given.models]),
    )
    file = places.applications / "Code" / "User" / "chatLanguageModels.json"
    return Plan(
        (FileEdit(file, "jsonc", changes, is_private=True),),
        ("With a Copilot license of a company, its administrators must allow models with your own key.",),
    )


def _model(model: Offered, given: Given) -> dict[str, object]:
    output = model.output or _USUAL_OUTPUT
    return {
        "id": model.name,
        "name": model.name,
        "url": f"{given.base}/chat/completions",
        "toolCalling": True,
        "vision": model.has_vision,
        "maxInputTokens": model.context or _USUAL_CONTEXT,
        "maxOutputTokens": output,
    }


TOOL = Tool("vscode", "Visual Studio Code", plan, start="code")
