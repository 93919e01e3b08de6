"""`keydesk doctor`: looks whether everything the service needs is there, and says how to mend what is not."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from keydesk.cli.config import ConfigFiles
from keydesk.directory.people_file import PeopleFileError
from keydesk.doctor.examination import examine
from keydesk.doctor.finding import Finding, State, failed
from keydesk.kit.redaction import redacted
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.telemetry.logging import configure_logging

_MARKS = {State.OK: "ok     ", State.WARNING: "warning", State.FAILED: "FAILED ", State.SKIPPED: "-      "}


def doctor(files: ConfigFiles = None, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Check the configuration and everything it names; exit with 1 when something would not work.

    Parameters
    ----------
    files
        The configuration, as for `keydesk serve`.
    as_json
        Print one JSON object instead of lines.

    """
    configure_logging(as_json=False, level=logging.CRITICAL)
    sys.exit(report(files, as_json=as_json))


def report(files: ConfigFiles, *, as_json: bool) -> int:
    """Print every finding; the status to end with."""
    try:
        findings = asyncio.run(examine(load_configuration(files)))
    except (SettingsError, PeopleFileError) as error:
        remedy = "See `keydesk config check` and docs/reference/configuration.md."
        findings = [failed("configuration", line, remedy) for line in str(error).splitlines()]
    if as_json:
        _print_json(findings)
    else:
        _print_lines(findings)
    return 0 if _is_well(findings) else 1


def _is_well(findings: Sequence[Finding]) -> bool:
    return all(finding.state is not State.FAILED for finding in findings)


def _print_json(findings: Sequence[Finding]) -> None:
    text = json.dumps(
        {"ok": _is_well(findings), "checks": [asdict(finding) for finding in findings]}, indent=2
    )
    sys.stdout.write(redacted(text) + "\n")


def _print_lines(findings: Sequence[Finding]) -> None:
    console = Console(soft_wrap=True, markup=False, highlight=False)
    for finding in findings:
        console.print(redacted(f"{_MARKS[finding.state]} {finding.check}: {finding.detail}"))
        if finding.remedy is not None:
            console.print(redacted(f"        {finding.remedy}"))
    console.print(
        "Everything the key desk needs is there." if _is_well(findings) else "Something must be mended."
    )
