"""`keydesk notices`: tests the channels of notices, and lists what was sent."""

import asyncio
import sys

from cyclopts import App

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.printable import console, printable
from keydesk.cli.running_services import running_services
from keydesk.kit.entity_refs import full_user_ref
from keydesk.notices.delivery_log_store import Delivery
from keydesk.notices.models import Value
from keydesk.notices.planning import PERSONAL
from keydesk.notices.service import Notices

notices = App(name="notices")


@notices.command(name="test")
def send_test(files: ConfigFiles = None, *, to: str | None = None) -> None:
    """Send a test on every channel. A channel whose test succeeds is confirmed, and sends notices from then on.

    Exit with status 1 if a test fails.

    Example: `keydesk notices test --config keydesk.yaml --to jane`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    to
        The person who gets the tests of mail and Backstage, such as `jane` or `user:default/jane`.

    """
    try:
        ref = full_user_ref(to) if to else None
    except ValueError as error:
        sys.exit(f"--to: {error}")
    sys.exit(asyncio.run(_test(files, ref)))


@notices.command(name="list")
def list_(files: ConfigFiles = None, *, limit: int = 50) -> None:
    """Print the last deliveries, newest first: time, channel, state, kind, person and key.

    Example: `keydesk notices list --config keydesk.yaml --limit 20`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    limit
        The number of deliveries.

    """
    asyncio.run(_list(files, limit))


async def _test(files: ConfigFiles, ref: str | None) -> int:
    async with running_services(files) as services:
        found = services.notices
        if not found.names:
            console().print(
                "No channel is configured. Set notices.mail or another channel in the configuration."
            )
            return 1
        results = [await _test_channel(found, name, ref) for name in found.names]
    return 0 if all(results) else 1


async def _test_channel(found: Notices, name: str, ref: str | None) -> bool:
    if name in PERSONAL and ref is None:
        console().print(f"{name}: not tested. Use --to to name the person who gets the test.")
        return False
    failure = await found.test(name, ref or "", found.settings.language)
    if failure is not None:
        console().print(f"{name}: FAILED, {failure}. `keydesk doctor` checks the connection.")
        return False
    await found.confirmations.confirm(name)
    console().print(f"{name}: sent. The channel is confirmed.")
    return True


async def _list(files: ConfigFiles, limit: int) -> None:
    async with running_services(files) as services:
        for delivery in await services.notices.log.latest(limit):
            console().print(_line(delivery))


def _line(each: Delivery) -> str:
    state = f"{each.state} ({each.error})" if each.error else each.state
    parts = (
        each.created_at.isoformat(timespec="seconds"),
        each.channel,
        state,
        each.kind,
        each.recipient,
        each.values.get(Value.KEY) or each.subject,
    )
    return printable("  ".join(parts))
