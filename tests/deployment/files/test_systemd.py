"""The systemd unit: valid for systemd, and sandboxed as far as possible."""

import re
import shutil
from pathlib import Path

import pytest

from tests.deployment.files.conftest import DEPLOY, run
from tests.resilience.processes.test_exit_status import NO_USE_TRYING_AGAIN

pytestmark = pytest.mark.deployment_tools

UNIT = DEPLOY / "systemd" / "keydesk.service"
MOST_EXPOSURE = 2.0


def test_the_unit_is_valid(tmp_path: Path) -> None:
    """systemd-analyze also checks that the program exists, so the test creates one."""
    unit = tmp_path / "keydesk.service"
    unit.write_text(UNIT.read_text().replace("/opt/keydesk/bin/keydesk", str(shutil.which("true"))))
    assert run("systemd-analyze", "verify", unit).strip() == ""


def test_it_restarts_after_a_failure_but_not_with_an_invalid_configuration() -> None:
    said = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert (said["Restart"], said["StartLimitIntervalSec"]) == ("on-failure", "0")
    assert said["RestartPreventExitStatus"] == str(NO_USE_TRYING_AGAIN)


def test_it_is_sandboxed_as_far_as_possible() -> None:
    said = run("systemd-analyze", "security", "--offline=true", UNIT)
    exposure = re.search(r"exposure level for keydesk.service: ([0-9.]+)", said)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSURE
