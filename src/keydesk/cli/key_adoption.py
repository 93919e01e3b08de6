"""`keydesk keys adopt`: brings keys that were created outside of Keydesk under its rules."""

import asyncio
import sys

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import key_line
from keydesk.cli.key_repairs import FAILED, repaired
from keydesk.cli.printable import console
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
    """Return the number of keys that could not be adopted."""
    out = console()
    async with running_services(files) as services:
        adoption = services.key_adoption
        seen = foreign = left = failed = 0
        async for page in adoption.pages():
            seen, foreign = seen + page.seen, foreign + len(page.foreign)
            for each in page.foreign:
                left += each.left_alone is not None
                done = await _done(adoption, each) if apply else _planned(each)
                failed += done.startswith(FAILED)
                out.print(_line(each, done))
        todo = foreign - left
        result = f"{todo - failed} adopted, {failed} failed" if apply else f"{todo} to adopt"
        out.print(f"{seen} keys, {foreign} created outside of Keydesk: {result}, {left} skipped")
        if todo and not apply:
            out.print("Nothing was changed. Run `keydesk keys adopt --apply` to adopt these keys.")
    return failed


def _planned(foreign: ForeignKey) -> str:
    if foreign.left_alone:
        return f"skip: {foreign.left_alone}"
    routes = foreign.changes.get("allowed_routes")
    return f"adopt, restrict to {', '.join(routes)}" if routes else "adopt"


async def _done(adoption: KeyAdoption, foreign: ForeignKey) -> str:
    if foreign.left_alone:
        return _planned(foreign)
    done = _planned(foreign).replace("adopt", "adopted", 1)
    return await repaired(adoption.adopt(SYSTEM_ACTOR, foreign), done)


def _line(foreign: ForeignKey, done: str) -> str:
    owner = foreign.owner or foreign.key.user_id or NO_OWNER
    return key_line(foreign.key, foreign.key_id, "  ".join([done, *foreign.violations]), owner)
