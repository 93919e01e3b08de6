"""A Backstage that knows all people, and the figures at the end of the run."""

from collections.abc import Iterator

import pytest

from keydesk.kit.clock import utc_now
from tests.resilience.crowds.crowd import FIGURES
from tests.support.peers.backstage import Backstage
from tests.support.peers.server import running_server
from tests.unit.auth.peers import StillClock


@pytest.fixture
def backstage() -> Iterator[Backstage]:
    """Its tokens are valid now, for processes with the real clock."""
    with running_server() as backend, running_server() as catalog_backend:
        yield Backstage(StillClock(utc_now()), backend, catalog_backend)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = terminalreporter.stats.get("passed", [])
    figures = [
        value
        for report in passed
        for name, value in getattr(report, "user_properties", [])
        if name == FIGURES
    ]
    if figures:
        terminalreporter.section("crowds")
    for line in figures:
        terminalreporter.write_line(str(line))
