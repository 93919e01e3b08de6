"""`keydesk try`: asks a model with the key of this machine, and says what the answer cost."""

import sys
import unicodedata
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.output import AsJson, print_json
from keydesk.cli.printable import printable
from keydesk.cli.progress import hide_line
from keydesk.cli.running_client import ProfileName, run, say, session_of
from keydesk.cli.trial import Cost, Trial
from keydesk.client.gateway import Gateway, Used
from keydesk.client.machine_key import MachineKey
from keydesk.client.profiles import Home, chosen_profile
from keydesk.client.server import Server
from keydesk.kit.http_client import HttpClient


def try_model(
    model: str,
    message: str = "hello",
    *,
    tool: Annotated[str, Parameter(name="--for")] = "",
    as_json: AsJson = False,
    profile: ProfileName = None,
) -> None:
    """Ask a model with the key of this machine. Standard error says what the answer cost.

    Example: `keydesk try gpt-4o-mini "hello"`

    Parameters
    ----------
    model
        The name of a model, such as one of `keydesk models`.
    message
        What to ask.
    tool
        The tool whose key to use, as for `keydesk token`.
    as_json
        Print JSON for programs, once the answer is complete.
    profile
        The sign-in to use, if you use more than one.

    """
    said: list[str] = []
    write = said.append if as_json else write_safely

    async def working(http: HttpClient) -> tuple[Used | None, Cost]:
        trial = _trial(http, profile, tool)
        gateway = Gateway((await trial.session.get("/config"))["baseUrl"], http)
        used = await trial.ask(gateway, model, message, write)
        return used, await trial.cost(used, model)

    used, cost = run(working)
    if as_json:
        print_json({"model": model, "answer": "".join(said), **_figures(used, cost)})
    else:
        sys.stdout.write("\n")
        say(printable(f"{model}: {summary(used, cost)}"))


def _figures(used: Used | None, cost: Cost) -> dict[str, float | None]:
    counts = (used.prompt_tokens, used.completion_tokens) if used else (None, None)
    names = ("prompt_tokens", "completion_tokens", "cost", "is_estimate")
    return dict(zip(names, (*counts, cost.usd, cost.is_estimate), strict=True))


def summary(used: Used | None, cost: Cost) -> str:
    """Return the tokens and the cost in words."""
    if used is None:
        return "the gateway did not report the tokens, so the cost is unknown."
    tokens = f"{used.prompt_tokens:,} input and {used.completion_tokens:,} output tokens"
    if cost.usd is None:
        return f"{tokens}. The cost is unknown, because this model has no price."
    if cost.is_estimate:
        return f"{tokens}, about {exact_usd(cost.usd)} (an estimate from the prices in `keydesk models`)."
    return f"{tokens}, {exact_usd(cost.usd)}."


def exact_usd(amount: float) -> str:
    """Return an amount with cents, or below a dollar with three significant digits."""
    return f"${amount:,.2f}" if amount >= 1 or amount == 0 else f"${Decimal(f'{amount:.3g}'):f}"


def write_safely(piece: str) -> None:
    """Write a piece of an answer to standard output without delay, and without control characters for the terminal."""
    hide_line()
    kept = (each for each in piece if each in "\n\t" or unicodedata.category(each) != "Cc")
    sys.stdout.write("".join(kept))
    sys.stdout.flush()


def _trial(http: HttpClient, profile: str | None, tool: str) -> Trial:
    home = Home.of_person()
    session = session_of(http, home, chosen_profile(profile))
    server = Server(session.profile.address, http)
    return Trial(session, server, MachineKey(home, session, http), tool)
