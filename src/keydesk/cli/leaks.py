"""`keydesk leaks`: finds keys of this gateway in the reports of secret scanners, and blocks them."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cyclopts import App

from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.key_names import owner_name
from keydesk.cli.leaked_keys import described, revoked
from keydesk.cli.printable import console, printable
from keydesk.cli.running_services import running_services
from keydesk.keys.owners import owner_of
from keydesk.leaks.models import LeakResult, Verdict
from keydesk.leaks.policy import secret_in, stored_place
from keydesk.leaks.reports import Finding, findings_in
from keydesk.leaks.service import Leaks

leaks = App(name="leaks")


@dataclass(slots=True)
class _Scanned:
    """The numbers of findings. `unreadable` ones have no key in them, such as those of `gitleaks --redact`."""

    ours: int = 0
    working: int = 0
    unreadable: int = 0


@leaks.command
def scan(*reports: Path, config: ConfigFiles = None, revoke: bool = False) -> None:
    """Print the findings of gitleaks or trufflehog that are keys of this gateway. The output contains no secret.

    The exit status is 1 if one of these keys still works, and 2 if a report cannot be read.

    Example: `keydesk leaks scan gitleaks.json --config keydesk.yaml --revoke`

    Parameters
    ----------
    reports
        JSON reports of gitleaks, or JSON lines of trufflehog.
    config
        A configuration file, as for `keydesk serve`.
    revoke
        Block the keys that still work.

    """
    findings = [finding for path in reports for finding in _read(path)]
    scanned = asyncio.run(_run(config, findings, revoke=revoke))
    console().print(
        f"{len(findings)} findings, {scanned.ours} keys of this gateway, {scanned.working} of them work"
    )
    if scanned.unreadable:
        console().print(
            f"{scanned.unreadable} findings have no readable key. Run the scanner without redaction."
        )
    if scanned.working and not revoke:
        console().print("Nothing was changed. Add --revoke to block these keys.")
    sys.exit(1 if scanned.working else 0)


def _read(path: Path) -> list[Finding]:
    try:
        return findings_in(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError)
            else "expected a JSON report of gitleaks or trufflehog"
        )
        sys.stderr.write(f"{path}: {reason}\n")
        sys.exit(2)


async def _run(files: ConfigFiles, findings: Sequence[Finding], *, revoke: bool) -> _Scanned:
    scanned = _Scanned()
    unique = {finding.secret.get_secret_value(): finding for finding in reversed(findings)}
    async with running_services(files) as services:
        for finding in reversed(unique.values()):
            if secret_in(finding.secret.get_secret_value()) is None:
                scanned.unreadable += 1
                continue
            found = await _state(services.leaks.reports, finding)
            if found is None:
                continue
            line, works = found
            if revoke:
                line, works = await revoked(services.leaks.reports, finding.secret, finding.found_at)
            scanned.ours += 1
            scanned.working += works
            place = stored_place(finding.found_at, finding.secret.get_secret_value())
            console().print(printable(f"{place}  {line}"))
    return scanned


async def _state(leaks: Leaks, finding: Finding) -> tuple[str, bool] | None:
    """Return the key of the finding and whether it works, or None if it is not a key of this gateway."""
    if leaks.is_master_key(finding.secret):
        return described(LeakResult(Verdict.MASTER_KEY)), True
    found = await leaks.find(finding.secret)
    if found is None:
        return None
    if found.key.blocked:
        return described(LeakResult(Verdict.ALREADY_BLOCKED, found)), False
    if leaks.ended(found.key):
        return described(LeakResult(Verdict.ENDED, found)), False
    name = found.key.key_alias or found.key.masked or "unnamed"
    return f"{found.key_id}  {name}  {owner_name(owner_of(found.key))}  works", True
