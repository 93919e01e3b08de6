"""Explains mistakes in the sources of a configuration: the path of each setting, and the line in its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from keydesk.settings.faults import REQUIRED, faults_in
from keydesk.settings.key_paths import KeyPath, path_text
from keydesk.settings.names import environment_name
from keydesk.settings.root import Settings
from keydesk.settings.sources.file import SettingsFile
from keydesk.settings.sources.layers import Layer, layer_of


@dataclass(frozen=True, slots=True)
class Sources:
    """The files, and the layers of all sources including those of the files."""

    files: Sequence[SettingsFile]
    layers: Sequence[Layer]

    @property
    def _is_incomplete(self) -> bool:
        return any(() in file.broken for file in self.files)

    def explained(self, error: ValidationError, content: Any) -> Iterator[str]:
        """Yield a line for each mistake in the merged `content`.

        A file that cannot be read may have what is absent, so absent settings are then no mistakes.
        """
        for path, expected in faults_in(error, Settings, content, self.is_unknown):
            if self._is_broken(path) or (expected == REQUIRED and self._is_incomplete):
                continue
            because = next((f", but {why}" for file in self.files if (why := file.why_absent(path))), "")
            variable = _variable(path) if expected == REQUIRED else None
            also = f"; set it here or in {variable}" if variable else ""
            yield f"{self._shown(path)}: {expected}{because}{also}{self._where(path)}"

    def is_unknown(self, path: KeyPath) -> bool:
        """Return whether the setting is absent because of a mistake, so that its default does not apply."""
        return (
            self._is_incomplete
            or self._is_broken(path)
            or any(file.layer.own_path(path) in file.absent.keys() - file.optional for file in self.files)
        )

    def _is_broken(self, path: KeyPath) -> bool:
        """Return whether a placeholder at the path could not be expanded, which `SettingsFile.faults` explains."""
        for file in self.files:
            own = file.layer.own_path(path)
            if any(own[:end] in file.broken for end in range(1, len(own) + 1)):
                return True
        return False

    def unset(self, reported: set[str]) -> Iterator[str]:
        """Yield an error for each setting whose variable is not set, except at the `reported` paths.

        In a Backstage file, such a setting is absent as in Backstage.
        """
        for file, path, reason in self._missing():
            if path not in file.optional and path_text(path) not in reported:
                hint = "set it, or write ${NAME:-} to leave the setting out"
                yield f"{path_text(path)}: {reason}; {hint} ({file.lines.where(path)})"

    def left_out(self) -> Iterator[str]:
        """Yield a warning for each setting of a Backstage file that is ignored because a variable is not set."""
        for file, path, reason in self._missing():
            if file.is_backstage:
                yield f"{path_text(path)}: ignored because {reason} ({file.lines.where(path)})"

    def _missing(self) -> Iterator[tuple[SettingsFile, KeyPath, str]]:
        """Yield each absent value that no other source has, with the reason. Items of lists have no path elsewhere."""
        for file in self.files:
            for path, reason in file.absent.items():
                if any(isinstance(part, int) for part in path) or layer_of(path, self.layers) is None:
                    yield file, path, reason

    def _shown(self, path: KeyPath) -> str:
        layer = layer_of(path, self.layers)
        return path_text(layer.own_path(path) if layer else path)

    def _where(self, path: KeyPath) -> str:
        """Return the source of the setting in parentheses, or the file that has the section around it."""
        layer = layer_of(path, self.layers)
        of_files = [file.layer for file in self.files]
        for end in range(len(path) - 1, 0, -1):
            layer = layer or layer_of(path[:end], of_files)
        if layer is None:
            return ""
        file = next((file for file in self.files if file.layer is layer), None)
        return f" ({file.lines.where(layer.own_path(path)) if file else layer.source_of(path)})"


def _variable(path: KeyPath) -> str | None:
    """Return the environment variable for the path, or None inside of lists."""
    names = tuple(part for part in path if isinstance(part, str))
    return environment_name(names) if names == path else None
