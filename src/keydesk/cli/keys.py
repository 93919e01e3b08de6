"""`keydesk keys`: finds keys that can manage the gateway, and restricts them to model calls."""

import asyncio
import sys

from cyclopts import App
from rich.console import Console

from keydesk.cli.config import ConfigFiles
from keydesk.cli.running_services import running_services
from keydesk.keys.narrowing import KeyNarrowing, WideKey
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError

keys = App(name="keys")


@keys.command
def narrow(files: ConfigFiles = None, *, apply: bool = False) -> None:
    """Print the keys that can do more than call models. With `--apply`, restrict the keys of people to model calls.

    Keys of administrators, keys without an owner and keys with custom routes are listed but never changed.

    Example: `keydesk keys narrow --config keydesk.yaml --apply`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    apply
        Change the keys. Without this option, nothing is changed.

    """
    failed = asyncio.run(_run(files, apply=apply))
    sys.exit(1 if failed else 0)


async def _run(files: ConfigFiles, *, apply: bool) -> int:
    """Return the number of keys that could not be restricted."""
    console = Console(soft_wrap=True, markup=False, highlight=False)
    async with running_services(files) as services:
        narrowing = services.key_narrowing
        seen = wide = left = failed = 0
        async for page in narrowing.pages():
            seen, wide = seen + page.seen, wide + len(page.wide)
            for each in page.wide:
                left += each.left_alone is not None
                done = await _done(narrowing, each) if apply else _planned(each)
                failed += done.startswith(_FAILED)
                console.print(_line(each, done))
        todo = wide - left
        result = f"{todo - failed} restricted, {failed} failed" if apply else f"{todo} to restrict"
        console.print(f"{seen} keys, {wide} can manage the gateway: {result}, {left} skipped")
        if todo and not apply:
            console.print("Nothing was changed. Run `keydesk keys narrow --apply` to restrict these keys.")
    return failed


_FAILED = "FAILED"


def _planned(wide: WideKey) -> str:
    return f"skip: {wide.left_alone}" if wide.left_alone else f"restrict to {', '.join(wide.narrowed)}"


async def _done(narrowing: KeyNarrowing, wide: WideKey) -> str:
    if wide.left_alone:
        return _planned(wide)
    try:
        await narrowing.narrow(wide)
    except LiteLLMError:
        return f"{_FAILED}: LiteLLM did not change the key"
    except Problem as problem:
        # For example, another request is changing the key. Continue with the other keys.
        return f"{_FAILED}: {problem.error}"
    return f"restricted to {', '.join(wide.narrowed)}"


def _line(wide: WideKey, done: str) -> str:
    name = wide.key.key_alias or wide.key.masked or wide.key_id
    return "".join(
        # LiteLLM accepts any key alias, including terminal escape sequences.
        character if character.isprintable() else "?"
        for character in f"{wide.owner or 'no owner'}  {name}  {wide.key_id}  {done}"
    )
