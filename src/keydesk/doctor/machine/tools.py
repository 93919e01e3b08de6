"""Reads where coding tools of this machine send their requests. `READERS` is the place to add a tool.

Only tools that run a helper for their key are here, because only their files say which key they use.
"""

import json
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from keydesk.client.setup.places import Places
from keydesk.client.setup.tools import claude_code as claude_code_setup
from keydesk.client.setup.tools import codex as codex_setup

_KEYDESK = "keydesk"
_WORD_OF_WINDOWS = re.compile(r'"([^"]*)"|(\S+)')


class UnreadableFile(Exception):  # noqa: N818 - it reads as what happened
    """A tool's file cannot be read, or has another format. The text names the file."""


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """What a tool uses. `address` is the gateway without `/v1`, and `helper` the command that prints its key.

    `overridden_by` are settings in the file that replace the helper's key.
    """

    tool: str
    setup: str
    file: Path
    address: str | None = None
    model: str | None = None
    helper: Sequence[str] = ()
    overridden_by: Sequence[str] = ()

    @property
    def uses_keydesk(self) -> bool:
        return "token" in self.helper and any(PureWindowsPath(word).stem == _KEYDESK for word in self.helper)

    @property
    def key_name(self) -> str:
        """The name of the tool whose key the helper prints."""
        words = list(self.helper)
        return words[words.index("--for") + 1] if "--for" in words[:-1] else ""


Reader = Callable[[Places], ToolSettings | None]
"""Returns the settings of a tool, or None without a file."""


def claude_code(places: Places) -> ToolSettings | None:
    tool, file = claude_code_setup.TOOL, claude_code_setup.settings_file(places)
    settings = _loaded(file, json.loads)
    if settings is None:
        return None
    variables = _table(settings, "env")
    secrets = [name for name in tool.overriding.keys if variables.get(name)]
    return ToolSettings(
        tool.label,
        tool.id,
        file,
        _text(variables, "ANTHROPIC_BASE_URL"),
        _text(variables, "ANTHROPIC_MODEL"),
        _words(_text(settings, "apiKeyHelper") or "", places.platform),
        secrets,
    )


def codex(places: Places) -> ToolSettings | None:
    tool, file = codex_setup.TOOL, codex_setup.settings_file(places)
    settings = _loaded(file, tomllib.loads)
    if settings is None:
        return None
    provider = _table(_table(settings, "model_providers"), str(settings.get("model_provider")))
    auth, address = _table(provider, "auth"), _text(provider, "base_url")
    arguments = [str(each) for each in auth.get("args", ())]
    command = _text(auth, "command")
    return ToolSettings(
        tool.label,
        tool.id,
        file,
        address.rstrip("/").removesuffix("/v1") if address else None,
        _text(settings, "model"),
        [command, *arguments] if command else (),
        [f"env_key = {provider['env_key']!r}"] if provider.get("env_key") else (),
    )


READERS: Sequence[Reader] = (claude_code, codex)


def _loaded(file: Path, load: Callable[[str], Any]) -> dict[str, Any] | None:
    try:
        content = load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):  # JSON, TOML and UTF-8 raise kinds of ValueError
        raise UnreadableFile(str(file)) from None
    if not isinstance(content, dict):
        raise UnreadableFile(str(file))
    return content


def _table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = settings.get(name)
    return found if isinstance(found, dict) else {}


def _text(settings: Mapping[str, Any], name: str) -> str | None:
    found = settings.get(name)
    return found if isinstance(found, str) and found else None


def _words(command: str, platform: str) -> Sequence[str]:
    """Return the words of a command line. A backslash of Windows is part of a path."""
    if platform == "win32":
        return [quoted or plain for quoted, plain in _WORD_OF_WINDOWS.findall(command)]
    try:
        return shlex.split(command)
    except ValueError:
        return ()
