"""The call that is shown with a new key. Needs no browser."""

import json
import shlex
from typing import Any

from keydesk.web.first_call import curl_line

from keydesk.models.models import ModelView

GATEWAY = "https://llm.example.com"


def model(name: str, **fields: Any) -> ModelView:
    unknown = dict.fromkeys(ModelView.model_fields) | {"supports_function_calling": False}
    return ModelView(
        **unknown
        | {"supports_vision": False, "access_groups": [], "mode": "chat"}
        | fields
        | {"model_name": name}
    )


def asked(listed: list[str], *catalogue: ModelView) -> tuple[str, dict[str, Any]] | None:
    """Address and body of the call, as a shell takes the line apart."""
    line = curl_line(GATEWAY, "sk-x", listed, catalogue)
    if line is None:
        return None
    words = shlex.split(line.replace("\\\n", ""))
    assert words[0] == "curl"
    assert "Authorization: Bearer sk-x" in words
    return words[1], json.loads(words[-1])


def test_it_asks_the_cheapest_model_whose_price_is_known() -> None:
    found = asked(
        [],
        model("free-of-price"),
        model("dear", input_cost_per_token=1.0),
        model("cheap", input_cost_per_token=0.1),
    )
    assert found is not None
    assert found[1]["model"] == "cheap"


def test_it_asks_only_models_within_reach() -> None:
    cheap, dear = model("cheap", input_cost_per_token=0.1), model("dear", access_groups=["gold"])
    found = asked(["gold"], cheap, dear)
    assert found is not None
    assert found[1]["model"] == "dear"


def test_a_key_for_embeddings_is_shown_an_embedding() -> None:
    found = asked(["small"], model("small", mode="embedding"), model("chatty"))
    assert found == (f"{GATEWAY}/v1/embeddings", {"model": "small", "input": "Hello"})


def test_a_name_cannot_leave_its_place_in_the_line() -> None:
    name = "'; touch /tmp/owned; echo \"$(id)`id`\\"
    found = asked([], model(name))
    assert found is not None
    assert found[1]["model"] == name


def test_where_no_model_takes_a_text_there_is_no_call() -> None:
    assert asked([], model("painter", mode="image_generation"), model("openai/*")) is None
