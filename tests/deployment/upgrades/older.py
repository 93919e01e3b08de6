"""An older release to run beside this one.

A revision of this repository, or an installed one. KEYDESK_OLDER_PYTHON is the Python of an environment with an older
Keydesk, KEYDESK_OLDER_REVISION a revision of git, which runs on the libraries of this environment. Without either it
is the last release in docs/contributing/releasing.md.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.desk.office import Office

ROOT = Path(__file__).parents[3]
RELEASES = ROOT / "docs" / "contributing" / "releasing.md"
PYTHON, REVISION = "KEYDESK_OLDER_PYTHON", "KEYDESK_OLDER_REVISION"


@dataclass(frozen=True)
class Release:
    """`sources` is the folder of its package. Empty means the installed package of its Python."""

    python: str
    sources: str

    def office(self, other: Office) -> Office:
        """Return the same Keydesk, run by this release."""
        return replace(
            other, python=self.python, environment=other.environment | {"PYTHONPATH": self.sources}
        )

    def knows(self, module: str) -> bool:
        """Return whether it has this module."""
        command = [self.python, "-c", f"import {module}"]
        environment = {**os.environ, "PYTHONPATH": self.sources}
        return subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0  # noqa: S603 - the releases under test

    def newest_revision(self) -> str:
        """Return the newest revision of its schema."""
        said = "from keydesk.storage.migrate import newest_revision; print(newest_revision())"
        environment = {**os.environ, "PYTHONPATH": self.sources}
        ended = subprocess.run([self.python, "-c", said], env=environment, check=True, capture_output=True)  # noqa: S603 - as above
        return ended.stdout.decode().strip()


THIS = Release(sys.executable, str(ROOT / "src"))


def older_release(folder: Path) -> Release:
    """Return the older release, with its sources in `folder`."""
    if python := os.environ.get(PYTHON):
        return Release(python, "")
    revision = os.environ.get(REVISION) or last_release()
    packed = folder / "older.tar"
    command = ["git", "-C", str(ROOT), "archive", f"--output={packed}", revision, "src"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own repository
    if ended.returncode != 0:
        pytest.fail(
            f"git cannot read {revision}; a shallow clone needs `git fetch --unshallow`: {ended.stderr}"
        )
    shutil.unpack_archive(packed, folder / "older", filter="data")
    return Release(sys.executable, str(folder / "older" / "src"))


def last_release() -> str:
    """Return the commit in the last row of the table of releases."""
    rows: list[str] = re.findall(
        r"^\| \d+\.\d+\.\d+ \| `([0-9a-f]{40})` \|", RELEASES.read_text(), re.MULTILINE
    )
    return rows[-1]
