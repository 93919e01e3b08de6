"""`keydesk accounts`: shows and settles how accounts differ from the directory and the configuration."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from keydesk.app import create_app
from keydesk.jobs.resync_accounts import Plan, ResyncAccounts
from keydesk.settings_file import load_settings

accounts = App(name="accounts", help="Compare accounts with the directory and the configuration.")
ConfigFile = Annotated[Path | None, Parameter(env_var="KEYDESK_CONFIG")]


@accounts.command
def plan(config: ConfigFile = None) -> None:
    """Print what `apply` would change; change nothing."""
    _show(asyncio.run(_run(config, lambda job: job.plan())), done=False)


@accounts.command
def apply(config: ConfigFile = None, *, even_if_many_leave: bool = False) -> None:
    """Make the changes that `plan` prints.

    Parameters
    ----------
    config
        The configuration file.
    even_if_many_leave
        Block the keys of people who left the directory even when suspiciously many left at once.

    """
    found = asyncio.run(_run(config, lambda job: job.apply(even_if_many_leave=even_if_many_leave)))
    _show(found, done=True)
    if found.loses_too_many and not even_if_many_leave:
        Console(stderr=True).print("Too many people left at once: nobody's keys were blocked.")
        sys.exit(1)


async def _run(config: Path | None, work: Any) -> Plan:
    app = create_app(load_settings(config))
    async with app.router.lifespan_context(app):
        job: ResyncAccounts = app.state.resync_accounts
        found: Plan = await work(job)
        return found


def _show(found: Plan, *, done: bool) -> None:
    table = Table("Account", "Setting", "Now" if not done else "Before", "Wanted", "What is done")
    for each in found.differences:
        action = "left alone: changed by hand" if each.by_hand else ("changed" if done else "change")
        table.add_row(each.user_id, each.setting, str(each.current), str(each.wanted), action)
    for record in found.leavers:
        table.add_row(record.user_id, "keys", "", "", "block: left the directory")
    for record in found.returners:
        table.add_row(record.user_id, "keys", "", "", "unblock: back in the directory")
    console = Console()
    if table.row_count:
        console.print(table)
    console.print(
        f"{found.accounts} accounts, {table.row_count} differences, {found.unknown} could not be looked up"
    )
