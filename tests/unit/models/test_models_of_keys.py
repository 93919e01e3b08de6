"""The models that an existing key can use, by name."""

from collections.abc import Sequence

import pytest

from keydesk.models.models import ModelView
from keydesk.models.policy import models_of_key


def model(name: str, *groups: str) -> ModelView:
    return ModelView(
        model_name=name,
        mode="chat",
        input_cost_per_token=None,
        output_cost_per_token=None,
        max_input_tokens=None,
        max_output_tokens=None,
        supports_function_calling=False,
        supports_vision=False,
        access_groups=[*groups],
    )


CATALOGUE = [model("mini", "basic"), model("large", "premium"), model("openai/*")]


@pytest.mark.parametrize(
    ("listed", "limit", "found"),
    [
        ([], [], ("large", "mini", "openai/*")),
        ([], ["mini"], ("mini",)),
        (["all-team-models"], ["mini"], ("mini",)),
        (["large", "mini"], ["mini"], ("mini",)),
        (["basic"], [], ("mini",)),
        (["basic"], ["premium"], ()),
        (["openai/gpt-4o"], [], ("openai/gpt-4o",)),
        (["openai/gpt-4o"], ["openai/gpt-4o"], ("openai/gpt-4o",)),
        (["openai/gpt-4o"], ["mini"], ()),
        (["removed"], [], ()),
        ([], ["no-default-models"], ()),
        (["no-default-models"], [], ()),
    ],
)
def test_the_names(listed: Sequence[str], limit: Sequence[str], found: tuple[str, ...]) -> None:
    assert models_of_key(listed, limit, CATALOGUE) == found
