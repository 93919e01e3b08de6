"""Where systems keep the files of programs. Pure: the platform and the environment are given."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keydesk.client.folder import config_folder


@dataclass(frozen=True, slots=True)
class Places:
    """`platform` is that of `sys.platform`. `folder` has the files of Keydesk's command line."""

    platform: str
    home: Path
    environment: Mapping[str, str]
    folder: Path

    @classmethod
    def of_person(cls) -> "Places":
        return cls(sys.platform, Path.home(), os.environ, Path(config_folder()))

    def moved(self, variable: str, usual: Path) -> Path:
        """Return the folder that the environment variable names, or else the usual one."""
        named = self.environment.get(variable)
        return Path(named).expanduser() if named else usual

    @property
    def has_powershell(self) -> bool:
        """Whether the person's shell is PowerShell, as on Windows unless they use Git Bash, which sets MSYSTEM."""
        return self.platform == "win32" and not self.environment.get("MSYSTEM")

    @property
    def config(self) -> Path:
        """`~/.config`, which tools from Linux use on every system."""
        return self.moved("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def applications(self) -> Path:
        """The folder where applications of this system keep their settings."""
        if self.platform == "win32":
            return self.roaming
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.config

    @property
    def roaming(self) -> Path:
        """`%APPDATA%` of Windows."""
        return self.moved("APPDATA", self.home / "AppData" / "Roaming")

    def secret_file(self, name: str) -> Path:
        """Return a file of Keydesk for a key that a tool reads from a file."""
        return self.folder / "tools" / name
