"""`keydesk demo`: Keydesk and a sandbox gateway with sample people and four months of usage, on this machine only."""

import asyncio
import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from rich.console import Console

from keydesk.app import create_app
from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.chargeback.policy import month_of
from keydesk.keys.models import KeyRequest
from keydesk.kit.clock import utc_now
from keydesk.kit.people import Person
from keydesk.kit.request_kind import RequestKind
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
    """Try Keydesk without any configuration. All data is deleted when you press Ctrl-C.

    Parameters
    ----------
    port
        The port of Keydesk. If it is in use, another port is chosen.
    gateway_port
        The port of the sandbox gateway. If it is in use, another port is chosen.

    """
    configure_logging(as_json=False, level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="keydesk-demo-") as folder:
        asyncio.run(_run(Path(folder), free_port(_HOST, port), free_port(_HOST, gateway_port)))


async def _run(folder: Path, port: int, gateway_port: int) -> None:
    config = SandboxConfig(database=folder / "sandbox.db")
    gateway = create_sandbox(config)
    desk = create_app(_settings(folder, config, port, gateway_port))
    console = Console()
    with console.status("Creating 120 days of sample usage"):
        gateway_running = await started(server_for(gateway, _HOST, gateway_port))
        await seed_demo(gateway)
        await seed_objects(gateway)
        desk_running = await started(server_for(desk, _HOST, port))
        await _adopt_sample_keys(desk)
        secret = await _first_key(desk)
    print(_welcome(f"http://{_HOST}:{port}", f"http://{_HOST}:{gateway_port}", secret), flush=True)  # noqa: T201 - to copy
    await asyncio.gather(gateway_running, desk_running)


async def _adopt_sample_keys(desk: FastAPI) -> None:
    """Adopt the keys of the sandbox, except one that can manage the gateway, which shows what adopting changes."""
    adoption = desk.state.services.key_adoption
    async for page in adoption.pages():
        for found in page.foreign:
            if found.left_alone is None and not found.changes:
                await adoption.adopt(SYSTEM_ACTOR, found)


async def _first_key(desk: FastAPI) -> str:
    """Create a key for Jane, so that the printed command works unchanged."""
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
        "requests": demo_requests(),
        "chargeback": demo_statements(),
    }
    return load_settings(None, **sections)


def _welcome(desk: str, gateway: str, secret: str) -> str:
    return f"""
Keydesk demo with sample people and a sandbox gateway that calls no real models. Press Ctrl-C to stop.

  Open {desk} and choose a person.

Call the gateway with a new key that belongs to Jane. After a second, {desk} shows its spend:

  curl {gateway}/v1/chat/completions -H 'Authorization: Bearer {secret}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"model": "gpt-4o-mini", "messages": [{{"role": "user", "content": "Hello"}}]}}'

To use the API, sign in and send the token from the response:

  curl {desk}/api/litellm/demo/sign-in -H 'Content-Type: application/json' -d '{{"person": "jane"}}'
  curl {desk}/api/litellm/usage -H 'Authorization: Bearer TOKEN'

The API reference is at {desk}/api/litellm/docs
"""


_RESEARCH, _SUPPORT = {"department": "Research"}, {"department": "Support"}


def demo_people() -> list[dict[str, Any]]:
    """Return the setting `directory.people`."""
    return [
        _person("jane", "Jane Doe", "litellm-admins", "litellm-team-admins"),
        _person("bob", "Bob Baker") | {"cost_center": "4711 Research", "labels": _RESEARCH},
        _person("alice", "Alice Archer") | {"cost_center": "4712 Support", "labels": _SUPPORT},
        _person("carol", "Carol Chen"),
        _person("dave", "Dave Dunn"),
        _person("newbie", "New Bie", "ai-power-users"),
    ]


def _person(name: str, display_name: str, *groups: str) -> dict[str, Any]:
    return {"ref": name, "display_name": display_name, "email": f"{name}@example.com", "groups": groups}


def demo_rules() -> dict[str, Any]:
    """Return the rules in the section `litellm`."""
    return {
        "key_generation": {"team_required": False, "service_keys": True},
        "audit": {"group": _ADMINS, "key_admin_group": _ADMINS},
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


def demo_requests() -> dict[str, Any]:
    """Return the setting `requests`."""
    return {
        "enabled": True,
        "approver_groups": [_ADMINS],
        "second_approval_above_usd": 500.0,
        "kinds": [*RequestKind],
    }


def demo_statements() -> dict[str, Any]:
    """Return the section `chargeback`. The sample usage of the previous month is a closed statement."""
    before = utc_now().date().replace(day=1) - timedelta(days=1)
    return {
        "enabled": True,
        "first_month": month_of(before),
        "close_after_days": 1,
        "labels": ["department"],
        "cost_centers": {"groups": [{"group": "litellm-admins", "cost_center": "4700 Platform"}]},
    }


def demo_grants() -> dict[str, list[str]]:
    """Return the setting `grants`."""
    return {f"litellm.team.{change}": [_TEAM_ADMINS] for change in _TEAM_CHANGES}
