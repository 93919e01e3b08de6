"""Gemini CLI: `settings.json`, and variables in its own `.env`. The gateway must offer Gemini's API."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import FileEdit, Given, Overriding, Plan, Tool, flattened


def plan(places: Places, given: Given) -> Plan:
    folder = places.moved("GEMINI_CLI_HOME", places.home) / ".gemini"
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}}, "model": {"name": given.model}}
    variables = {
        "GEMINI_API_KEY": given.secret,
        "GOOGLE_GEMINI_BASE_URL": given.gateway,
        "GEMINI_API_KEY_AUTH_MECHANISM": "bearer",
    }
    return Plan(
        (
            FileEdit(folder / "settings.json", "jsonc", tuple(flattened(settings))),
            FileEdit(
                folder / ".env",
                "env",
                tuple(flattened(variables, secrets=("GEMINI_API_KEY",))),
                is_private=True,
            ),
        ),
        (
            "Gemini CLI reads the key only in folders that you trust. It asks you about each.",
            "Without a terminal, set the variable GEMINI_CLI_TRUST_WORKSPACE=true for that.",
        ),
    )


TOOL = Tool(
    "gemini",
    "Gemini CLI",
    plan,
    start="gemini",
    prefers="gemini",
    overriding=Overriding(keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"), addresses=("GOOGLE_GEMINI_BASE_URL",)),
)
