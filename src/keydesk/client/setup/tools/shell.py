"""Texts for a shell: variables of the common SDKs, and a request with curl. They run a command for the key."""

import json
import shlex

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Given, Plan, Tool


def environment(gateway: str) -> dict[str, str]:
    """Return the variables with the gateway's addresses."""
    return {"OPENAI_BASE_URL": f"{gateway}/v1", "ANTHROPIC_BASE_URL": gateway}


KEYS = ("OPENAI_API_KEY", "ANTHROPIC_AUTH_TOKEN")
"""The variables with the key."""


def exported(values: dict[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def hello(model: str) -> str:
    """Return the body of a small request as JSON."""
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello"}]})


def _env(_places: Places, given: Given) -> Plan:
    command = shlex.join(given.command)
    lines = [exported(environment(given.gateway)), *(f'export {name}="$({command})"' for name in KEYS)]
    return Plan(printed="\n".join(lines) + "\n")


def _curl(_places: Places, given: Given) -> Plan:
    """The key comes through standard input: an argument would be in the list of processes."""
    request = [
        "curl", "-H", "@-", "-H", "Content-Type: application/json",
        "-d", hello(given.model), f"{given.base}/chat/completions",
    ]  # fmt: skip
    header = "sed 's/^/Authorization: Bearer /'"
    return Plan(printed=f"{shlex.join(given.command)} | {header} |\n  {shlex.join(request)}\n")


ENV = Tool("env", "environment variables", _env, has_helper=True)
CURL = Tool("curl", "curl", _curl, has_helper=True)
