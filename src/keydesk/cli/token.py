"""`keydesk token`: prints a key for the tools of this machine. `client/key_file.py` has the quick way."""

import sys
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.running_client import ProfileName, run, session_of
from keydesk.client.machine_key import MachineKey, Wishes
from keydesk.client.profiles import Home, chosen_profile
from keydesk.kit.http_client import HttpClient


def token(
    *,
    tool: Annotated[str, Parameter(name="--for")] = "",
    team: str | None = None,
    max_budget: float | None = None,
    new: Annotated[bool, Parameter(negative="")] = False,
    profile: ProfileName = None,
) -> None:
    """Print a key for the tools of this machine. It is made on first use, and renewed before it expires.

    Fails with one line on standard error if the key was blocked or deleted, so that tools stop.

    Example: `keydesk token --for claude`

    Parameters
    ----------
    tool
        A name. Each tool gets a key of its own, so that you see its spend.
    team
        The id of the team that a new key belongs to.
    max_budget
        The budget of a new key in US dollars. Without it, the key has the budget of your account.
    new
        Make a new key, such as after the previous one was deleted.
    profile
        The sign-in to use, if you use more than one.

    """

    async def working(http: HttpClient) -> str:
        home, wishes = Home.of_person(), Wishes(tool, team, max_budget)
        session = session_of(http, home, chosen_profile(profile))
        return await MachineKey(home, session, http).secret(wishes, new=new)

    sys.stdout.write(run(working) + "\n")
