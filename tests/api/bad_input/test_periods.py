"""Invalid usage periods."""

import pytest

from tests.api.bad_input.cases import ECHO, Case, assert_refused_without_calls
from tests.support.desk.desk import Visitor
from tests.support.desk.odd_dates import NO_TIMES
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

NO_DAYS = [
    *["2026-02-30", "2026-13-01", "2026-00-10", "2026-01-32", "2025-02-29", "0000-01-01", "1999-12-31"],
    *["20260101", "2026-1-1", "26-01-01", "2026-W01-1", "2026-001", "2026-01", "2026", "10000-01-01"],
    *["2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "2026-01-01 ", " 2026-01-01", "+2026-01-01"],
    *[
        "2026/01/01",
        "01.02.2026",
        "today",
        "",
        "null",
        "1767225600",
        ECHO,
        "2026-01-01\x00",
        "\u0662026-01-01",
    ],
    *NO_TIMES,
    *["9" * 10_000, "2026-01-01,2026-01-02", "' or 1=1 --"],
]
PATHS = ["/usage", "/usage/export", "/teams/some-team/usage"]
NO_PERIODS = {
    "reversed": ("2026-01-02", "2026-01-01"),
    "367 days": ("2025-01-01", "2026-01-02"),
    "a century": ("2000-01-01", "2099-12-31"),
}


def asked(name: str, path: str, param: str, **query: str) -> Case:
    return Case(f"{name[:20]!r} {path}", {"params": query}, param, method="GET", path=path)


CASES = [
    asked(day, path, param, **{param: day})
    for path in PATHS
    for param in ("start_date", "end_date")
    for day in NO_DAYS
] + [
    asked(name, path, "start_date", start_date=start, end_date=end)
    for path in PATHS
    for name, (start, end) in NO_PERIODS.items()
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_invalid_period_is_refused(case: Case, jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(case, jane, control)


async def test_a_leap_year_is_the_longest_period(alice: Visitor) -> None:
    assert (await alice.read("/usage", start_date="2024-01-01", end_date="2024-12-31"))["complete"]
