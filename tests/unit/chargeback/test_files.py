"""The files of a statement: CSV, Parquet and FOCUS 1.2."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from pyarrow import parquet

from keydesk.chargeback.focus import COLUMNS, MANDATORY, RECOMMENDED
from keydesk.chargeback.models import Amounts, Cell, Months, Named, StatementFormat
from keydesk.kit.problems import NotFound
from keydesk.settings import Chargeback, DisplayCurrency
from tests.unit.chargeback.conftest import LAPTOP, PHONE, Ledger

pytestmark = pytest.mark.anyio

FIRST = dt.date(2026, 2, 1)
NULLABLE = {"BillingAccountName", "ChargeClass", "ChargeDescription", "PricingQuantity", "PricingUnit"}
FOCUS_1_2_MANDATORY = {
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost"),
    *("PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
}
FOCUS_1_2_RECOMMENDED = {"AvailabilityZone", "ChargeFrequency", "InvoiceId", "ServiceSubcategory"}
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"", "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
    "ServiceCategory": {"AI and Machine Learning"},
    "ServiceSubcategory": {"Generative AI"},
}


async def fill(ledger: Ledger) -> None:
    """Close a month, correct it in the next one, and add spend without owner and an odd name there."""
    await ledger.name(
        Named("person", "alice", '=HYPERLINK("http://x")', "4711"),
        Named("team", "platform", "Platform"),
        Named("key", "key_laptop", "laptop", None, (("project", "search"),)),
    )
    await ledger.put_month("2026-02", {LAPTOP: Amounts(1_234_567_890, 100, 50, 2)})
    await ledger.close("2026-02")
    await ledger.put(FIRST, {LAPTOP: Amounts(1_234_567_897, 110, 50, 3), PHONE: Amounts(5, 1, 0, 1)})
    await ledger.put(dt.date(2026, 3, 1), {Cell("", "", "", "gpt-4o"): Amounts(0, 0, 0, 4)})


async def focus_rows(ledger: Ledger) -> list[dict[str, str]]:
    text = (await ledger.file("2026-03", "focus")).decode()
    return [*csv.DictReader(io.StringIO(text))]


async def test_focus_has_the_columns_of_version_1_2(ledger: Ledger) -> None:
    assert MANDATORY.keys() == FOCUS_1_2_MANDATORY
    assert RECOMMENDED.keys() == FOCUS_1_2_RECOMMENDED
    await fill(ledger)
    rows = await focus_rows(ledger)
    assert len(rows) == 3
    for row in rows:
        assert row.keys() == COLUMNS.keys()
        assert not {name for name in FOCUS_1_2_MANDATORY - NULLABLE if not row[name]}
        for name, allowed in ALLOWED.items():
            assert row[name] in allowed
        assert all(name.startswith("x_") or name in COLUMNS for name in row)


async def test_focus_says_what_a_correction_corrects(ledger: Ledger) -> None:
    await fill(ledger)
    row = next(row for row in await focus_rows(ledger) if row["x_UserId"] == "alice")
    assert (row["ChargeClass"], row["x_CorrectedMonth"], row["BilledCost"]) == (
        "Correction",
        "2026-02",
        "0.000000007",
    )
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        "2026-03-01T00:00:00Z",
        "2026-04-01T00:00:00Z",
    )
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == (
        "2026-02-01T00:00:00Z",
        "2026-02-02T00:00:00Z",
    )
    assert (row["ConsumedQuantity"], row["ConsumedUnit"], row["SubAccountName"]) == (
        "10.0",
        "Tokens",
        "Platform",
    )
    assert json.loads(row["Tags"]) == {
        "cost_center": "4711",
        "key_id": "key_laptop",
        "label/project": "search",
        "model": "gpt-4o",
        "team": "platform",
        "user": "alice",
    }


async def test_csv_and_parquet_have_the_same_rows(ledger: Ledger) -> None:
    await fill(ledger)
    rows = [*csv.DictReader(io.StringIO((await ledger.file("2026-03")).decode()))]
    table = parquet.read_table(io.BytesIO(await ledger.file("2026-03", "parquet")))
    assert table.num_rows == len(rows) == 3
    assert sum(table["spend_usd"].to_pylist()) == sum(Decimal(row["spend_usd"]) for row in rows)
    assert table.column_names == [*rows[0]]
    assert {row["person"] for row in rows} == {"", "bob", '\'=HYPERLINK("http://x")'}
    assert '=HYPERLINK("http://x")' in table["person"].to_pylist()


async def test_a_display_currency_adds_its_amount_and_rate(ledger: Ledger) -> None:
    euros = DisplayCurrency(code="EUR", rate=Decimal("0.9"))
    other = Ledger(ledger.database, Chargeback(enabled=True, display_currency=euros), ledger.now)
    await other.put(FIRST, {LAPTOP: Amounts(2 * 10**9, 1, 1, 1)})
    (row,) = csv.DictReader(io.StringIO((await other.file("2026-02")).decode()))
    assert (row["spend_usd"], row["currency"], row["rate"], row["spend"]) == (
        "2.000000000",
        "EUR",
        "0.9",
        "1.800000000",
    )


async def test_a_file_of_several_months_says_which_are_closed(ledger: Ledger) -> None:
    await fill(ledger)
    euros = DisplayCurrency(code="EUR", rate=Decimal("0.9"))
    settings = Chargeback(enabled=True, display_currency=euros, labels=("project",))
    later = Ledger(ledger.database, settings, ledger.now)
    rows = [*csv.DictReader(io.StringIO((await several(later, "csv")).decode()))]
    assert {(row["month"], row["state"], row["label_project"], row["currency"]) for row in rows} == {
        ("2026-02", "closed", "search", ""),
        ("2026-03", "open", "search", "EUR"),
        ("2026-03", "open", "", "EUR"),
    }
    table = parquet.read_table(io.BytesIO(await several(later, "parquet")))
    assert (table.num_rows, table.column_names) == (len(rows), [*rows[0]])
    focus = [*csv.DictReader(io.StringIO((await several(later, "focus")).decode()))]
    assert [(row["BillingPeriodStart"][:7], row["x_StatementState"]) for row in focus] == [
        (row["month"], row["state"]) for row in rows
    ]
    assert [float(row["BilledCost"]) for row in focus] == [float(row["spend_usd"]) for row in rows]
    assert (await ledger.recorded())[-1] == ("downloaded", "2026-01 to 2026-12")


async def test_months_without_statements_are_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        await ledger.chargebacks.export_several(Months("2025-01", "2025-12"), "csv", "user:default/jane")


async def several(ledger: Ledger, form: StatementFormat) -> bytes:
    months = Months("2026-01", "2026-12")
    parts: Any = await ledger.chargebacks.export_several(months, form, "user:default/jane")
    return b"".join([part if isinstance(part, bytes) else part.encode() async for part in parts])


async def test_an_empty_statement_is_a_file_with_a_header(ledger: Ledger) -> None:
    await ledger.put(FIRST, {})
    assert (await ledger.file("2026-02")).startswith(b"month,date,")
    assert parquet.read_table(io.BytesIO(await ledger.file("2026-02", "parquet"))).num_rows == 0


async def test_a_file_is_written_in_parts(ledger: Ledger) -> None:
    cells = {Cell("alice", f"key_{number}", "", "gpt-4o"): Amounts(1, 1, 1, 1) for number in range(4_500)}
    await ledger.put(FIRST, cells)
    statement = await ledger.chargebacks.find("2026-02")
    sizes = [str(part).count("\n") async for part in ledger.chargebacks.parts(statement, "csv")]
    assert sizes == [1, 2_000, 2_000, 500]
