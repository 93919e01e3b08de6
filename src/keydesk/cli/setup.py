"""`keydesk setup` and `unsetup`: sets up coding tools of this machine for the gateway, and takes it back."""

import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.asking import agrees
from keydesk.cli.printable import console, printable
from keydesk.cli.progress import hide_line
from keydesk.cli.running_client import ProfileName, run, say, session_of
from keydesk.cli.tool_choice import given_for
from keydesk.client.errors import ClientError
from keydesk.client.files import locked
from keydesk.client.key_file import key_file, read_lines
from keydesk.client.machine_key import MachineKey, Wishes
from keydesk.client.profiles import Home, chosen_profile
from keydesk.client.setup.changing import FileChange, apply, prepare, undone
from keydesk.client.setup.difference import difference, plain_values
from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Given, Plan, Tool
from keydesk.client.setup.receipts import Receipt, Receipts
from keydesk.client.setup.tools.all_tools import TOOLS, ToolId
from keydesk.kit.http_client import HttpClient

_LITERAL_LIFETIME = "30d"
"""The lifetime of a key in a file of a tool, where the policy sets none."""
_UNINSTALLED_SOON = "archive-v0"
"""A folder of uv's cache, where `uvx` puts programs for a while."""
Yes = Annotated[bool, Parameter(negative="")]


def setup(  # noqa: PLR0913 - one parameter for each option
    tool: ToolId,
    *,
    model: str | None = None,
    team: str | None = None,
    max_budget: float | None = None,
    yes: Yes = False,
    dry_run: Yes = False,
    profile: ProfileName = None,
) -> None:
    """Set up a coding tool of this machine for the gateway, after showing what changes in its files.

    `env` and `curl` print lines for your shell, and `cursor` prints what to enter.

    Example: `keydesk setup claude-code`

    Parameters
    ----------
    tool
        The tool.
    model
        The model to start with. Without it, the cheapest that you can use.
    team
        The id of the team that the tool's key belongs to.
    max_budget
        The budget of the tool's key in US dollars. Without it, the key has the budget of your account.
    yes
        Do not ask.
    dry_run
        Only show what would change.
    profile
        The sign-in to use, if you use more than one.

    """
    chosen = TOOLS[tool]
    lifetime = None if chosen.has_helper else _LITERAL_LIFETIME
    wishes = Wishes(tool, team, max_budget, lifetime)

    async def working(http: HttpClient) -> None:
        home = Home.of_person()
        session = session_of(http, home, chosen_profile(profile))
        given = await given_for(session, chosen, wishes, model)
        keys = MachineKey(home, session, http)
        setting_up = _SettingUp(chosen, given, session.profile.name, home.folder)
        with locked(setting_up.receipts.lock_file):
            if stored := setting_up.stored_key:
                secret = stored if dry_run else await keys.secret(wishes)
                setting_up = replace(setting_up, given=replace(given, secret=secret))
            if setting_up.is_wanted(yes=yes, dry_run=dry_run):
                setting_up.write(await keys.secret(wishes))

    run(working)


def unsetup(tool: ToolId, *, yes: Yes = False, dry_run: Yes = False) -> None:
    """Undo the set-up of a tool, after showing what changes in its files.

    A file that was not changed since becomes what it was, byte for byte. From another, only what the set-up wrote is
    removed.

    Example: `keydesk unsetup claude-code`

    Parameters
    ----------
    tool
        The tool.
    yes
        Do not ask.
    dry_run
        Only show what would change.

    """

    async def working(_: HttpClient) -> None:
        receipts = Receipts(Home.of_person().folder)
        with locked(receipts.lock_file):
            receipt = receipts.find(tool)
            if receipt is None:
                raise ClientError(f"{TOOLS[tool].label} was not set up on this machine.")
            changes = [undone(file) for file in receipt.files]
            if not _is_agreed(changes, (), yes=yes, dry_run=dry_run):
                return
            apply(changes)
            receipts.remove(tool)
        _say_left(changes)
        say(f"The set-up of {TOOLS[tool].label} is undone. Its key still works: see keydesk keys list.")

    run(working)


