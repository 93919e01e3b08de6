"""A year of usage is complete, and needs one call after the first time."""

import pytest

from tests.api.usage.conftest import OpenYear, Year
from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = [pytest.mark.anyio, pytest.mark.long]

USER = "GET /user/daily/activity"
TEAM = "GET /team/daily/activity"


def activity(calls: SandboxControl) -> list[str]:
    return [call for call in calls.calls() if "activity" in call]


async def test_a_year_is_complete_the_first_time_and_needs_one_call_the_second(
    jane: Visitor, year: Year, calls: SandboxControl
) -> None:
    first = await jane.read("/usage", **year.period)
    calls.forget()
    second = await jane.read("/usage", **year.period)
    assert activity(calls) == [USER]
    for report in (first, second):
        assert report["complete"] is True
        assert report["total_spend"] == pytest.approx(year.one("sum(spend)"))
        assert report["total_tokens"] == year.one("sum(prompt_tokens + completion_tokens)")
        assert len(report["daily_usage"]) == year.one("count(DISTINCT date)")
        assert len(report["usage_by_key"]) == year.one("count(DISTINCT api_key)")


async def test_a_year_of_a_team_needs_one_call_the_second_time(
    jane: Visitor, year: Year, calls: SandboxControl
) -> None:
    path = f"/teams/{year.team_id}/usage"
    first = await jane.read(path, **year.period)
    calls.forget()
    second = await jane.read(path, **year.period)
    assert activity(calls) == [TEAM]
    assert (
        first["total_spend"]
        == second["total_spend"]
        == pytest.approx(year.one("sum(CASE WHEN team_id = 'red' THEN spend ELSE 0 END)"))
    )


async def test_a_repeated_request_makes_no_call_and_gets_304(
    open_year: OpenYear, year: Year, calls: SandboxControl
) -> None:
    async with open_year(usage={"fresh_seconds": 300.0}) as desk:
        jane = await desk.sign_in(year.user_id)
        first = await jane.get("/usage", **year.period)
        calls.forget()
        again = await jane.get("/usage", **year.period)
        assert (again.content, activity(calls)) == (first.content, [])
        tag = {"If-None-Match": f'"other", {first.headers["etag"]}'}
        known = await jane.call("GET", "/usage", params=year.period, headers=tag)
        assert (known.status_code, known.content) == (304, b"")
        assert "Authorization" in first.headers["vary"]


async def test_unchanged_figures_keep_their_etag(jane: Visitor, year: Year) -> None:
    first, later = [await jane.get("/usage", **year.period) for _ in range(2)]
    assert first.json()["as_of"] != later.json()["as_of"]
    assert first.headers["etag"] == later.headers["etag"]
    other = await jane.get("/usage", start_date=year.end, end_date=year.end)
    assert other.headers["etag"] != first.headers["etag"]


async def test_stored_days_are_returned_as_incomplete_while_activity_fails(
    jane: Visitor, year: Year, calls: SandboxControl
) -> None:
    whole = await jane.read("/usage", **year.period)
    with calls.fault("/user/daily/activity", error_rate=1.0):
        kept = await jane.read("/usage", **year.period)
        assert (kept["complete"], kept["as_of"]) == (False, whole["as_of"])
        assert kept["total_spend"] == pytest.approx(whole["total_spend"])
        export = await jane.get("/usage/export", **year.period)
        assert export.headers["x-usage-complete"] == "false"
        assert "-incomplete.csv" in export.headers["content-disposition"]
    assert (await jane.read("/usage", **year.period))["complete"] is True


async def test_the_request_fails_while_activity_fails_and_no_day_is_stored(
    jane: Visitor, year: Year, calls: SandboxControl
) -> None:
    await jane.read("/user/info")
    with calls.fault("/user/daily/activity", error_rate=1.0):
        assert_problem(await jane.get("/usage", **year.period), 502, "upstream-refused")
