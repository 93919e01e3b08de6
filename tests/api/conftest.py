"""Keydesk in front of a sandbox gateway that counts calls and can be made to fail."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete

from keydesk.storage.tables import audit_open_intents
from tests.support.desk.configuring import SECRET, Surroundings
from tests.support.desk.desk import Desk, SignIn, Visitor, open_desk
from tests.support.desk.migrated import migrated
from tests.support.desk.people import Scene
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.desk.without_jobs import pytest_runtest_setup, pytest_runtest_teardown
from tests.support.upstream.address import Upstream
from tests.support.upstream.sandbox import sandbox_at

__all__ = ["pytest_runtest_setup", "pytest_runtest_teardown"]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    with sandbox_at(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture(scope="module")
def own_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """A gateway without the keys of other tests, for jobs and commands that read or change all keys."""
    with sandbox_at(tmp_path_factory.mktemp("own-sandbox")) as found:
        yield found


@pytest.fixture
def config(own_sandbox: Upstream, tmp_path: Path) -> Path:
    """The configuration file of commands. They change `own_sandbox`."""
    sections = {
        "litellm": {"baseUrl": own_sandbox.url, "masterKey": own_sandbox.master_key},
        "secret": SECRET,
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "demo": {"enabled": True},
    }
    path = tmp_path / "keydesk.yaml"
    path.write_text(json.dumps(sections))
    return path


@pytest.fixture(scope="session")
def control(sandbox: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(sandbox.url, sandbox.master_key) as http:
        yield SandboxControl(http)


@pytest.fixture(scope="session")
def surroundings(sandbox: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    database = tmp_path_factory.mktemp("desk") / "keydesk.db"
    return Surroundings(sandbox, f"sqlite:///{database}")


@pytest.fixture(scope="session")
async def desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    async with open_desk(surroundings.settings()) as desk:
        yield desk


@pytest.fixture
def no_open_intents(surroundings: Surroundings) -> None:
    """Close the open intents of earlier tests: while one is open, Keydesk does not trust its cache."""
    engine = create_engine(migrated(surroundings.database_url))
    with engine.begin() as connection:
        connection.execute(delete(audit_open_intents))
    engine.dispose()


@pytest.fixture
def sign_in(desk: Desk, scene: Scene) -> SignIn:
    async def signed_in(name: str) -> Visitor:
        return await desk.sign_in(scene.user_id(name))

    return signed_in
