"""`keydesk keys narrow`: restricts keys that can manage the gateway."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import key_line
from keydesk.cli.key_repairs import Page, Repair, repair_all
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
    async with running_services(files) as services:
        return await repair_all(_Narrow(services.key_narrowing), apply=apply)


@dataclass(frozen=True, slots=True)
class _Narrow(Repair[WideKey]):
    narrowing: KeyNarrowing
    name = "narrow"
    fault = "can manage the gateway"
    verb = "restrict"
    done = "restricted"

    async def pages(self) -> AsyncIterator[Page[WideKey]]:
        async for page in self.narrowing.pages():
            yield Page(page.wide, page.seen, page.total)

    def planned(self, key: WideKey) -> str:
        return f"restrict to {', '.join(key.narrowed)}"

    def change(self, key: WideKey) -> tuple[Awaitable[object], str]:
        return self.narrowing.narrow(key), f"restricted to {', '.join(key.narrowed)}"

    def line(self, key: WideKey, outcome: str) -> str:
        return key_line(key.key, key.key_id, outcome)
