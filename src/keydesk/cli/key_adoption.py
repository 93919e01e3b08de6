"""`keydesk keys adopt`: brings keys that were created outside of Keydesk under its rules."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import key_line
from keydesk.cli.key_repairs import Page, Repair, repair_all
from keydesk.cli.running_services import running_services
from keydesk.keys.adopting import ForeignKey, KeyAdoption
from keydesk.keys.owners import NO_OWNER


def adopt(files: ConfigFiles = None, *, apply: bool = False) -> None:
    """Print the keys that were created outside of Keydesk. With `--apply`, adopt those of people and teams.

    Adopting records the owner of a key in Keydesk and restricts the key to model calls. Its secret, budget and
    expiration stay the same; rules that they break are listed. Keys of administrators, keys without an owner and keys
    with custom routes are listed but never adopted.

    Example: `keydesk keys adopt --config keydesk.yaml --apply`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    apply
        Adopt the keys. Without this option, nothing is changed.

    """
    failed = asyncio.run(_run(files, apply=apply))
    sys.exit(1 if failed else 0)


async def _run(files: ConfigFiles, *, apply: bool) -> int:
    async with running_services(files) as services:
        return await repair_all(_Adopt(services.key_adoption), apply=apply)


@dataclass(frozen=True, slots=True)
class _Adopt(Repair[ForeignKey]):
    adoption: KeyAdoption
    name = "adopt"
    fault = "created outside of Keydesk"
    verb = "adopt"
    done = "adopted"

    async def pages(self) -> AsyncIterator[Page[ForeignKey]]:
        async for page in self.adoption.pages():
            yield Page(page.foreign, page.seen, page.total)

    def planned(self, key: ForeignKey) -> str:
        routes = key.changes.get("allowed_routes")
        return f"adopt, restrict to {', '.join(routes)}" if routes else "adopt"

    def change(self, key: ForeignKey) -> tuple[Awaitable[object], str]:
        return self.adoption.adopt(SYSTEM_ACTOR, key), self.planned(key).replace("adopt", "adopted", 1)

    def line(self, key: ForeignKey, outcome: str) -> str:
        owner = key.owner or key.key.user_id or NO_OWNER
        return key_line(key.key, key.key_id, "  ".join([outcome, *key.violations]), owner)
