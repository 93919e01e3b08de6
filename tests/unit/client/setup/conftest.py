"""A person's machine with an empty home directory, and the tools set up on it as `keydesk setup` does."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from keydesk.client.setup.changing import FileChange, apply, prepare, undone
from keydesk.client.setup.difference import difference, plain_values
from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Given, Offered
from keydesk.client.setup.receipts import Receipt, Receipts
from keydesk.client.setup.tools.all_tools import TOOLS

GIVEN = Given(
    "https://llm.example.com",
    "claude-sonnet",
    [Offered("claude-sonnet", 200_000, 64_000, has_vision=True), Offered("gpt-4o-mini")],
    ("/opt/own tools/bin/keydesk", "token", "--for", "tool"),
    "sk-the-secret-of-janes-tool",
)


@dataclass
class Machine:
    """`left` are the values that the last undoing left, and `shown` the lines of the last difference."""

    places: Places
    given: Given = GIVEN
    left: list[str] = field(default_factory=list)
    shown: str = ""

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.places.folder)

    def files(self, tool: str) -> list[Path]:
        return [edit.path for edit in TOOLS[tool].plan(self.places, self.given).edits]

    def sets_up(self, tool: str, **other: str) -> list[FileChange]:
        given = replace(self.given, **other)  # type: ignore[arg-type] # only texts are replaced
        edits = TOOLS[tool].plan(self.places, given).edits
        changes = prepare(edits, self.receipts.find(tool))
        self.shown = "\n".join(line for change in changes for line in difference(change, plain_values(edits)))
        receipts = tuple(change.receipt for change in changes if change.after and change.receipt)
        self.receipts.save(Receipt(tool, "default", receipts))
        apply(changes)
        return [change for change in changes if change.is_change]

    def undoes(self, tool: str) -> None:
        receipt = self.receipts.find(tool)
        assert receipt is not None
        changes = [undone(file) for file in receipt.files]
        self.shown = "\n".join(line for change in changes for line in difference(change, ()))
        apply(changes)
        self.left = [name for change in changes for name in change.left]
        self.receipts.remove(tool)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home = tmp_path / "home"
    home.mkdir()
    return Machine(Places("linux", home, {}, tmp_path / "keydesk"))
