"""The approvers' groups and the person get one notice for each step."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.api.requests.conftest import RequestDesk
from tests.support.desk.people import PLATFORM_TEAM

pytestmark = pytest.mark.anyio


def notices_of(office: RequestDesk) -> list[tuple[str, str, str, dict[str, Any]]]:
    query = "select kind, recipient, subject, details from notices order by created_at, rowid"
    with closing(sqlite3.connect(office.database)) as connection:
        rows = connection.execute(query).fetchall()
    return [(kind, who, subject, json.loads(details)) for kind, who, subject, details in rows]


async def test_both_sides_get_a_notice_of_every_step(office: RequestDesk) -> None:
    request = await office.asked()
    assert (await office.approve(request)).status_code == 200
    await office.settle_tomorrow()
    until = request["requested"]["until"].replace("Z", "+00:00")
    jane, olga = (f"user:default/{visitor.user_id}" for visitor in (office.jane, office.olga))
    budget = {"amount": "60", "ends_at": until}
    assert notices_of(office) == [
        (
            "request_received",
            PLATFORM_TEAM,
            request["id"],
            budget | {"by": jane, "reason": "A project"},
        ),
        ("request_decided", jane, request["id"], budget | {"by": olga, "decision": "granted"}),
        ("grant_ended", jane, request["id"], budget),
    ]


async def test_a_decline_says_why_and_a_withdrawal_needs_no_notice(office: RequestDesk) -> None:
    declined, withdrawn = await office.asked(), await office.asked()
    await office.olga.post(f"/requests/{declined['id']}/decline", reason="Use the team's budget")
    await office.jane.post(f"/requests/{withdrawn['id']}/withdraw")
    (told,) = [details for kind, _, _, details in notices_of(office) if kind == "request_decided"]
    assert (told["decision"], told["reason"]) == ("declined", "Use the team's budget")
