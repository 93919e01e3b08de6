"""Writes the rows of statements as FOCUS 1.2 (FinOps Open Cost and Usage Specification), some at a time.

The file has all mandatory and recommended columns of version 1.2, and the columns that version 1.0 requires. The
billing period is the month of the statement, and the charge period is the day. LiteLLM reports no separate cost of
input and output tokens in its daily tables, so that a row has both.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import AsyncIterator, Callable
from decimal import Decimal

from keydesk.chargeback.models import Line
from keydesk.chargeback.policy import first_day, month_after, plain, usd_of
from keydesk.usage.csv_file import csv_escape

MEDIA_TYPE = "text/csv; charset=utf-8"
_UNIT = "Tokens"
_NULL = ""
Value = Callable[[Line], str | None]


def _start_of(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _cost(line: Line) -> str:
    return plain(usd_of(line.amounts.spend))


def _unit_price(line: Line) -> str:
    tokens = _tokens(line)
    return plain((usd_of(line.amounts.spend) / tokens).quantize(Decimal("1e-15"))) if tokens else "0"


def _tokens(line: Line) -> int:
    return line.amounts.prompt_tokens + line.amounts.completion_tokens


def _quantity(line: Line) -> str:
    # With a decimal place: validators take columns of whole numbers for integers, and the specification has decimals.
    return f"{_tokens(line)}.0"


def _description(line: Line) -> str:
    what = f"Calls of {line.cell.model}"
    return f"Correction of {line.corrects}: {what}" if line.corrects else what


def _tags(line: Line) -> str:
    given = {
        "cost_center": line.cost_center,
        "user": line.cell.user_id,
        "team": line.cell.team_id,
        "key_id": line.cell.key_id,
        "model": line.cell.model,
    }
    labels = {f"label/{name}": str(value) for name, value in line.labels.items()}
    return json.dumps({name: value for name, value in {**labels, **given}.items() if value}, sort_keys=True)


def _in_currency(line: Line) -> str | None:
    rate = line.rules.rate
    return plain((usd_of(line.amounts.spend) * rate).quantize(Decimal("1e-9"))) if rate else None


def _constant(text: str | None) -> Value:
    return lambda _: text


MANDATORY: dict[str, Value] = {
    "BilledCost": _cost,
    "BillingAccountId": lambda line: line.rules.billing_account,
    "BillingAccountName": lambda line: line.rules.billing_account,
    "BillingCurrency": _constant("USD"),
    "BillingPeriodEnd": lambda line: _start_of(first_day(month_after(line.month))),
    "BillingPeriodStart": lambda line: _start_of(first_day(line.month)),
    "ChargeCategory": _constant("Usage"),
    "ChargeClass": lambda line: "Correction" if line.corrects else None,
    "ChargeDescription": _description,
    "ChargePeriodEnd": lambda line: _start_of(line.day + dt.timedelta(days=1)),
    "ChargePeriodStart": lambda line: _start_of(line.day),
    "ContractedCost": _cost,
    "EffectiveCost": _cost,
    "InvoiceIssuerName": lambda line: line.rules.issuer,
    "ListCost": _cost,
    "PricingQuantity": _quantity,
    "PricingUnit": _constant(_UNIT),
    "ProviderName": lambda line: line.rules.provider,
    "PublisherName": lambda line: line.rules.provider,
    "ServiceCategory": _constant("AI and Machine Learning"),
    "ServiceName": lambda line: line.rules.provider,
}
RECOMMENDED: dict[str, Value] = {
    "AvailabilityZone": _constant(None),
    "ChargeFrequency": _constant("Usage-Based"),
    "InvoiceId": _constant(None),
    "ServiceSubcategory": _constant("Generative AI"),
}
CONDITIONAL: dict[str, Value] = {
    "BillingAccountType": _constant("LLM gateway"),
    "CommitmentDiscountCategory": _constant(None),
    "CommitmentDiscountId": _constant(None),
    "CommitmentDiscountName": _constant(None),
    "CommitmentDiscountStatus": _constant(None),
    "CommitmentDiscountType": _constant(None),
    "ConsumedQuantity": _quantity,
    "ConsumedUnit": _constant(_UNIT),
    "ContractedUnitPrice": _unit_price,
    "ListUnitPrice": _unit_price,
    "PricingCategory": _constant("Standard"),
    "PricingCurrency": _constant("USD"),
    "RegionId": _constant(None),
    "RegionName": _constant(None),
    "ResourceId": lambda line: line.cell.key_id,
    "ResourceName": lambda line: line.key,
    "ResourceType": lambda line: "Virtual key" if line.cell.key_id else None,
    "SkuId": lambda line: line.cell.model,
    "SkuMeter": _constant("Tokens"),
    "SkuPriceId": lambda line: line.cell.model,
    "SubAccountId": lambda line: line.cell.team_id,
    "SubAccountName": lambda line: line.team,
    "SubAccountType": lambda line: "Team" if line.cell.team_id else None,
    "Tags": _tags,
}
FOR_1_0: dict[str, Value] = {
    "InvoiceIssuer": MANDATORY["InvoiceIssuerName"],
    "Provider": MANDATORY["ProviderName"],
    "Publisher": MANDATORY["PublisherName"],
    "ResourceID": CONDITIONAL["ResourceId"],
}
"""Names that the validator of version 1.0 requires beside those of the specification."""
OWN: dict[str, Value] = {
    "x_CorrectedMonth": lambda line: line.corrects,
    "x_CostCenter": lambda line: line.cost_center,
    "x_DisplayCost": _in_currency,
    "x_DisplayCurrency": lambda line: line.rules.currency,
    "x_ExchangeRate": lambda line: plain(line.rules.rate) if line.rules.rate else None,
    "x_InputTokens": lambda line: str(line.amounts.prompt_tokens),
    "x_OutputTokens": lambda line: str(line.amounts.completion_tokens),
    "x_Requests": lambda line: str(line.amounts.requests),
    "x_StatementState": lambda line: line.state,
    "x_UserId": lambda line: line.cell.user_id,
    "x_UserName": lambda line: line.person,
}
COLUMNS: dict[str, Value] = dict(sorted((MANDATORY | RECOMMENDED | CONDITIONAL | FOR_1_0).items())) | OWN
_NUMBERS = {name for name, value in COLUMNS.items() if value in {_cost, _quantity, _unit_price, _in_currency}}


async def focus_parts(batches: AsyncIterator[list[Line]]) -> AsyncIterator[str]:
    """Yield the header, then the rows of each batch."""
    yield _text([[*COLUMNS]])
    async for batch in batches:
        yield _text([_cells(line) for line in batch])


def _cells(line: Line) -> list[str]:
    return [
        text if (text := value(line) or _NULL) and name in _NUMBERS else str(csv_escape(text))
        for name, value in COLUMNS.items()
    ]


def _text(rows: list[list[str]]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(rows)
    return target.getvalue()
