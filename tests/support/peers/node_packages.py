"""Installs npm packages for tests: those of a lock file, once, into an ignored folder beside it."""

import shutil
import subprocess
from pathlib import Path

from tests.support.required import missing


def installed_packages(folder: Path) -> Path:
    """Return the folder's `node_modules`. Without Node, the test is skipped, or fails if the run requires it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("node and npm are not on PATH")
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".installed"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([npm, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command line
        stamp.write_bytes(lock.read_bytes())
    return folder / "node_modules"
