"""How `keydesk doctor` prints what it found."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from keydesk.cli.printable import console, printable
from keydesk.doctor.finding import Finding, State
from keydesk.kit.redaction import redacted

_MARKS = {State.OK: "ok     ", State.WARNING: "warning", State.FAILED: "FAILED ", State.SKIPPED: "-      "}


def print_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    """Print all findings and return the exit status: 1 if a check failed."""
    is_well = all(finding.state is not State.FAILED for finding in findings)
    if as_json:
        text = json.dumps({"ok": is_well, "checks": [asdict(finding) for finding in findings]}, indent=2)
        sys.stdout.write(redacted(text) + "\n")
    else:
        _print_lines(findings)
        console().print(
            "No check failed." if is_well else "At least one check failed. Fix the problems above."
        )
    return 0 if is_well else 1


def _print_lines(findings: Sequence[Finding]) -> None:
    for finding in findings:
        line = f"{_MARKS[finding.state]} {finding.check}: {finding.detail}"
        console().print(printable(redacted(line)))
        if finding.remedy is not None:
            console().print(printable(redacted(f"        {finding.remedy}")))
