"""Receipts: what the set-up of each tool changed, and the files as they were before. They are private."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.client.errors import ClientError
from keydesk.client.files import read_private, write_private
from keydesk.client.setup.plan import Item, Location


@dataclass(frozen=True, slots=True)
class Written:
    """A value that was written. Only its hash is kept, because it can be a secret."""

    path: Location
    digest: str


@dataclass(frozen=True, slots=True)
class FileReceipt:
    """`before` is the content, and `mode` the permissions; None if there was no file.

    `after` is the hash of what was written. `folders` did not exist, the deepest first.
    """

    path: Path
    format: str
    before: bytes | None = field(repr=False)
    mode: int | None
    after: str
    written: tuple[Written, ...]
    folders: tuple[Path, ...] = ()
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the set-up of a tool changed, with a profile."""

    tool: str
    profile: str
    files: tuple[FileReceipt, ...]

    def of(self, path: Path) -> FileReceipt | None:
        return next((file for file in self.files if file.path == path), None)


class Receipts:
    """The receipts in a folder, one for each tool. Raises ClientError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "setup"

    @property
    def lock_file(self) -> Path:
        return self._folder / "lock"

    def find(self, tool: str) -> Receipt | None:
        file = self._file(tool)
        text = read_private(file)
        try:
            return None if text is None else _loaded(json.loads(text))
        except (ValueError, TypeError, KeyError):
            raise ClientError(
                f"{file} is damaged. Delete it, and undo the set-up of {tool} by hand."
            ) from None

    def tools_of(self, profile: str) -> list[str]:
        """Return the tools that are set up with a profile."""
        receipts = (self.find(file.stem) for file in sorted(self._folder.glob("*.json")))
        return [receipt.tool for receipt in receipts if receipt and receipt.profile == profile]

    def save(self, receipt: Receipt) -> None:
        write_private(self._file(receipt.tool), json.dumps(_dumped(receipt), indent=1) + "\n")

    def remove(self, tool: str) -> None:
        self._file(tool).unlink(missing_ok=True)

    def _file(self, tool: str) -> Path:
        return self._folder / f"{tool}.json"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of_value(value: Any) -> str:
    return digest_of(json.dumps(value, sort_keys=True, default=str).encode())


def _dumped(receipt: Receipt) -> dict[str, Any]:
    return {"tool": receipt.tool, "profile": receipt.profile, "files": [*map(_dumped_file, receipt.files)]}


def _dumped_file(file: FileReceipt) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "format": file.format,
        "before": None if file.before is None else b64encode(file.before).decode(),
        "mode": file.mode,
        "after": file.after,
        "written": [
            {"path": [*map(_dumped_part, each.path)], "digest": each.digest} for each in file.written
        ],
        "folders": [*map(str, file.folders)],
        "private": file.is_private,
    }


def _dumped_part(part: str | Item) -> Any:
    return part if isinstance(part, str) else {"name": part.name, "value": part.value}


def _loaded(found: Mapping[str, Any]) -> Receipt:
    return Receipt(found["tool"], found["profile"], tuple(map(_loaded_file, found["files"])))


def _loaded_file(found: Mapping[str, Any]) -> FileReceipt:
    return FileReceipt(
        path=Path(found["path"]),
        format=found["format"],
        before=None if found["before"] is None else b64decode(found["before"], validate=True),
        mode=found["mode"],
        after=found["after"],
        written=tuple(
            Written(tuple(map(_loaded_part, each["path"])), each["digest"]) for each in found["written"]
        ),
        folders=tuple(map(Path, found["folders"])),
        is_private=found["private"],
    )


def _loaded_part(found: Any) -> str | Item:
    return found if isinstance(found, str) else Item(**found)
