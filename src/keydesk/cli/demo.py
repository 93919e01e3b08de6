"""`keydesk demo`: the key desk and a sandbox gateway with sample people and months of usage, on this machine only."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel

from keydesk.app import create_app
from keydesk.cli.demo_people import demo_people
from keydesk.cli.serving import free_port, server_for, started
from keydesk.observability.logging import configure_logging
from keydesk.sandbox import SandboxConfig, create_sandbox
from keydesk.sandbox.seed import seed_demo
from keydesk.settings import Settings
from keydesk.settings_file import load_settings

_HOST = "127.0.0.1"


def demo(*, port: int = 8000, gateway_port: int = 4000) -> None:
    """Try the key desk: nothing to configure, nothing kept. Ctrl-C ends it.

    Parameters
    ----------
    port
        Where the key desk listens; another one is taken if this is in use.
    gateway_port
        Where the sandbox gateway listens; likewise.

    """
    configure_logging(as_json=False, level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="keydesk-demo-") as folder:
        asyncio.run(_run(Path(folder), free_port(_HOST, port), free_port(_HOST, gateway_port)))


async def _run(folder: Path, port: int, gateway_port: int) -> None:
    config = SandboxConfig(database=folder / "sandbox.db")
    gateway = create_sandbox(config)
    settings = _settings(folder, config, port, gateway_port)
    console = Console()
    with console.status("Writing 120 days of sample usage"):
        gateway_running = await started(server_for(gateway, _HOST, gateway_port))
        await seed_demo(gateway)
    desk_running = await started(server_for(create_app(settings), _HOST, port))
    console.print(_welcome(port, gateway_port))
    await asyncio.gather(gateway_running, desk_running)


def _settings(folder: Path, config: SandboxConfig, port: int, gateway_port: int) -> Settings:
    sections: dict[str, Any] = {
        "litellm": {
            "base_url": f"http://{_HOST}:{gateway_port}",
            "master_key": config.master_key,
            "key_generation": {"team_required": False},
        },
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "server": {"host": _HOST, "port": port},
        "demo": {"enabled": True},
        "directory": {"people": demo_people()},
    }
    return load_settings(None, **sections)


def _welcome(port: int, gateway_port: int) -> Panel:
    desk, gateway = f"http://{_HOST}:{port}", f"http://{_HOST}:{gateway_port}"
    text = f"""[bold]Open {desk}[/bold] and choose who to be. Ctrl-C ends the demo.

Or from a shell, with curl and jq:

TOKEN=$(curl -s {desk}/api/litellm/demo/sign-in --json '{{"person": "jane"}}' | jq -r .token)
KEY=$(curl -s {desk}/api/litellm/keys/generate -H "Authorization: Bearer $TOKEN" \\
  --json '{{"alias": "my-first-key", "max_budget": 5}}' | jq -r .key)
curl -s {gateway}/v1/chat/completions -H "Authorization: Bearer $KEY" \\
  --json '{{"model": "gpt-4o-mini", "messages": [{{"role": "user", "content": "Hello"}}]}}'
curl -s {desk}/api/litellm/usage -H "Authorization: Bearer $TOKEN" | jq .total_spend

The API is described at {desk}/api/litellm/openapi.json"""
    return Panel(text, title="Keydesk demo: sample people, no real models", width=104)
