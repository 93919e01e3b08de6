"""Builds the packages as a release does, and installs them into clean environments.

Environments are filled from the hash-checked requirements, because the libraries of this environment would hide a
dependency that `pyproject.toml` forgets.
"""

import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keydesk.server.serving import free_port
from tests.deployment.files.conftest import ROOT, run, the_module

HOST = "127.0.0.1"
PYTHONS = os.environ.get("KEYDESK_TEST_PYTHONS", sys.executable).split(os.pathsep)
"""The interpreters on which the packages are installed."""
_START_SECONDS = 120


def build(kind: str, source: Path, folder: Path) -> Path:
    """Build without isolation: requirements/dev.txt has pinned the build backend. A wheel is built without npm."""
    the_module("build")
    command = [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(folder), str(source)]
    path = os.environ["PATH"] if kind == "--sdist" else str(folder)
    ended = subprocess.run(  # noqa: S603 - our own package
        command, env={**os.environ, "PATH": path}, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return next(iter([*folder.glob("*.whl"), *folder.glob("*.tar.gz")]))


@dataclass
class Environments:
    """Clean environments with the wheel, one for each interpreter and set of extras."""

    wheel: Path
    factory: pytest.TempPathFactory
    _made: dict[tuple[str, str], Path] = field(default_factory=dict)

    def base(self, python: str) -> Path:
        """Return the folder of the programs, without any extra."""
        return self._programs(python, "base.txt", "")

    def demo(self, python: str) -> Path:
        return self._programs(python, "server.txt", "[demo]")

    def _programs(self, python: str, requirements: str, extras: str) -> Path:
        """Install the wheel. Its dependencies must be exactly in `requirements`."""
        if (python, extras) not in self._made:
            folder = self.factory.mktemp("environment")
            install = ("pip", "install", "--python", folder / "bin" / "python")
            run("uv", "venv", "--python", python, folder)
            run("uv", *install, "--require-hashes", "--requirement", ROOT / "requirements" / requirements)
            run("uv", *install, "--no-index", f"keydesk{extras} @ {self.wheel.as_uri()}")
            self._made[python, extras] = folder / "bin"
        return self._made[python, extras]


@dataclass(frozen=True)
class Demo:
    """A running `keydesk demo`. `desk` is its address, and `completions` a URL of its gateway."""

    desk: str
    completions: str


@contextmanager
def running_demo(programs: Path) -> Iterator[Demo]:
    ports = ("--port", str(free_port(HOST, 0)), "--gateway-port", str(free_port(HOST, 0)))
    command = [str(programs / "keydesk"), "demo", *ports]
    with subprocess.Popen(command, env={}, cwd=programs, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        deadline = threading.Timer(_START_SECONDS, process.kill)
        deadline.start()
        try:
            said = "".join(itertools.takewhile(lambda line: "/api/litellm/docs" not in line, lines))
            deadline.cancel()
            assert process.poll() is None, said
            (desk,) = re.findall(r"Open (\S+)", said)
            (completions,) = re.findall(r"curl (\S+/v1/chat/completions)", said)
            yield Demo(desk, completions)
        finally:
            process.terminate()
