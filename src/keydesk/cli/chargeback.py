"""`keydesk chargeback`: reads spend for statements, and lists, closes and exports them."""

import asyncio
import re
import sys
from typing import Literal

from cyclopts import App
from rich.console import Console

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.chargeback.models import Months, StatementFormat
from keydesk.chargeback.policy import plain
from keydesk.chargeback.responses import StatementView
from keydesk.chargeback.service import Chargebacks
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.printable import console
from keydesk.cli.progress import counting, writing
from keydesk.cli.running_services import running_services

chargeback = App(name="chargeback")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@chargeback.command
def read(files: ConfigFiles = None) -> None:
    """Read the days that are due from LiteLLM, such as all days since `chargeback.firstMonth`.

    `keydesk serve` does the same once an hour, and then closes the months that are due.

    Example: `keydesk chargeback read --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.

    """
    asyncio.run(_read(files))


@chargeback.command(name="list")
def list_(files: ConfigFiles = None) -> None:
    """Print the statements, newest first, with the checksums of closed ones.

    Example: `keydesk chargeback list --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.

    """
    asyncio.run(_list(files))


@chargeback.command
def close(files: ConfigFiles = None, *, month: str) -> None:
    """Close the statement of a month before it is due. It does not change any more.

    Example: `keydesk chargeback close --month 2026-01`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    month
        The month, such as 2026-01. All days of it must have been read after they were over.

    """
    asyncio.run(_close(files, _checked(month)))


@chargeback.command
def export(
    files: ConfigFiles = None,
    *,
    month: str,
    until: str | None = None,
    format: Literal["csv", "parquet", "focus"] = "csv",  # noqa: A002 - the option's name
) -> None:
    """Write all rows of one statement or of several to standard output. The audit log records the export.

    Example: `keydesk chargeback export --month 2026-01 --format focus > statement.csv`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    month
        The month, such as 2026-01.
    until
        The last month of a range that begins with `--month`. Each row then says if its statement is closed.
    format
        `csv`, `parquet` (requires the extra `parquet`), or `focus` for FOCUS 1.2 as CSV.

    """
    which = _checked(month) if until is None else _range(_checked(month), _checked(until))
    asyncio.run(_export(files, which, format))


def _checked(month: str) -> str:
    if not _MONTH.fullmatch(month):
        Console(stderr=True).print("--month: expected a month such as 2026-01")
        sys.exit(2)
    return month


def _range(month: str, until: str) -> Months:
    if month > until:
        Console(stderr=True).print("--until: expected a month after --month")
        sys.exit(2)
    return Months(month, until)


async def _read(files: ConfigFiles) -> None:
    async with running_services(files) as services:
        refresh = services.statements.refresh
        days = await refresh.due()
        with counting("Reading spend", "days") as progress:
            progress.reach(0, len(days))
            await refresh.read(*days, on_day=progress.add)
        await refresh.naming.refresh()
    console().print(f"{len(days)} days read")


async def _list(files: ConfigFiles) -> None:
    async with running_services(files) as services:
        for statement in (await services.statements.chargebacks.list()).statements:
            console().print(_line(statement))


def _line(statement: StatementView) -> str:
    state = f"closed  sha256:{statement.checksum}" if statement.checksum else "open"
    return f"{statement.month}  {plain(statement.spend_usd)} USD  {statement.rows} rows  {state}"


async def _close(files: ConfigFiles, month: str) -> None:
    async with running_services(files) as services:
        closed = await services.statements.chargebacks.closing.close(month, SYSTEM_ACTOR)
    console().print(f"{closed.month} closed  sha256:{closed.checksum}")


async def _export(files: ConfigFiles, which: Months | str, form: StatementFormat) -> None:
    async with running_services(files) as services:
        await _write(services.statements.chargebacks, which, form)


async def _write(chargebacks: Chargebacks, which: Months | str, form: StatementFormat) -> None:
    if isinstance(which, Months):
        parts = await chargebacks.export_several(which, form, SYSTEM_ACTOR)
    else:
        parts = await chargebacks.export(which, form, SYSTEM_ACTOR)
    with writing("Writing the statement") as wrote:
        async for part in parts:
            wrote(sys.stdout.buffer.write(part.encode() if isinstance(part, str) else part))
    sys.stdout.buffer.flush()
