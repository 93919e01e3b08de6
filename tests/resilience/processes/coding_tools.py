"""The real coding tools, and how each is asked one question without a terminal."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

QUESTION = "Say hello"
VARIABLE = "KEYDESK_TEST_TOOLS"
"""The folders with the programs of the tools, as in PATH."""
_SECONDS = 180


@dataclass(frozen=True)
class CodingTool:
    """`id` is that of `keydesk setup`. `asking` is the command with its arguments."""

    id: str
    asking: tuple[str, ...]

    @property
    def folders(self) -> str:
        return os.environ.get(VARIABLE, "")

    @property
    def is_installed(self) -> bool:
        return shutil.which(self.asking[0], path=self.folders) is not None

    def answer(self, home: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Ask in an empty folder of the home directory."""
        folder = home / "work"
        folder.mkdir(exist_ok=True)
        path = os.pathsep.join((self.folders, environment["PATH"]))
        return subprocess.run(  # noqa: S603 - the programs that the test is about
            self.asking,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={**environment, "PATH": path},
        )


CODING_TOOLS = [
    CodingTool("claude-code", ("claude", "-p", QUESTION)),
    CodingTool("codex", ("codex", "exec", "--skip-git-repo-check", QUESTION)),
    CodingTool("opencode", ("opencode", "run", QUESTION)),
    CodingTool("gemini", ("gemini", "-p", QUESTION)),
    CodingTool("continue", ("cn", "-p", QUESTION)),
    CodingTool(
        "aider",
        ("aider", "--message", QUESTION, "--no-git", "--yes-always", "--no-check-update", "--no-analytics",
         "--no-show-model-warnings"),
    ),
    CodingTool("llm", ("llm", "-m", "keydesk/gpt-4o-mini", QUESTION)),
]  # fmt: skip
