"""The systemd unit: as systemd understands it, and closed as far as it can be."""

import re
import shutil
from pathlib import Path

import pytest

from tests.deployment.conftest import DEPLOY, run

pytestmark = pytest.mark.deployment_tools

UNIT = DEPLOY / "systemd" / "keydesk.service"
MOST_EXPOSURE = 2.0


def test_systemd_understands_it(tmp_path: Path) -> None:
    """It also looks whether the program is there, so a program is put in its place."""
    unit = tmp_path / "keydesk.service"
    unit.write_text(UNIT.read_text().replace("/opt/keydesk/bin/keydesk", str(shutil.which("true"))))
    assert run("systemd-analyze", "verify", unit).strip() == ""


def test_it_is_closed_as_far_as_it_can_be() -> None:
    said = run("systemd-analyze", "security", "--offline=true", UNIT)
    exposure = re.search(r"exposure level for keydesk.service: ([0-9.]+)", said)
    assert exposure is not None
    assert float(exposure[1]) <= MOST_EXPOSURE
