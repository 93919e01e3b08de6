"""The tools by their ids, as `keydesk setup` takes them."""

from typing import Literal

from keydesk.client.setup.plan import Tool
from keydesk.client.setup.tools import (
    aider,
    claude_code,
    codex,
    continue_dev,
    cursor,
    gemini,
    llm,
    opencode,
    shell,
    vscode,
    zed,
)

ToolId = Literal[
    "claude-code",
    "codex",
    "opencode",
    "gemini",
    "continue",
    "aider",
    "llm",
    "zed",
    "vscode",
    "cursor",
    "env",
    "curl",
]
_ALL = (
    claude_code.TOOL, codex.TOOL, opencode.TOOL, gemini.TOOL, continue_dev.TOOL, aider.TOOL, llm.TOOL,
    zed.TOOL, vscode.TOOL, cursor.TOOL, shell.ENV, shell.CURL,
)  # fmt: skip
TOOLS: dict[str, Tool] = {tool.id: tool for tool in _ALL}
