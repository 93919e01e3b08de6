"""`keydesk sandbox`: runs a LiteLLM-compatible gateway for tests and demos, which calls no model."""

from pathlib import Path

import uvicorn
from pydantic import SecretStr
from rich.console import Console

from keydesk_sandbox import SandboxConfig, create_sandbox


def sandbox(*, host: str = "127.0.0.1", port: int = 4000, database: Path | None = None) -> None:
    """Run the sandbox gateway.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port to listen on.
    database
        The SQLite file. Without a file, data is kept in memory and lost on exit.

    """
    config = SandboxConfig(database=database or ":memory:")
    Console().print(
        f"Sandbox gateway on http://{host}:{port}, master key {_shown(config.master_key)}", markup=False
    )
    uvicorn.run(create_sandbox(config), host=host, port=port, log_level="warning")


def _shown(key: SecretStr) -> str:
    """Return the master key in plain text. It is valid only in the sandbox."""
    return key.get_secret_value()
