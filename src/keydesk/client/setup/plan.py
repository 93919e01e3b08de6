"""What the set-up of a tool changes: values at paths in files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.client.setup.places import Places


@dataclass(frozen=True, slots=True)
class Item:
    """The element of a list whose member `name` has this value. It is added if there is none."""

    name: str
    value: str


Part = str | Item
Location = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A value at a path. A default is only written where there is none. A secret is never shown."""

    path: Location
    value: Any = field(repr=False)
    is_secret: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class FileEdit:
    """The changes of a file. A private file is readable by its owner only afterwards."""

    path: Path
    format: str
    changes: tuple[Change, ...]
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A model for text, with its context and longest answer in tokens. None means unknown."""

    name: str
    context: int | None = None
    output: int | None = None
    has_vision: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What a tool is set up with. `command` prints the tool's key, and `gateway` has no slash at its end."""

    gateway: str
    model: str
    models: Sequence[Offered]
    command: tuple[str, ...]
    secret: str = field(repr=False)

    @property
    def base(self) -> str:
        return f"{self.gateway}/v1"


@dataclass(frozen=True, slots=True)
class Plan:
    """`notes` are sentences for the person, and `printed` is text for standard output."""

    edits: tuple[FileEdit, ...] = ()
    notes: tuple[str, ...] = ()
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Overriding:
    """Environment variables that a tool prefers to what a set-up writes: keys, and addresses of another gateway.

    `clouds` are variables with which it calls a cloud instead, and the name of that cloud.
    """

    keys: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    clouds: tuple[tuple[str, str], ...] = ()

    def set_in(self, environ: Mapping[str, str], gateway: str) -> list[str]:
        """Return the variables that are set, other than those with the address of the gateway."""
        names = [*self.keys, *(name for name, _ in self.clouds)]
        found = [name for name in names if environ.get(name)]
        return found + [name for name in self.addresses if is_elsewhere(environ.get(name), gateway)]


def is_elsewhere(address: str | None, gateway: str) -> bool:
    """Return whether a variable has the address of another gateway."""
    return bool(address) and str(address).rstrip("/").removesuffix("/v1") != gateway


@dataclass(frozen=True, slots=True)
class Tool:
    """`has_helper` says that no file has the secret: the tool runs a command for it, or the person enters it.

    `start` is the command that starts the tool, with the model in place of `{model}`.
    """

    id: str
    label: str
    plan: Callable[[Places, Given], Plan]
    start: str = ""
    has_helper: bool = False
    overriding: Overriding = Overriding()
    prefers: str = ""
    """A word in the names of the models that the tool works best with."""


def flattened(value: Mapping[str, Any], at: Location = (), secrets: Sequence[str] = ()) -> Iterator[Change]:
    """Yield a change for each value within nested mappings. `secrets` are the names of values that are secret."""
    for name, each in value.items():
        if isinstance(each, Mapping) and each:
            yield from flattened(each, (*at, name), secrets)
        else:
            yield Change((*at, name), each, is_secret=name in secrets)
