"""The validator of the FinOps Foundation accepts a FOCUS file of a statement."""

import sys
from pathlib import Path

import anyio
import pytest

from tests.deployment.files.conftest import not_installed
from tests.support.desk.storage import STORAGES
from tests.unit.chargeback.conftest import Ledger, ledger
from tests.unit.chargeback.test_files import fill

__all__ = ["ledger"]
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.deployment_tools,
    pytest.mark.skipif(sys.version_info >= (3, 13), reason="focus-validator has no numpy for this Python"),
]


@pytest.mark.parametrize("storage", STORAGES[:1], indirect=True)
async def test_the_validator_accepts_the_file(ledger: Ledger, tmp_path: Path) -> None:
    """The newest validator knows version 1.0. Its rules about 1.0 hold for the columns that 1.2 keeps."""
    await fill(ledger)
    file = tmp_path / "focus.csv"
    file.write_bytes(await ledger.file("2026-03", "focus"))
    tool = Path(sys.prefix) / "focus" / "bin" / "focus-validator"
    if not tool.exists():
        not_installed("focus-validator")
    # The validator finds its list of currencies below the folder in which it runs.
    (packages,) = tool.parents[1].glob("lib/python*/site-packages")
    command = [str(tool), "--data-file", str(file), "--validate-version", "1.0"]
    checked = await anyio.run_process(command, check=False, cwd=packages)
    said = (checked.stdout + checked.stderr).decode()
    assert checked.returncode == 0, said
    assert "FAILED" not in said.upper(), said
