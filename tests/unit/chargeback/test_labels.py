"""Labels of people, teams and keys: where they come from, and statements that are grouped by them."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from keydesk.chargeback.models import Amounts, Cell, Grouping, Named
from keydesk.kit.problems import InvalidRequest
from keydesk.settings import Chargeback, DirectoryPerson
from keydesk.storage.tables import accounts
from tests.unit.chargeback.conftest import LAPTOP, PHONE, Ledger

pytestmark = pytest.mark.anyio

DOLLAR = Amounts(10**9, 100, 50, 1)
FIRST = dt.date(2026, 2, 1)
MONTH = "2026-02"
SETTINGS: dict[str, Any] = {
    "enabled": True,
    "labels": ["department", "project"],
    "group_labels": [{"group": "research", "labels": {"department": "Of the group", "project": "search"}}],
}
PEOPLE: list[dict[str, Any]] = [
    {"ref": "alice", "labels": {"department": "Research", "office": "Berlin"}, "groups": ["research"]},
    {"ref": "bob", "groups": ["research"]},
    {"ref": "carol"},
]
CAROL = Cell("carol", "key_carol", "", "gpt-4o")


@pytest.fixture
def labelled(ledger: Ledger) -> Ledger:
    """Statements of people with labels in the directory, from a group, and in the metadata of their account."""
    people = [DirectoryPerson.model_validate(each) for each in PEOPLE]
    return Ledger(ledger.database, Chargeback.model_validate(SETTINGS), ledger.now, people)


async def spend(ledger: Ledger) -> None:
    account = {"user_id": "carol", "ref": "user:default/carol"}
    applied = {"metadata": {"department": "Of the account", "tier": "power"}}
    async with ledger.database.writing() as connection:
        await connection.execute(accounts.insert().values(**account, applied=applied))
    await ledger.put_month(
        MONTH, {LAPTOP: DOLLAR, PHONE: DOLLAR, CAROL: DOLLAR, Cell("", "", "", "x"): DOLLAR}
    )
    await ledger.naming.refresh()


async def by_label(ledger: Ledger, label: str) -> dict[str, Decimal]:
    detail = await ledger.chargebacks.detail(MONTH, Grouping("label", label=label))
    assert (detail.label, detail.labels) == (label, ["department", "project"])
    assert sum((group.spend_usd for group in detail.groups), Decimal(0)) == detail.statement.spend_usd
    return {group.label: group.spend_usd for group in detail.groups}


async def test_labels_come_from_the_directory_a_group_or_the_account(labelled: Ledger) -> None:
    await spend(labelled)
    assert await by_label(labelled, "department") == {
        "Research": Decimal(28),
        "Of the group": Decimal(28),
        "Of the account": Decimal(28),
        "Unknown": Decimal(28),
    }
    assert await by_label(labelled, "project") == {"search": Decimal(56), "Unknown": Decimal(56)}


async def test_the_first_source_with_the_label_decides(labelled: Ledger) -> None:
    await spend(labelled)
    await labelled.name(
        Named("key", "key_laptop", None, None, (("department", "Of the key"),)),
        Named("team", "platform", None, None, (("department", "Of the team"), ("project", "gateway"))),
    )
    assert (await by_label(labelled, "department"))["Of the key"] == Decimal(28)
    assert (await by_label(labelled, "project"))["gateway"] == Decimal(28)


async def test_files_have_the_labels(labelled: Ledger) -> None:
    await spend(labelled)
    rows = [*csv.DictReader(io.StringIO((await labelled.file(MONTH)).decode()))]
    assert {(row["user_id"], row["label_department"], row["label_project"]) for row in rows} == {
        ("", "", ""),
        ("alice", "Research", "search"),
        ("bob", "Of the group", "search"),
        ("carol", "Of the account", ""),
    }
    focus = csv.DictReader(io.StringIO((await labelled.file(MONTH, "focus")).decode()))
    tags = {row["x_UserId"]: json.loads(row["Tags"]) for row in focus}
    assert tags["alice"]["label/department"] == "Research"
    assert "label/office" not in tags["alice"]


async def test_a_closed_statement_keeps_its_labels(labelled: Ledger) -> None:
    await spend(labelled)
    await labelled.close(MONTH)
    before = await labelled.file(MONTH)
    later = Ledger(labelled.database, Chargeback(enabled=True), labelled.now)
    await later.name(Named("person", "alice", "Alice", None, (("department", "Sales"),)))
    assert await later.file(MONTH) == before
    assert (await by_label(later, "department"))["Research"] == Decimal(28)


@pytest.mark.parametrize(
    "grouping", [Grouping("label"), Grouping("label", label="office"), Grouping("team", label="department")]
)
async def test_other_labels_are_refused(labelled: Ledger, grouping: Grouping) -> None:
    await spend(labelled)
    with pytest.raises(InvalidRequest) as refused:
        await labelled.chargebacks.detail(MONTH, grouping)
    assert refused.value.param == "label"
