"""The Backstage plugin that Keydesk is compared with, on Express, as a process; npm installs it on first use.

Its bearer token is the name of the person: `reference/server.js` says which Backstage services are stand-ins.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.desk import API
from benchmarks.peers.processes import HOST, Running, free_port, running
from benchmarks.peers.upstream import Upstream

_FOLDER = Path(__file__).resolve().parent.parent / "reference"
_LOCK = _FOLDER / "package-lock.json"
_INSTALLED = _FOLDER / "node_modules" / ".installed.json"


def versions() -> dict[str, str]:
    """Return the versions of the plugin, of Express and of Node.js, or nothing without Node.js."""
    if not is_possible():
        return {}
    packages = json.loads(_LOCK.read_text(encoding="utf-8"))["packages"]
    names = ("@acarmisc/backstage-plugin-litellm-backend", "express")
    node = subprocess.run(["node", "--version"], capture_output=True, check=True, text=True).stdout.strip()  # noqa: S607 - the one on the path
    return {name: packages[f"node_modules/{name}"]["version"] for name in names} | {"Node.js": node[1:]}


def is_possible() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


@contextmanager
def reference(upstream: Upstream, folder: Path) -> Iterator[Running | None]:
    """Run it during the block; yield None without Node.js."""
    if not is_possible():
        yield None
        return
    _install()
    port = free_port()
    litellm = {"baseUrl": upstream.url, "masterKey": upstream.master_key, "provisioning": {"enabled": True}}
    file = folder / f"reference-{port}.json"
    file.write_text(
        json.dumps({"host": HOST, "port": port, "config": {"litellm": litellm}}), encoding="utf-8"
    )
    with running(["node", str(_FOLDER / "server.js"), str(file)], port, f"{API}/health") as program:
        yield program


def _install() -> None:
    if _INSTALLED.exists() and _INSTALLED.read_bytes() == _LOCK.read_bytes():
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=_FOLDER, check=True)
    shutil.copyfile(_LOCK, _INSTALLED)
