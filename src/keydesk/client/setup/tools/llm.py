"""llm: `extra-openai-models.yaml` with all models, and the key in its `keys.json`."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Change, FileEdit, Given, Item, Plan, Tool, flattened

_KEY = "keydesk"


def plan(places: Places, given: Given) -> Plan:
    folder = places.moved("LLM_USER_PATH", places.applications / "io.datasette.llm")
    models = [
        change
        for model in given.models
        for change in flattened(
            {"model_name": model.name, "api_base": given.base, "api_key_name": _KEY, "supports_tools": True},
            (Item("model_id", f"{_KEY}/{model.name}"),),
        )
    ]
    key = Change((_KEY,), given.secret, is_secret=True)
    return Plan(
        (
            FileEdit(folder / "extra-openai-models.yaml", "yaml", tuple(models)),
            FileEdit(folder / "keys.json", "json", (key,), is_private=True),
        ),
        (f"Each model is named {_KEY}/MODEL.",),
    )


TOOL = Tool("llm", "llm", plan, start=f"llm -m {_KEY}/{{model}}")
