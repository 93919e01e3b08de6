"""Without a peer or program, a test is skipped, or fails if the run requires them all (`make real`, CI)."""

import os
import shutil
from typing import NoReturn

import pytest

REQUIRE_REAL = "KEYDESK_REQUIRE_REAL"
CHROMIUM = "KEYDESK_TEST_CHROMIUM"


def real_is_required() -> bool:
    return os.environ.get(REQUIRE_REAL) == "1"


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail if the run requires every peer and program."""
    if real_is_required():
        pytest.fail(f"{reason}, and {REQUIRE_REAL}=1 requires it", pytrace=False)
    pytest.skip(reason)


def variable(name: str) -> str:
    """Return the value of an environment variable that names a peer."""
    return os.environ.get(name) or missing(f"{name} is not set")


def chromium() -> str:
    """Return the path in `KEYDESK_TEST_CHROMIUM`, else that of Chromium on PATH.

    Its headless shell comes first: the same engine without windows and menus, which take most of the time.
    """
    found = os.environ.get(CHROMIUM) or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return found or missing(f"{CHROMIUM} is not set, and chromium is not on PATH")
