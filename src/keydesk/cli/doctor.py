"""`keydesk doctor`: checks everything that the service depends on, and says how to fix problems."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from keydesk.cli.config import ConfigFiles
from keydesk.cli.printable import console
from keydesk.doctor.examination import examine
from keydesk.doctor.finding import Finding, State, failed
from keydesk.kit.certificates import CertificatesError
from keydesk.kit.redaction import redacted
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.people_file import PeopleFileError
from keydesk.telemetry.logging import configure_logging

_MARKS = {State.OK: "ok     ", State.WARNING: "warning", State.FAILED: "FAILED ", State.SKIPPED: "-      "}


def doctor(files: ConfigFiles = None, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Check the configuration and everything it refers to. Exit with status 1 if a check fails.

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    as_json
        Print one JSON object instead of text.

    """
    configure_logging(as_json=False, level=logging.CRITICAL)
    sys.exit(report(files, as_json=as_json))


def report(files: ConfigFiles, *, as_json: bool) -> int:
    """Print all findings and return the exit status."""
    try:
        findings = asyncio.run(examine(load_configuration(files)))
    except (SettingsError, PeopleFileError, CertificatesError) as error:
        remedy = "Correct the setting (docs/reference/configuration.md), then run `keydesk config check`."
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
    for finding in findings:
        console().print(redacted(f"{_MARKS[finding.state]} {finding.check}: {finding.detail}"))
        if finding.remedy is not None:
            console().print(redacted(f"        {finding.remedy}"))
    console().print(
        "No check failed." if _is_well(findings) else "At least one check failed. Fix the problems above."
    )
