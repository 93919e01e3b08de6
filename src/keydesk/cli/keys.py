"""`keydesk keys`: finds the keys that can manage the gateway, and narrows them to what they are for."""

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
    """Print the keys that can do more than call models; with `--apply`, narrow those of people to model calls.

    Keys of administrators, keys of no person and keys with routes of their own are listed and never changed.

    Parameters
    ----------
    files
        The configuration, as for `keydesk serve`.
    apply
        Make the changes. Without it, nothing is changed.

    """
    failed = asyncio.run(_run(files, apply=apply))
    sys.exit(1 if failed else 0)


async def _run(files: ConfigFiles, *, apply: bool) -> int:
    """Return how many keys could not be narrowed."""
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
        result = f"{todo - failed} narrowed, {failed} failed" if apply else f"{todo} to narrow"
        console.print(f"{seen} keys, {wide} can manage the gateway: {result}, {left} left alone")
        if todo and not apply:
            console.print("Nothing was changed. Run `keydesk keys narrow --apply` to narrow them.")
    return failed


_FAILED = "FAILED"


def _planned(wide: WideKey) -> str:
    return f"left alone: {wide.left_alone}" if wide.left_alone else f"narrow to {', '.join(wide.narrowed)}"


async def _done(narrowing: KeyNarrowing, wide: WideKey) -> str:
    if wide.left_alone:
        return _planned(wide)
    try:
        await narrowing.narrow(wide)
    except LiteLLMError:
        return f"{_FAILED}: LiteLLM did not change it"
    except Problem as problem:
        # Such as a key that is being changed at this moment. The others do not wait for it.
        return f"{_FAILED}: {problem.error}"
    return f"narrowed to {', '.join(wide.narrowed)}"


def _line(wide: WideKey, done: str) -> str:
    name = wide.key.key_alias or wide.key.masked or wide.key_id
    return "".join(
        # LiteLLM takes any name for a key, also one that a terminal would obey.
        character if character.isprintable() else "?"
        for character in f"{wide.owner or 'nobody'}  {name}  {wide.key_id}  {done}"
    )
