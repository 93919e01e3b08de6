"""Invalid bodies of POST /keys/{id}/update. They are refused whether or not the key exists."""

from typing import Any

import pytest

from tests.api.bad_input.cases import ECHO, Case, assert_refused_without_calls, field_case
from tests.support.desk.desk import Visitor
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

PATH = "/keys/key_unknown/update"
WRONG: dict[str, list[Any]] = {
    "key_alias": [None, 5, "", "  ", "x" * 300, "a\x00b", [ECHO]],
    "models": [None, ECHO, [5]],
    "max_budget": [-1, 0, "5", True, 10**400],
    "budget_duration": ["0s", "99999d", "1x", 5],
    "duration": ["0s", "99999d", "1x", "-1", 5],
    "tpm_limit": [0, -1, 1.5, "5", 2**31],
    "rpm_limit": [0, -1, 1.5, "5", 2**31],
    "blocked": [False],
    "spend": [0],
    "metadata": [{}, {"a": "b"}],
    "user_id": [ECHO],
    "team_id": [ECHO, None],
    "key": [ECHO],
    "key_type": ["llm_api"],
}


def param_of(name: str, value: object) -> str:
    return "models.0" if value == [5] else name


CASES = [
    Case(f"{name}={str(value)[:24]}", {"json": {name: value}}, param_of(name, value), path=PATH)
    for name, values in WRONG.items()
    for value in values
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_invalid_change_is_refused(case: Case, jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(case, jane, control)


async def test_an_empty_change_is_refused(jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(Case("nothing", {"json": {}}, "body", path=PATH), jane, control)


async def test_one_wrong_field_refuses_the_whole_change(jane: Visitor, control: SandboxControl) -> None:
    case = Case("mixed", {"json": {"rpm_limit": 5, "max_budget": -1}}, "max_budget", path=PATH)
    await assert_refused_without_calls(case, jane, control)


def test_the_fields_of_a_new_key_are_different() -> None:
    """An update names the alias as LiteLLM does; a new key names it as the web client does."""
    assert field_case("alias", 5).path != PATH
