"""`keydesk demo`: the key desk and a sandbox gateway with sample people and months of usage, on this machine only."""

import asyncio
import logging
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from rich.console import Console

from keydesk.app import create_app
from keydesk.keys.models import KeyRequest
from keydesk.kit.people import Person
from keydesk.server.serving import free_port, server_for, started
from keydesk.settings import Settings
from keydesk.settings.loading import load_settings
from keydesk.telemetry.logging import configure_logging
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.seed import seed_demo, seed_objects

_HOST = "127.0.0.1"
_ADMINS = "group:default/litellm-admins"
_TEAM_ADMINS = "group:default/litellm-team-admins"
_TEAM_CHANGES = ("create", "manage", "delete", "members.manage", "knowledgebase.manage", "mcp.manage")


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
    desk = create_app(_settings(folder, config, port, gateway_port))
    console = Console()
    with console.status("Writing 120 days of sample usage"):
        gateway_running = await started(server_for(gateway, _HOST, gateway_port))
        await seed_demo(gateway)
        await seed_objects(gateway)
        desk_running = await started(server_for(desk, _HOST, port))
        secret = await _first_key(desk)
    print(_welcome(f"http://{_HOST}:{port}", f"http://{_HOST}:{gateway_port}", secret), flush=True)  # noqa: T201 - to copy from
    await asyncio.gather(gateway_running, desk_running)


async def _first_key(desk: FastAPI) -> str:
    """A key of Jane's, so that the printed line works as it is."""
    jane = Person("user:default/jane")
    request = KeyRequest(alias="demo-shell", max_budget=5.0, duration="1d")
    issued = await desk.state.services.keys.issuer.issue(
        jane, await desk.state.services.accounts.of(jane), request
    )
    return str(issued.key)


def _settings(folder: Path, config: SandboxConfig, port: int, gateway_port: int) -> Settings:
    sections: dict[str, Any] = {
        "litellm": {
            "base_url": f"http://{_HOST}:{gateway_port}",
            "master_key": config.master_key,
            **demo_rules(),
        },
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "server": {"host": _HOST, "port": port},
        "demo": {"enabled": True},
        "directory": {"people": demo_people()},
        "grants": demo_grants(),
    }
    return load_settings(None, **sections)


def _welcome(desk: str, gateway: str, secret: str) -> str:
    return f"""
Keydesk demo: sample people, a sandbox gateway, no real models. Ctrl-C ends it.

  Open {desk} and choose who to be.

Call the gateway with a fresh key of Jane's, then see its spend at {desk} (it takes a second):

  curl {gateway}/v1/chat/completions -H 'Authorization: Bearer {secret}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"model": "gpt-4o-mini", "messages": [{{"role": "user", "content": "Hello"}}]}}'

The same without a browser: sign in, and ask the API with the token it answers.

  curl {desk}/api/litellm/demo/sign-in -H 'Content-Type: application/json' -d '{{"person": "jane"}}'
  curl {desk}/api/litellm/usage -H 'Authorization: Bearer TOKEN'

The API is described at {desk}/api/litellm/openapi.json
"""


def demo_people() -> list[dict[str, Any]]:
    """The configuration's `directory.people`."""
    return [
        _person("jane", "Jane Doe", "litellm-admins", "litellm-team-admins"),
        _person("bob", "Bob Baker"),
        _person("alice", "Alice Archer"),
        _person("carol", "Carol Chen"),
        _person("dave", "Dave Dunn"),
        _person("newbie", "New Bie", "ai-power-users"),
    ]


def _person(name: str, display_name: str, *groups: str) -> dict[str, Any]:
    return {"ref": name, "display_name": display_name, "email": f"{name}@example.com", "groups": groups}


def demo_rules() -> dict[str, Any]:
    """What the configuration's `litellm` has of rules."""
    return {
        "key_generation": {"team_required": False},
        "audit": {"group": _ADMINS},
        "team_admin": {
            "group": [_TEAM_ADMINS],
            "allowed_models": ["gpt-4o-mini", "gpt-4o", "claude-sonnet"],
            "allowed_model_access_groups": ["basic"],
            "allowed_vector_stores": ["handbook"],
            "allowed_mcp_servers": ["search"],
            "allow_team_delete": True,
            "object_permissions": {"enabled": True},
        },
        "provisioning": {"roles": [{"group": "ai-power-users", "max_budget": 50.0}]},
    }


def demo_grants() -> dict[str, list[str]]:
    """The configuration's `grants`."""
    return {f"litellm.team.{change}": [_TEAM_ADMINS] for change in _TEAM_CHANGES}
