"""A served desk with every feature turned on, over a sandbox: what the fuzzers are let loose on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from keydesk.app import create_app
from tests.api.matrix.callers import PEOPLE
from tests.desk.full import full_settings
from tests.upstream.sandbox import sandbox_at
from tests.upstream.serving import served


@dataclass(frozen=True)
class ServedDesk:
    """`tokens` holds a credential of everybody in the directory, and none of the anonymous caller."""

    url: str
    tokens: dict[str, str | None] = field(repr=False)


@pytest.fixture(scope="session")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with sandbox_at(folder) as sandbox:
        app = create_app(full_settings(sandbox, f"sqlite:///{folder / 'keydesk.db'}"))
        with served(app) as url:
            tokens = {name: app.state.demo_tokens.issue(f"user:default/{name}") for name in PEOPLE}
            httpx2.get(f"{url}/api/litellm/health", trust_env=False).raise_for_status()
            yield ServedDesk(url, {"anonymous": None, **tokens})
