"""`keydesk keys narrow`: restricts keys that can manage the gateway."""

import asyncio
import sys

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import key_line
from keydesk.cli.key_repairs import FAILED, repaired
from keydesk.cli.printable import console
from keydesk.cli.running_services import running_services
from keydesk.keys.narrowing import KeyNarrowing, WideKey


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
    out = console()
    async with running_services(files) as services:
        narrowing = services.key_narrowing
        seen = wide = left = failed = 0
        async for page in narrowing.pages():
            seen, wide = seen + page.seen, wide + len(page.wide)
            for each in page.wide:
                left += each.left_alone is not None
                done = await _done(narrowing, each) if apply else _planned(each)
                failed += done.startswith(FAILED)
                out.print(key_line(each.key, each.key_id, done))
        todo = wide - left
        result = f"{todo - failed} restricted, {failed} failed" if apply else f"{todo} to restrict"
        out.print(f"{seen} keys, {wide} can manage the gateway: {result}, {left} skipped")
        if todo and not apply:
            out.print("Nothing was changed. Run `keydesk keys narrow --apply` to restrict these keys.")
    return failed


def _planned(wide: WideKey) -> str:
    return f"skip: {wide.left_alone}" if wide.left_alone else f"restrict to {', '.join(wide.narrowed)}"


async def _done(narrowing: KeyNarrowing, wide: WideKey) -> str:
    if wide.left_alone:
        return _planned(wide)
    return await repaired(narrowing.narrow(wide), f"restricted to {', '.join(wide.narrowed)}")
