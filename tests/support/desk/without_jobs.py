"""Hooks of folders whose tests count calls to LiteLLM. No jobs start, because they call it too; they have own tests.

A fixture cannot do this. The desks live for the whole session, and so would it, in the tests of other folders.
"""

import pytest

from keydesk.jobs import periodic

_FIRST_PAUSE_SECONDS = periodic._FIRST_PAUSE_SECONDS


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    periodic._FIRST_PAUSE_SECONDS = 86_400.0


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    periodic._FIRST_PAUSE_SECONDS = _FIRST_PAUSE_SECONDS
