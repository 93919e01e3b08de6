"""The deployment files and the tools that check them; docs/contributing/testing.md lists tools and sources."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import yaml

from tests.support.required import missing

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"


def the_tool(name: str) -> str:
    """Return the path of a program. Without it, the test is skipped, or fails if the run requires it."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or not_installed(name)


def the_module(name: str) -> Any:
    """Return a module of requirements/deployment.txt."""
    if importlib.util.find_spec(name) is None:
        not_installed(name)
    return importlib.import_module(name)


def not_installed(name: str) -> NoReturn:
    missing(f"{name} is not installed (make deployment)")


def run(tool: str, *arguments: str | Path) -> str:
    """Return the output of a tool about our files, which must pass."""
    command = [the_tool(tool), *map(str, arguments)]
    ended = subprocess.run(  # noqa: S603 - the tools named here, on our own files
        command, check=False, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


def documents(text: str) -> list[dict[str, Any]]:
    """Return the YAML documents of a text that are not empty."""
    return [document for document in yaml.safe_load_all(text) if document]
