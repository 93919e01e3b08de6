"""`keydesk usage rebuild` and `keydesk usage forget`: the stored usage of a person or team."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from rich.console import Console

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.progress import counting
from keydesk.cli.running_services import running_services
from keydesk.usage.coverage import Coverage
from keydesk.usage.maintenance import Maintenance
from keydesk.usage.subjects import Subject


def rebuild(files: ConfigFiles = None, *, user: str | None = None, team: str | None = None) -> None:
    """Delete the stored usage of a person or team, and read the same days from LiteLLM again.

    Example: `keydesk usage rebuild --user jane`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    user
        The person's user id in LiteLLM.
    team
        The team's id in LiteLLM, instead of a person.

    """
    subject = _subject(user, team)
    with counting("Reading usage again", "days") as progress:
        known = asyncio.run(_run(files, lambda maintenance: maintenance.rebuild(subject, progress.reach)))
    _show("read again", known)


def forget(files: ConfigFiles = None, *, user: str | None = None, team: str | None = None) -> None:
    """Delete the stored usage of a person or team. LiteLLM's own records are not deleted.

    Example: `keydesk usage forget --user jane`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    user
        The person's user id in LiteLLM.
    team
        The team's id in LiteLLM, instead of a person.

    """
    subject = _subject(user, team)
    _show("removed", asyncio.run(_run(files, lambda maintenance: maintenance.forget(subject))))


def _subject(user: str | None, team: str | None) -> Subject:
    if user and not team:
        return Subject("user", user)
    if team and not user:
        return Subject("team", team)
    Console(stderr=True).print("Use either --user or --team.")
    sys.exit(2)


async def _run(files: ConfigFiles, work: Callable[[Maintenance], Awaitable[Coverage]]) -> Coverage:
    async with running_services(files) as services:
        return await work(services.refresh_usage.maintenance)


def _show(done: str, known: Coverage) -> None:
    days = sum(interval.days for interval in known)
    Console().print(f"{days} days {done}")