@dataclass(frozen=True, slots=True)
class _SettingUp:
    """The set-up of a tool with what is given. `folder` has the files of the command line."""

    tool: Tool
    given: Given
    profile: str
    folder: Path

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.folder)

    @property
    def stored_key(self) -> str | None:
        return self._key_lines[0] if self._key_lines else None

    @property
    def _key_lines(self) -> list[str] | None:
        return read_lines(key_file(str(self.folder), self.profile, self.tool.id))

    def plan(self) -> Plan:
        return self.tool.plan(replace(Places.of_person(), folder=self.folder), self.given)

    def is_wanted(self, *, yes: bool, dry_run: bool) -> bool:
        """Show what changes. Return whether something does, and the person agrees."""
        plan = self.plan()
        if not plan.edits:
            sys.stdout.write(plan.printed)
            _say_all(plan.notes)
            return False
        changes = prepare(plan.edits, self.receipts.find(self.tool.id))
        if not any(change.is_change for change in changes):
            say(f"{self.tool.label} is set up already. Nothing was changed.")
            return False
        return _is_agreed(changes, plain_values(plan.edits), yes=yes, dry_run=dry_run)

    def write(self, secret: str) -> None:
        """Write the files with the key, after the receipt: without one, nobody could undo it."""
        plan = replace(self, given=replace(self.given, secret=secret)).plan()
        previous = self.receipts.find(self.tool.id)
        changes = prepare(plan.edits, previous)
        files = tuple(change.receipt for change in changes if change.after and change.receipt)
        self.receipts.save(Receipt(self.tool.id, self.profile, files))
        try:
            apply(changes)
        except ClientError:
            self.receipts.save(previous) if previous else self.receipts.remove(self.tool.id)
            raise
        _say_left(changes)
        self._say_done(plan)

    def _say_done(self, plan: Plan) -> None:
        private = [str(edit.path) for edit in plan.edits if edit.is_private]
        if private and not self.tool.has_helper:
            say(f"The key is in {private[0]}, which only you can read. {self.tool.label} cannot ask for it.")
            self._say_end(self._key_lines or ())
        _say_all(plan.notes)
        for name in self.tool.overriding.set_in(os.environ, self.given.gateway):
            say(f"{name} is set in your shell, and {self.tool.label} prefers it. Remove it.")
        if _UNINSTALLED_SOON in self.given.command[0]:
            say(
                "uv can delete this copy of keydesk. Run: uv tool install keydesk, and set up the tool again."
            )
        start = f" Start it with: {self.tool.start.format(model=self.given.model)}" if self.tool.start else ""
        say(f"{self.tool.label} uses {self.given.model} of {self.given.gateway}.{start}")

    def _say_end(self, key: Sequence[str]) -> None:
        """Say when the key ends, as a tool that has it in a file cannot renew it."""
        renew_at, expires_at = (int(each) for each in key[2:]) if key else (0, 0)
        if expires_at:
            days = [f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}" for moment in (expires_at, renew_at)]
            say(
                f"It expires on {days[0]}. From {days[1]} on, keydesk setup {self.tool.id} replaces it by a new one."
            )


def _is_agreed(changes: Sequence[FileChange], shown: Collection[str], *, yes: bool, dry_run: bool) -> bool:
    hide_line()
    for change in changes:
        if change.is_change:
            for line in difference(change, shown):
                console().print(printable(line))
    if dry_run:
        say("Nothing was changed.")
        return False
    if not yes and not agrees("Write these changes? [y/N] "):
        raise ClientError("Nothing was changed. Add --yes to write the changes without a question.")
    return True


def _say_left(changes: Sequence[FileChange]) -> None:
    for change in changes:
        for name in change.left:
            say(printable(f"{name} in {change.path} was changed since the set-up, so it stays."))


def _say_all(notes: Sequence[str]) -> None:
    for note in notes:
        say(note)
