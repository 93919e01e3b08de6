"""Fills in what a file takes from elsewhere: `${VAR}`, `$env`, `$file` and `$include`, by Backstage's rules.

An unset variable makes the whole value absent, as in Backstage; whoever misses the value can ask `absent`
why. Whatever a value is, it stays out of error texts.
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
    """What stands here cannot be filled in; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of a file: its path for people, and the file that relative names start from."""

    path: KeyPath
    file: Path
    includes: int = 0

    def at(self, part: str | int) -> "Spot":
        return replace(self, path=(*self.path, part))


@dataclass(slots=True)
class Substitution:
    """Fills in values. Afterwards `absent` has the reasons for absent ones, `faults` what is wrong, by path."""

    environ: Mapping[str, str] = field(repr=False)
    absent: dict[KeyPath, str] = field(default_factory=dict)
    faults: dict[KeyPath, str] = field(default_factory=dict)

    def whole(self, value: Any, spot: Spot) -> Any:
        """`value` with everything in it filled in, or `Mark.NOTHING` if it comes out absent."""
        value, spot = self.outermost(value, spot)
        if isinstance(value, dict):
            return dict(self._present((name, item, spot.at(name)) for name, item in value.items()))
        if isinstance(value, list):
            items = ((index, item, spot.at(index)) for index, item in enumerate(value))
            return [item for _, item in self._present(items)]
        return value

    def outermost(self, value: Any, spot: Spot) -> tuple[Any, Spot]:
        """`value` filled in, but not what is inside it; and where its inside then stands."""
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
        """The variable's value. A fallback replaces an empty one too, unless it is empty itself."""
        value = self.environ.get(name)
        value = value.strip() if value is not None else None
        if fallback is not None:
            value = value or fallback or None
        if value is None:
            called = f"the variable {name}" if _VARIABLE.fullmatch(name) else "the variable named here"
            self.absent[spot.path] = f"{called} is not set"
        return value

    def _directive(self, value: dict[str, Any], directive: str, spot: Spot) -> tuple[Any, Spot]:
        if len(value) > 1 or not isinstance(value[directive], str):
            raise SubstitutionError(f"expected {directive} alone, with a text")
        argument = self._text(value[directive], spot)
        if isinstance(argument, Mark):
            raise SubstitutionError(f"expected {directive} with a text, but {self.absent.pop(spot.path)}")
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
            raise SubstitutionError("expected $include with a .yaml, .yml or .json file")
        if spot.includes >= _MAX_INCLUDES:
            raise SubstitutionError(f"expected at most {_MAX_INCLUDES} files included in each other")
        value = _read(name, spot, read_yaml)
        for part in inside.split(".") if inside else []:
            if not isinstance(value, dict):
                raise SubstitutionError("expected a mapping in the included file, on the way behind the #")
            value = value.get(part, Mark.NOTHING)
        if value is Mark.NOTHING:
            self.absent[spot.path] = "the included file has nothing there"
        spot = replace(spot, file=file, includes=spot.includes + 1)
        return (self._text(value, spot) if isinstance(value, str) else value), spot


def _text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _read(name: str, spot: Spot, read: Callable[[Path], Any]) -> Any:
    """What `read` finds in the file. Its name stays unsaid: it could be a secret that slipped into its place."""
    if "://" in name:
        raise SubstitutionError("expected a file of this machine, not an address")
    folder = spot.file.parent
    named = f"the file named here (looked for from {folder})"
    try:
        return read(folder / name)
    except OSError as error:
        raise SubstitutionError(f"{named} cannot be read: {error.strerror}") from None
    except YamlError as error:
        raise SubstitutionError(f"{named}: {error}") from None
    except ValueError:
        raise SubstitutionError(f"{named} is not UTF-8 text") from None
