"""A Keydesk with every feature turned on and a sandbox.

The target of the fuzzers. `make fuzz` uses PostgreSQL, which accepts less than SQLite does.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, settings

from keydesk.app import create_app
from tests.api.matrix.callers import PEOPLE
from tests.support.desk.full import full_settings
from tests.support.desk.storage import storage_named
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.sandbox import sandbox_at
from tests.support.upstream.serving import served

EXAMPLES = int(os.environ.get("KEYDESK_FUZZ_EXAMPLES", "0"))
"""The number of requests for each operation and caller; 0 for the few of `make long`."""
FUZZING = settings(
    max_examples=EXAMPLES or 3,
    deadline=None,
    database=None,
    derandomize=not EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@dataclass(frozen=True)
class ServedDesk:
    """`tokens` holds a credential of everyone in the directory, and none for the anonymous caller."""

    url: str
    tokens: dict[str, str | None] = field(repr=False)


@pytest.fixture(scope="session")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with (
        sandbox_at(folder) as sandbox,
        storage_named("postgres" if EXAMPLES else "sqlite", folder) as storage,
        storage.new_database() as database,
    ):
        app = create_app(full_settings(sandbox, database))
        with served(app) as url:
            tokens = {name: app.state.services.demo_tokens.issue(f"user:default/{name}") for name in PEOPLE}
            httpx2.get(f"{url}/api/litellm/health", trust_env=False, verify=CERTIFICATES).raise_for_status()
            wait_for_index(url, tokens["auditor"])
            yield ServedDesk(url, {"anonymous": None, **tokens})


def wait_for_index(url: str, token: str) -> None:
    """Wait until Keydesk has read all keys. Until then, the routes of all keys return 503."""
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(600):
        answer = httpx2.get(
            f"{url}/api/litellm/admin/keys", headers=headers, trust_env=False, verify=CERTIFICATES
        )
        if answer.status_code == 200:
            return
        time.sleep(0.1)
    pytest.fail(f"the index of all keys is not ready: {answer.text}")
