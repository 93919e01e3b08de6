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


def command_line(places: Places, given: Given) -> str:
    """Return the command that prints the key, for a terminal of this system."""
    if places.has_powershell:
        return f"& {' '.join(map(_for_powershell, given.command))}"
    return shlex.join(given.command)


def _for_powershell(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _env(places: Places, given: Given) -> Plan:
    command = command_line(places, given)
    if places.has_powershell:
        values = environment(given.gateway).items()
        lines = [f"$env:{name} = {_for_powershell(value)}" for name, value in values]
        return Plan(printed="\n".join([*lines, *(f"$env:{name} = {command}" for name in KEYS)]) + "\n")
    lines = [exported(environment(given.gateway)), *(f'export {name}="$({command})"' for name in KEYS)]
    return Plan(printed="\n".join(lines) + "\n")


def _curl(places: Places, given: Given) -> Plan:
    """Return a request. An argument with the key would be in the list of processes, so curl reads it from its input."""
    if places.has_powershell:
        return Plan(printed=_in_powershell(places, given))
    request = [
        "curl", "-H", "@-", "-H", "Content-Type: application/json",
        "-d", hello(given.model), f"{given.base}/chat/completions",
    ]  # fmt: skip
    header = "sed 's/^/Authorization: Bearer /'"
    return Plan(printed=f"{command_line(places, given)} | {header} |\n  {shlex.join(request)}\n")


def _in_powershell(places: Places, given: Given) -> str:
    url, body = _for_powershell(f"{given.base}/chat/completions"), _for_powershell(hello(given.model))
    header = f'@{{ Authorization = "Bearer $({command_line(places, given)})" }}'
    options = f"-Method Post -ContentType application/json -Headers {header}"
    return f"Invoke-RestMethod {url} {options} `\n  -Body {body}\n"


ENV = Tool("env", "environment variables", _env, has_helper=True)
CURL = Tool("curl", "curl", _curl, has_helper=True)
