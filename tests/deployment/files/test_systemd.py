"""The systemd unit: as systemd understands it, and closed as far as it can be."""

import re
import shutil
from pathlib import Path

import pytest

from tests.deployment.files.conftest import DEPLOY, run
from tests.resilience.processes.test_exit_status import NO_USE_TRYING_AGAIN

pytestmark = pytest.mark.deployment_tools

UNIT = DEPLOY / "systemd" / "keydesk.service"
MOST_EXPOSURE = 2.0


def test_systemd_understands_it(tmp_path: Path) -> None:
    """It also looks whether the program is there, so a program is put in its place."""
    unit = tmp_path / "keydesk.service"
    unit.write_text(UNIT.read_text().replace("/opt/keydesk/bin/keydesk", str(shutil.which("true"))))
    assert run("systemd-analyze", "verify", unit).strip() == ""


def test_it_is_started_again_for_as_long_as_it_takes_but_not_with_a_wrong_configuration() -> None:
    said = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert (said["Restart"], said["StartLimitIntervalSec"]) == ("on-failure", "0")
    assert said["RestartPreventExitStatus"] == str(NO_USE_TRYING_AGAIN)


def test_it_is_closed_as_far_as_it_can_be() -> None:
    said = run("systemd-analyze", "security", "--offline=true", UNIT)
    exposure = re.search(r"exposure level for keydesk.service: ([0-9.]+)", said)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSURE
