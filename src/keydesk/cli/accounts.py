"""`keydesk accounts`: shows and applies the differences between accounts, the directory and the configuration."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from cyclopts import App
from rich.console import Console
from rich.table import Table

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.running_services import running_services
from keydesk.jobs.resync_accounts import Plan, ResyncAccounts

accounts = App(name="accounts")


@accounts.command
def plan(files: ConfigFiles = None) -> None:
    """Print the changes that `apply` would make.

    Example: `keydesk accounts plan --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.

    """
    _show(asyncio.run(_run(files, lambda job: job.plan())), done=False)


@accounts.command
def apply(files: ConfigFiles = None, *, even_if_many_leave: bool = False) -> None:
    """Make the changes that `plan` prints.

    Example: `keydesk accounts apply --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    even_if_many_leave
        Block the keys of people who left the directory, even if unusually many people left.

    """
    found = asyncio.run(_run(files, lambda job: job.apply(even_if_many_leave=even_if_many_leave)))
    _show(found, done=True)
    if found.loses_too_many and not even_if_many_leave:
        Console(stderr=True).print(
            "Unusually many people left the directory, so no keys were blocked. "
            "Check the directory, then use --even-if-many-leave to block them."
        )
        sys.exit(1)


async def _run(files: ConfigFiles, work: Callable[[ResyncAccounts], Awaitable[Plan]]) -> Plan:
    async with running_services(files) as services:
        return await work(services.resync_accounts)


def _show(found: Plan, *, done: bool) -> None:
    table = Table("Account", "Setting", "Current" if not done else "Before", "Expected", "Action")
    for each in found.differences:
        action = "skip: changed manually" if each.by_hand else ("changed" if done else "change")
        table.add_row(each.user_id, each.setting, str(each.current), str(each.wanted), action)
    for record in found.leavers:
        table.add_row(record.user_id, "keys", "", "", "block: left the directory")
    for record in found.returners:
        table.add_row(record.user_id, "keys", "", "", "unblock: back in the directory")
    console = Console()
    if table.row_count:
        console.print(table)
    console.print(
        f"{found.accounts} accounts, {table.row_count} differences, {found.unknown} not found in the directory"
    )
