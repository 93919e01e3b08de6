"""Invalid bodies of POST /keys/generate: each has a precise problem, and none reaches LiteLLM."""

from typing import Any

import pytest

from tests.api.bad_input.cases import ECHO, VALID_KEY, Case, assert_refused_without_calls, field_case
from tests.support.desk.desk import Visitor
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

NOT_A_TEXT: list[Any] = [5, True, None, [ECHO], {ECHO: ECHO}]
BAD_TEXTS = {
    "alias": ["", "   ", "\t\n", "a\x00b", "a\x07b", "a\nb", "a\u202eb", "a\u2028b", "x" * 101, ECHO * 30],
    "team_id": ["", "a\x00b", "x" * 256, " ", "\u2003", ".", ".."],
}
BAD_DURATIONS: list[Any] = [
    *["0s", "99999d", "1x", "-1", "-1d", "", "30", "d", " 30d", "30 d", "1.5d", "30D", "1e3d", "\uff11d"],
    *["11y", "4000000000s", "9" * 400 + "d", ECHO, 30, True, ["30d"]],
]
BAD_BUDGETS: list[Any] = [-1, -0.01, 0, 0.0, -0.0, "5", True, [5], {"usd": 5}, 10**400]
BAD_LIMITS: list[Any] = [0, -1, 1.5, 1.0, "5", True, [5], 2**31, 10**30]
BAD_MODELS: list[tuple[Any, str]] = [
    (ECHO, "models"),
    (5, "models"),
    (None, "models"),
    ({ECHO: 1}, "models"),
    (["gpt-4o"] * 201, "models"),
    ([5], "models.0"),
    (["gpt-4o", None], "models.1"),
    ([["gpt-4o"]], "models.0"),
    ([""], "models.0"),
    (["a\x00b"], "models.0"),
    ([ECHO * 30], "models.0"),
]
BAD_METADATA: list[tuple[Any, str]] = [
    (ECHO, "metadata"),
    ([ECHO], "metadata"),
    (None, "metadata"),
    ({"a": {"b": ECHO}}, "metadata.a"),
    ({"a": [ECHO]}, "metadata.a"),
    ({"a": 5}, "metadata.a"),
    ({"a": None}, "metadata.a"),
    ({"a": ECHO * 50}, "metadata.a"),
    ({"a\x00b": ECHO}, "metadata"),
    ({"a": f"{ECHO}\x00"}, "metadata.a"),
    ({"x" * 101: ECHO}, "metadata"),
    ({f"name{number}": ECHO for number in range(21)}, "metadata"),
]
UNKNOWN_FIELDS = [
    *["user_id", "key", "token", "spend", "blocked", "permissions", "allowed_routes", "guardrails"],
    *["auto_create_key", "key_alias", "models ", "Alias", "__proto__", "send_invite_email", "agent_id"],
]

CASES = [
    *[field_case("alias", value) for value in NOT_A_TEXT],
    *[field_case(name, value) for name, values in BAD_TEXTS.items() for value in values],
    *[field_case("team_id", value) for value in NOT_A_TEXT if value is not None],
    *[field_case(name, value) for name in ("duration", "budget_duration") for value in BAD_DURATIONS],
    *[field_case("max_budget", value) for value in BAD_BUDGETS],
    *[field_case(name, value) for name in ("tpm_limit", "rpm_limit") for value in BAD_LIMITS],
    *[field_case("models", value, param) for value, param in BAD_MODELS],
    *[field_case("key_type", value) for value in ("management", "default", "read_only", ECHO, 5, "")],
    *[field_case("metadata", value, param) for value, param in BAD_METADATA],
    *[field_case(name, ECHO) for name in UNKNOWN_FIELDS],
    *[
        Case(f"without {name}", {"json": {k: v for k, v in VALID_KEY.items() if k != name}}, param=name)
        for name in VALID_KEY
    ],
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_invalid_key_is_refused(case: Case, jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(case, jane, control)


async def test_all_errors_are_reported_together(jane: Visitor, control: SandboxControl) -> None:
    wrong = {"alias": "", "max_budget": -1, "duration": "0s", "models": [5], "colour": "red"}
    case = Case("several", {"json": wrong}, param="alias")
    answer = await assert_refused_without_calls(case, jane, control)
    told = [mistake["param"] for mistake in answer.json()["errors"]]
    assert told == ["alias", "models.0", "duration", "max_budget", "colour"]
    assert all(mistake["expected"] for mistake in answer.json()["errors"])


async def test_the_name_of_an_unknown_field_is_shortened_and_made_printable(
    jane: Visitor, control: SandboxControl
) -> None:
    name = "\x1b[31m" + "x" * 300
    case = Case("long name", {"json": {**VALID_KEY, name: 1}}, param="?[31m" + "x" * 75)
    await assert_refused_without_calls(case, jane, control)
