"""`keydesk keys list`, `create`, `rotate`, `revoke`, `block`, `unblock` and `extend`: the keys of the signed-in person.

A secret is printed to standard output only, once, and is never an argument.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

from keydesk.cli.asking import agrees
from keydesk.cli.output import AsJson, moment, print_found, print_json, usd
from keydesk.cli.printable import console, printable
from keydesk.cli.running_client import ProfileName, run_signed_in, say
from keydesk.client.errors import ClientError, WrongUsage
from keydesk.client.key_names import key_named
from keydesk.client.session import Session

Key = dict[str, Any]


def list_keys(*, as_json: AsJson = False, profile: ProfileName = None) -> None:
    """List your keys, newest first.

    Example: `keydesk keys list --json`

    Parameters
    ----------
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    found = run_signed_in(profile, lambda session: session.get("/keys"))
    print_found(found, ("Name", "Status", "Spend", "Budget", "Expires", "Id"), _row, as_json=as_json)


def create(  # noqa: PLR0913 - one parameter for each option
    name: str,
    *,
    max_budget: float | None = None,
    unlimited: Annotated[bool, Parameter(negative="")] = False,
    budget_duration: str | None = None,
    duration: str | None = None,
    model: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    team: str | None = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
) -> None:
    """Create a key, and print its secret. It is shown this once.

    Example: `keydesk keys create laptop --max-budget 5 --duration 90d`

    Parameters
    ----------
    name
        The name of the key.
    max_budget
        The budget in US dollars.
    unlimited
        No budget, where the policy allows it.
    budget_duration
        The period of the budget, such as 30d.
    duration
        When the key expires, such as 90d from now.
    model
        A model that the key may use. Repeat it for more models; without it, the key may use all of yours.
    team
        The id of the team that the key belongs to.
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    if (max_budget is None) != unlimited:
        say("Use either --max-budget or --unlimited.")
        sys.exit(WrongUsage.status)
    optional = {"budget_duration": budget_duration, "duration": duration, "team_id": team}
    body = {"alias": name, "max_budget": max_budget, "models": [*model]}
    body |= {field: value for field, value in optional.items() if value is not None}
    _print_secret(run_signed_in(profile, lambda session: session.post("/keys/generate", **body)), as_json)


def rotate(
    key: str, *, overlap: str | None = None, as_json: AsJson = False, profile: ProfileName = None
) -> None:
    """Replace the secret of a key, and print the new one. The previous one keeps working for some time.

    Example: `keydesk keys rotate laptop`

    Parameters
    ----------
    key
        The name or id of the key.
    overlap
        How long the previous secret works, such as 1h, or 0s to end it now.
    as_json
        Print JSON for programs.
    profile
        The sign-in to use, if you use more than one.

    """
    body = {"overlap": overlap} if overlap else {}
    _print_secret(
        _on_key(profile, key, lambda session, path: session.post(f"{path}/rotate", **body)), as_json
    )


def revoke(
    key: str, *, yes: Annotated[bool, Parameter(negative="")] = False, profile: ProfileName = None
) -> None:
    """Delete a key permanently. Programs that use it stop working.

    Example: `keydesk keys revoke laptop --yes`

    Parameters
    ----------
    key
        The name or id of the key.
    yes
        Do not ask.
    profile
        The sign-in to use, if you use more than one.

    """
    if not yes and not agrees(f"Delete the key {printable(key)} permanently? [y/N] "):
        say("Nothing was deleted. Add --yes to delete it without a question.")
        sys.exit(ClientError.status)
    _on_key(profile, key, lambda session, path: session.delete(path))
    say(printable(f"The key {key} is deleted."))


def block(key: str, *, profile: ProfileName = None) -> None:
    """Block a key until you unblock it.

    Example: `keydesk keys block laptop`

    Parameters
    ----------
    key
        The name or id of the key.
    profile
        The sign-in to use, if you use more than one.

    """
    _on_key(profile, key, lambda session, path: session.post(f"{path}/block"))
    say(printable(f"The key {key} is blocked."))


def unblock(key: str, *, profile: ProfileName = None) -> None:
    """Unblock a key that you blocked.

    Example: `keydesk keys unblock laptop`

    Parameters
    ----------
    key
        The name or id of the key.
    profile
        The sign-in to use, if you use more than one.

    """
    _on_key(profile, key, lambda session, path: session.post(f"{path}/unblock"))
    say(printable(f"The key {key} works again."))


def extend(key: str, duration: str, *, profile: ProfileName = None) -> None:
    """Let a key expire later, within the policy.

    Example: `keydesk keys extend laptop 30d`

    Parameters
    ----------
    key
        The name or id of the key.
    duration
        When it expires, such as 30d from now.
    profile
        The sign-in to use, if you use more than one.

    """
    changed = _on_key(profile, key, lambda session, path: session.post(f"{path}/extend", duration=duration))
    say(printable(f"The key {key} expires at {moment(changed.get('expires_at'))}."))


def _on_key(
    profile: str | None, named: str, work: Callable[[Session, str], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Run `work` with the path of the key that has this name or id."""

    async def working(session: Session) -> dict[str, Any]:
        key = key_named(await session.get("/keys"), named)
        return await work(session, f"/keys/{quote(key['token'], safe='')}")

    return run_signed_in(profile, working)


def _print_secret(issued: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(issued)
        return
    console().print(issued["key"])
    say(printable(f"This is the secret of {issued['key_alias']}. It cannot be shown again."))


def _row(key: Key) -> tuple[str, ...]:
    return (
        key["key_alias"] or key["key"],
        "blocked" if key["blocked"] else "active",
        usd(key["spend"]),
        usd(key["max_budget"]),
        moment(key["expires_at"]),
        key["token"],
    )
