"""Models that an account or a key has for a time: several grants on one list, and what can be requested."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.kit.problems import InvalidRequest, PolicyRefused, Problem
from keydesk.kit.request_kind import RequestKind
from keydesk.models.models import ModelView
from keydesk.requests.grant import Grant
from keydesk.requests.model_policy import check_model, requestable
from keydesk.requests.models import target_of
from keydesk.requests.values.lists import added_to
from keydesk.settings import Requests

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SETTINGS = Requests(enabled=True, approver_groups=("approvers",), models=("standard", "premium-xl"))
NAMES = st.sampled_from(["gpt-4o", "gpt-4o-mini", "claude", "premium-xl", "openai/gpt:1", "premium"])


def model(name: str, *groups: str) -> ModelView:
    unknown: dict[str, Any] = dict.fromkeys(
        (
            "mode",
            "input_cost_per_token",
            "output_cost_per_token",
            "max_input_tokens",
            "max_output_tokens",
        )
    )
    return ModelView(
        model_name=name,
        access_groups=list(groups),
        supports_function_calling=True,
        supports_vision=False,
        **unknown,
    )


CATALOGUE = [model("mini", "basic"), model("gpt", "standard"), model("premium-xl", "premium")]


def grant(base: list[str], name: str) -> Grant:
    target = target_of(RequestKind.ACCOUNT_MODELS, "jane:doe", name)
    return Grant(target, "request", "jane:doe", base, [name], NOW)


@pytest.mark.parametrize(
    ("current", "rest"),
    [
        (["mini", "gpt"], ["mini"]),  # as Keydesk set it
        (["mini"], ["mini"]),  # LiteLLM never got the change
        (["mini", "claude", "gpt"], ["mini", "claude"]),  # somebody added another one
        (["gpt"], ["mini"]),  # somebody removed all others: an empty list would allow every model
        ([], []),  # somebody allowed every model
        (["all-proxy-models"], ["all-proxy-models"]),
    ],
)
def test_only_the_added_model_is_removed(current: list[str], rest: list[str]) -> None:
    assert grant(["mini"], "gpt").without(current) == rest


@given(st.lists(NAMES, unique=True, min_size=2, max_size=6), st.randoms())
def test_grants_on_one_list_end_in_any_order(names: list[str], random: Any) -> None:
    base, added = names[:1], names[1:]
    grants, current = [grant(base, name) for name in added], added_to(base, added)
    random.shuffle(grants)
    for count, each in enumerate(grants, start=1):
        current = each.without(current)
        left = {name for other in grants[count:] for name in other.given}
        assert set(current) == {*base, *left}
    assert current == base


def test_a_list_that_allows_nothing_comes_back() -> None:
    base = ["no-default-models"]
    assert added_to(base, ["gpt"]) == ["gpt"]
    assert grant(base, "gpt").without(["gpt"]) == base


def test_a_model_of_a_new_base_stays() -> None:
    moved = grant(["mini"], "gpt").moved_to(["mini", "gpt"])
    assert moved.without(moved.on_top_of(["mini", "gpt"])) == ["mini", "gpt"]
    assert moved.on_top_of(["all-proxy-models"]) == ["all-proxy-models"]


def test_a_target_names_its_object_and_model() -> None:
    assert grant([], "openai/gpt:1").target_id == "jane:doe"
    assert grant([], "openai/gpt:1").target != grant([], "openai/gpt").target


@pytest.mark.parametrize(
    ("name", "current", "refusal"),
    [
        ("unknown", ["mini"], InvalidRequest),
        ("all-proxy-models", ["mini"], InvalidRequest),
        ("gpt", ["standard"], InvalidRequest),  # available already
        ("claude", [], PolicyRefused),  # every model is available
        ("mini", ["gpt"], PolicyRefused),  # not among the requestable ones
    ],
)
def test_a_model_that_cannot_be_requested_is_refused(
    name: str, current: list[str], refusal: type[Problem]
) -> None:
    with pytest.raises(refusal):
        check_model(name, current, SETTINGS, CATALOGUE)


def test_models_and_access_groups_can_be_requested() -> None:
    for name in requestable(["mini"], None, SETTINGS, CATALOGUE):
        check_model(name, ["mini"], SETTINGS, CATALOGUE)
    assert requestable(["mini"], None, SETTINGS, CATALOGUE) == ["gpt", "premium", "premium-xl", "standard"]
    assert requestable(["mini"], ["gpt"], SETTINGS, CATALOGUE) == ["gpt", "standard"]
    assert requestable([], None, SETTINGS, CATALOGUE) == []
