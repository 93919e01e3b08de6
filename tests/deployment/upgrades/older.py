"""An older release to run beside this one: a revision of this repository, or one that is installed elsewhere.

KEYDESK_OLDER_PYTHON names the Python of an environment with an older Keydesk in it; KEYDESK_OLDER_REVISION a revision
of git, which then runs on the libraries of this environment. Without either it is the last release, by its tag.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.desk.office import Office

ROOT = Path(__file__).parents[3]
PYTHON, REVISION = "KEYDESK_OLDER_PYTHON", "KEYDESK_OLDER_REVISION"


@dataclass(frozen=True)
class Release:
    """`sources` is where its package is imported from; empty is wherever its Python finds it."""

    python: str
    sources: str

    def office(self, other: Office) -> Office:
        """The same desk, run by this release."""
        return replace(
            other, python=self.python, environment=other.environment | {"PYTHONPATH": self.sources}
        )

    def knows(self, module: str) -> bool:
        """Whether it has this module."""
        command = [self.python, "-c", f"import {module}"]
        environment = {**os.environ, "PYTHONPATH": self.sources}
        return subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0  # noqa: S603 - the releases under test

    def newest_revision(self) -> str:
        """Of its schema."""
        said = "from keydesk.storage.migrate import newest_revision; print(newest_revision())"
        environment = {**os.environ, "PYTHONPATH": self.sources}
        ended = subprocess.run([self.python, "-c", said], env=environment, check=True, capture_output=True)  # noqa: S603 - as above
        return ended.stdout.decode().strip()


THIS = Release(sys.executable, str(ROOT / "src"))


def older_release(folder: Path) -> Release:
    """The one of the environment, its sources put into `folder`; the test is skipped where there is none."""
    if python := os.environ.get(PYTHON):
        return Release(python, "")
    revision = os.environ.get(REVISION) or _last_tag()
    if revision is None:
        pytest.skip(f"there is no earlier release yet, and neither {REVISION} nor {PYTHON} names one")
    packed = folder / "older.tar"
    _git("archive", f"--output={packed}", revision, "src")
    shutil.unpack_archive(packed, folder / "older", filter="data")
    return Release(sys.executable, str(folder / "older" / "src"))


def _last_tag() -> str | None:
    """None also where this is no checkout, or none that git wants to read."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return None
    ended = _git("tag", "--list", "v*", "--sort=-version:refname", check=False)
    return next(iter(ended.split()), None)


def _git(*arguments: str, check: bool = True) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout  # noqa: S603 - our own repository
