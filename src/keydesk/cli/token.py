"""`keydesk token`: prints a key for the tools of this machine. `client/key_file.py` has the quick way."""

import sys
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.running_client import ProfileName, run, session_of
from keydesk.cli.sign_in import sign_in
from keydesk.client.address import server_address
from keydesk.client.errors import NotSignedIn
from keydesk.client.machine_key import MachineKey, Wishes
from keydesk.client.profiles import Home, chosen_profile
from keydesk.kit.http_client import HttpClient


def token(  # noqa: PLR0913 - one parameter for each option
    *,
    tool: Annotated[str, Parameter(name="--for")] = "",
    team: str | None = None,
    max_budget: float | None = None,
    new: Annotated[bool, Parameter(negative="")] = False,
    login: str | None = None,
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
    login
        The address of Keydesk. If you are not signed in there, a terminal asks you to sign in first.
    profile
        The sign-in to use, if you use more than one.

    """

    async def working(http: HttpClient) -> str:
        home, wishes = Home.of_person(), Wishes(tool, team, max_budget)
        name = chosen_profile(profile)
        if login is None:
            return await _secret(http, home, name, wishes, new=new)
        address = server_address(login)
        name = home.name_for(address, name)
        try:
            return await _secret(http, home, name, wishes, new=new)
        except NotSignedIn:
            if not sys.stderr.isatty():
                raise NotSignedIn(
                    f"You are not signed in at {address}. Run: keydesk login {address}"
                ) from None
        await sign_in(http, address, name)
        return await _secret(http, home, name, wishes, new=new)

    sys.stdout.write(run(working) + "\n")


async def _secret(http: HttpClient, home: Home, name: str, wishes: Wishes, *, new: bool) -> str:
    session = session_of(http, home, name)
    return await MachineKey(home, session, http).secret(wishes, new=new)
