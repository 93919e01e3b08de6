"""What `keydesk requests create` sends for its options, and how requests and budgets are shown."""

from datetime import date
from typing import Any

import pytest

from keydesk.cli.budget import _allowance_rows, _team_row
from keydesk.cli.output import print_table
from keydesk.cli.own_requests import _end_of, _models_in, _row
from keydesk.client.errors import WrongUsage

TEAM = {
    "team_id": "t1",
    "team_alias": "Platform",
    "max_budget": None,
    "spend": 0.0,
    "budget_reset_at": None,
    "budget_hidden": True,
    "budget_pct": 81.2,
    "budget_status": "near",
}
REQUEST: dict[str, Any] = {
    "id": "r1",
    "kind": "key_budget",
    "state": "granted",
    "key_alias": "laptop",
    "team_id": None,
    "requested": {"max_budget": 50.0, "until": None},
    "granted": {"max_budget": 40.0, "until": "2026-02-01T00:00:00Z"},
    "created_at": "2026-01-02T09:00:00Z",
}


def test_a_table_in_a_pipe_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Name", "Id"), [("x" * 90, "y" * 90)])
    title, _, row = capsys.readouterr().out.strip().splitlines()
    assert title.split() == ["Name", "Id"]
    assert row.split() == ["x" * 90, "y" * 90]


def test_the_last_day_is_included() -> None:
    assert _end_of(date(2026, 1, 31)) == "2026-02-01T00:00:00Z"
    assert _end_of(None) is None


def test_a_request_is_about_one_model_and_a_team_about_several() -> None:
    assert _models_in((), None) == {}
    assert _models_in(("gpt-4o",), None) == {"model": "gpt-4o"}
    assert _models_in(("gpt-4o", "o3"), "Data") == {
        "team": {"team_alias": "Data", "models": ["gpt-4o", "o3"]}
    }
    with pytest.raises(WrongUsage, match="each model"):
        _models_in(("gpt-4o", "o3"), None)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, ("key-budget", "$40.00 for laptop", "2026-02-01 00:00", "granted")),
        (
            {"granted": None, "requested": {"model": "o3", "until": None}, "key_alias": None},
            ("key-budget", "o3", "permanent", "granted"),
        ),
        (
            {"granted": None, "requested": {"until": None}, "key_alias": None, "team_id": "t1"},
            ("key-budget", "t1", "permanent", "granted"),
        ),
        (
            {
                "granted": None,
                "requested": {"max_budget": 9.0, "until": None, "team": {"team_alias": "Data"}},
                "key_alias": None,
            },
            ("key-budget", "$9.00 for Data", "permanent", "granted"),
        ),
    ],
)
def test_a_request_is_one_line(changes: dict[str, Any], shown: tuple[str, ...]) -> None:
    assert _row(REQUEST | changes)[:4] == shown


def test_a_hidden_budget_of_a_team_stays_hidden() -> None:
    assert _team_row(TEAM) == ("Team Platform", "hidden", "81 %", "near", "never")
    assert _team_row(TEAM | {"budget_pct": None, "budget_status": None})[2:4] == ("", "hidden")
    shown = _team_row(TEAM | {"budget_hidden": False, "max_budget": 10.0, "spend": 12.0})
    assert shown == ("Team Platform", "$10.00", "$12.00", "$0.00", "never")


def test_the_allowance_of_all_keys() -> None:
    window = {"period": "7d", "limit": 30.0, "used": None, "left": 0.0, "resets_at": "2026-02-02T00:00:00Z"}
    rate = {"limit": 1000, "used": 400, "left": 600}
    rows = [*_allowance_rows({"windows": [window], "requests_per_minute": rate, "tokens_per_minute": None})]
    assert rows == [
        ("Keys, per week", "$30.00", "no limit", "$0.00", "2026-02-02 00:00"),
        ("Keys, requests per minute", "1,000", "400", "600", ""),
    ]
