"""Importing settings is fast: it imports nothing that serving needs."""

import subprocess
import sys

import pytest

HEAVY = [
    "fastapi",
    "starlette",
    "sqlalchemy",
    "structlog",
    "httpx2",
    "rich",
    "pydantic_settings",
    "uvicorn",
    "keydesk.app",
]


@pytest.mark.parametrize(
    ("module", "unwanted"), [("keydesk.settings", [*HEAVY, "yaml"]), ("keydesk.settings.loading", HEAVY)]
)
def test_importing_settings_loads_few_modules(module: str, unwanted: list[str]) -> None:
    code = f"import sys, {module}; print(*(name for name in {unwanted!r} if name in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert found.stdout.split() == []
