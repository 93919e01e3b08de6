"""Claude Code: `settings.json` of the person. It runs a helper for the key, and needs no `/v1` in the address.

It ignores a file with comments or trailing commas without saying so (2.1.197), so such a file is refused.
"""

import shlex
import subprocess
from pathlib import Path

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import FileEdit, Given, Overriding, Plan, Tool, flattened

_FAMILIES = ("opus", "sonnet", "haiku", "fable")
_REFRESH_MS = "300000"


def settings_file(places: Places) -> Path:
    return places.moved("CLAUDE_CONFIG_DIR", places.home / ".claude") / "settings.json"


def plan(places: Places, given: Given) -> Plan:
    settings = {
        "apiKeyHelper": _helper(places, given),
        "env": {
            "ANTHROPIC_BASE_URL": given.gateway,
            "ANTHROPIC_MODEL": given.model,
            **{f"ANTHROPIC_DEFAULT_{family.upper()}_MODEL": _of(family, given) for family in _FAMILIES},
            "CLAUDE_CODE_API_KEY_HELPER_TTL_MS": _REFRESH_MS,
        },
    }
    return Plan((FileEdit(settings_file(places), "json", tuple(flattened(settings))),))


def _helper(places: Places, given: Given) -> str:
    """Return the command for a shell. cmd.exe and Git Bash both find a program in quotes."""
    if places.platform == "win32":
        return f'"{given.command[0]}" {subprocess.list2cmdline(given.command[1:])}'
    return shlex.join(given.command)


def _of(family: str, given: Given) -> str:
    """Return a model of the family, or else the chosen model: Claude Code uses small ones in the background."""
    names = [given.model, *(model.name for model in given.models)]
    return next((name for name in names if family in name.lower()), given.model)


TOOL = Tool(
    "claude-code",
    "Claude Code",
    plan,
    start="claude",
    has_helper=True,
    overriding=Overriding(
        keys=("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"),
        addresses=("ANTHROPIC_BASE_URL",),
        clouds=(
            ("CLAUDE_CODE_USE_BEDROCK", "Amazon Bedrock"),
            ("CLAUDE_CODE_USE_VERTEX", "Google Vertex AI"),
        ),
    ),
    prefers="claude",
)
