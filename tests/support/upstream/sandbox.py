"""Starts the sandbox gateway for the contract tests: a server in this process with a temporary file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from tests.support.upstream.address import Upstream
from tests.support.upstream.serving import served

MASTER_KEY = "sk-contract-tests"


@contextmanager
def sandbox_at(folder: Path) -> Iterator[Upstream]:
    """Serve a new sandbox with its database in `folder`."""
    from keydesk_sandbox import SandboxConfig, create_sandbox  # noqa: PLC0415 - a real-only run needs no sandbox

    app = create_sandbox(SandboxConfig(database=folder / "sandbox.db", master_key=SecretStr(MASTER_KEY)))
    with served(app) as url:
        yield Upstream("sandbox", url, MASTER_KEY)
