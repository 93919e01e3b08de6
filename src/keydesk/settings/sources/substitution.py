"""Expands the placeholders `${VAR}`, `$env`, `$file` and `$include`, with the rules of Backstage.

If a variable is not set, the whole value is absent, as in Backstage, and `absent` has the reason. Error messages never
contain values.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.sources.layers import Mark
from keydesk.settings.sources.yaml_text import YamlError, read_yaml

_REFERENCE = re.compile(r"(\$?\$\{[^{}]*\})")
_DIRECTIVES = {"$env", "$file", "$include"}
_DATA_FILES = {".json", ".yaml", ".yml"}
_MAX_INCLUDES = 10
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SubstitutionError(Exception):
    """The placeholder cannot be expanded. The text explains why."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The position of a value: its path for messages, and the file that relative paths refer to."""

    path: KeyPath
    file: Path
    includes: int = 0

    def at(self, part: str | int) -> "Spot":
        return replace(self, path=(*self.path, part))


@dataclass(slots=True)
class Substitution:
    """Expands values. `absent` then contains the reasons of absent values and `faults` the errors, by path.

    `optional` contains the paths of absent values that have an empty fallback, such as `${DOMAIN:-}`.
    """

    environ: Mapping[str, str] = field(repr=False)
    absent: dict[KeyPath, str] = field(default_factory=dict)
    optional: set[KeyPath] = field(default_factory=set)
    faults: dict[KeyPath, str] = field(default_factory=dict)

    def whole(self, value: Any, spot: Spot) -> Any:
        """Return `value` with all placeholders expanded, or `Mark.NOTHING` if it is absent."""
        value, spot = self.outermost(value, spot)
        if isinstance(value, dict):
            return dict(self._present((name, item, spot.at(name)) for name, item in value.items()))
        if isinstance(value, list):
            items = ((index, item, spot.at(index)) for index, item in enumerate(value))
            return [item for _, item in self._present(items)]
        return value

    def outermost(self, value: Any, spot: Spot) -> tuple[Any, Spot]:
        """Return `value` with only the outermost placeholder expanded, and the new position of its content."""
        try:
            if isinstance(value, str):
                return self._text(value, spot), spot
            if isinstance(value, dict) and (named := _DIRECTIVES & value.keys()):
                return self._directive(value, named.pop(), spot)
        except SubstitutionError as error:
            self.faults[spot.path] = str(error)
            return Mark.NOTHING, spot
        return value, spot

    def _present(self, items: Iterator[tuple[Any, Any, Spot]]) -> Iterator[tuple[Any, Any]]:
        for name, item, spot in items:
            value = self.whole(item, spot)
            if value is not Mark.NOTHING:
                yield name, value

    def _text(self, text: str, spot: Spot) -> str | Mark:
        pieces = [self._piece(piece, spot) for piece in _REFERENCE.split(text)]
        return Mark.NOTHING if None in pieces else "".join(filter(None, pieces))

    def _piece(self, piece: str, spot: Spot) -> str | None:
        if not _REFERENCE.fullmatch(piece):
            return piece
        if piece.startswith("$$"):
            return piece[1:]
        name, has_fallback, fallback = piece[2:-1].partition(":-")
        return self._variable(name.strip(), fallback.strip() if has_fallback else None, spot)

    def _variable(self, name: str, fallback: str | None, spot: Spot) -> str | None:
        """Return the variable's value, or the fallback if the variable is unset or empty."""
        value = self.environ.get(name)
        value = value.strip() if value is not None else None
        if fallback is not None:
            value = value or fallback or None
        if value is None:
            variable = f"the variable {name}" if _VARIABLE.fullmatch(name) else "the variable"
            self.absent[spot.path] = f"{variable} is not set"
            if fallback is not None:
                self.optional.add(spot.path)
        return value

    def _directive(self, value: dict[str, Any], directive: str, spot: Spot) -> tuple[Any, Spot]:
        if len(value) > 1 or not isinstance(value[directive], str):
            raise SubstitutionError(
                f"{directive} must be the only name in its mapping and have a string as its value"
            )
        argument = self._text(value[directive], spot)
        if isinstance(argument, Mark):
            raise SubstitutionError(f"{directive} requires a string, but {self.absent.pop(spot.path)}")
        if directive == "$env":
            found = self._variable(argument, None, spot)
            return Mark.NOTHING if found is None else found, spot
        if directive == "$file":
            return _read(argument, spot, _text_of).rstrip(), spot
        return self._included(argument, spot)

    def _included(self, argument: str, spot: Spot) -> tuple[Any, Spot]:
        name, _, inside = argument.partition("#")
        file = spot.file.parent / name
        if file.suffix not in _DATA_FILES:
            raise SubstitutionError("$include requires a .yaml, .yml or .json file")
        if spot.includes >= _MAX_INCLUDES:
            raise SubstitutionError(f"$include is nested in more than {_MAX_INCLUDES} files")
        value = _read(name, spot, read_yaml)
        for part in inside.split(".") if inside else []:
            if not isinstance(value, dict):
                raise SubstitutionError(
                    "the path after # does not lead through mappings in the included file"
                )
            value = value.get(part, Mark.NOTHING)
        if value is Mark.NOTHING:
            self.absent[spot.path] = "the included file has no value at the path after #"
        spot = replace(spot, file=file, includes=spot.includes + 1)
        return (self._text(value, spot) if isinstance(value, str) else value), spot


def _text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _read(name: str, spot: Spot, read: Callable[[Path], Any]) -> Any:
    """Return what `read` returns for the file. Errors do not quote its name, which could be a misplaced secret."""
    if "://" in name:
        raise SubstitutionError("expected a local file, not a URL")
    folder = spot.file.parent
    named = f"the file (relative to {folder})"
    try:
        return read(folder / name)
    except OSError as error:
        raise SubstitutionError(f"{named} cannot be read: {error.strerror}") from None
    except YamlError as error:
        raise SubstitutionError(f"{named}: {error}") from None
    except ValueError:
        raise SubstitutionError(f"{named} is not UTF-8 text") from None
