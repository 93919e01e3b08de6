"""`keydesk keys revoke-leaked`: blocks the keys whose secrets are on standard input."""

import asyncio
import sys
from collections.abc import Iterable

from pydantic import SecretStr

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import owner_name
from keydesk.cli.printable import console, printable
from keydesk.cli.running_services import running_services
from keydesk.keys.owners import owner_of
from keydesk.kit.problems import Problem
from keydesk.leaks.models import Leak, LeakResult, Source, Verdict
from keydesk.leaks.policy import secret_in
from keydesk.leaks.service import Leaks
from keydesk.litellm import LiteLLMError

_RESULTS = {
    Verdict.BLOCKED: "blocked",
    Verdict.ALREADY_BLOCKED: "was blocked already",
    Verdict.ENDED: "had expired",
    Verdict.MASTER_KEY: "is LiteLLM's master key: replace it now",
    Verdict.UNKNOWN: "is not a key of this gateway",
}
NOT_A_KEY = "is not a key: keys start with sk-"
FAILED = "FAILED"


def revoke_leaked(files: ConfigFiles = None, *, found_at: str = "") -> None:
    """Block leaked keys. Reads their secrets from standard input, one per line, and prints a result for each line.

    The output contains no secret. The exit status is 1 if a key could not be blocked.

    Example: `keydesk keys revoke-leaked --config keydesk.yaml < secrets.txt`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    found_at
        Where the keys were found, such as a URL. The owner of a key sees it.

    """
    sys.exit(1 if asyncio.run(_run(files, sys.stdin, found_at)) else 0)


async def _run(files: ConfigFiles, lines: Iterable[str], found_at: str) -> int:
    """Return the number of keys that still work."""
    failed = 0
    async with running_services(files) as services:
        for number, line in enumerate(lines, 1):
            if line.strip():
                done, works = await revoked(services.leaks.reports, SecretStr(line), found_at or None)
                failed += works
                console().print(f"line {number}: {done}")
    return failed


async def revoked(leaks: Leaks, secret: SecretStr, found_at: str | None) -> tuple[str, bool]:
    """Block the key. Return what was done, without the secret, and whether the key may still work."""
    if secret_in(secret.get_secret_value()) is None and not leaks.is_master_key(secret):
        return NOT_A_KEY, False
    try:
        result = await leaks.report(Leak(secret, Source.COMMAND, found_at))
    except LiteLLMError:
        return f"{FAILED}: LiteLLM did not block the key", True
    except Problem as problem:
        # For example, another request is changing the key. Continue with the other keys.
        return f"{FAILED}: {problem.error}", True
    return described(result), result.verdict is Verdict.MASTER_KEY


def described(result: LeakResult) -> str:
    text = _RESULTS[result.verdict]
    if result.found is None:
        return text
    key = result.found.key
    name = key.key_alias or key.masked or "unnamed"
    return printable(f"{result.found.key_id}  {name}  {owner_name(owner_of(key))}  {text}")
