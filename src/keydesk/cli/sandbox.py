"""`keydesk sandbox`: a LiteLLM-compatible gateway to try things on. It calls no model."""

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
        Address to listen on.
    port
        Port to listen on.
    database
        SQLite file to keep; without one, everything is forgotten at the end.

    """
    config = SandboxConfig(database=database or ":memory:")
    Console().print(
        f"Sandbox gateway on http://{host}:{port}, master key {_shown(config.master_key)}", markup=False
    )
    uvicorn.run(create_sandbox(config), host=host, port=port, log_level="warning")


def _shown(key: SecretStr) -> str:
    """The sandbox's master key opens nothing but the sandbox, so it may be read."""
    return key.get_secret_value()
