"""The checks of `keydesk doctor` on the server: everything that the service depends on."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from keydesk.cli.findings import print_findings
from keydesk.doctor.examination import examine
from keydesk.doctor.finding import failed
from keydesk.kit.certificates import CertificatesError
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.people_file import PeopleFileError
from keydesk.telemetry.logging import configure_logging


def report(files: Sequence[Path] | None, *, as_json: bool) -> int:
    """Print all findings and return the exit status."""
    configure_logging(as_json=False, level=logging.CRITICAL)
    try:
        findings = asyncio.run(examine(load_configuration(files)))
    except (SettingsError, PeopleFileError, CertificatesError) as error:
        remedy = "Correct the setting (docs/reference/configuration.md), then run `keydesk config check`."
        findings = [failed("configuration", line, remedy) for line in str(error).splitlines()]
    return print_findings(findings, as_json=as_json)
