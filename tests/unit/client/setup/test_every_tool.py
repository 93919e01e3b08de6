"""What holds for the set-up of every tool: it keeps what is there, and can be undone exactly."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from keydesk.client.errors import ClientError
from keydesk.client.setup.formats.formats import FORMATS
from keydesk.client.setup.formats.tree import value_at
from keydesk.client.setup.tools.all_tools import TOOLS
from tests.unit.client.setup.conftest import GIVEN, Machine
from tests.unit.client.setup.files import OF_TOOLS

BROKEN = {
    "json": '{"a": ',
    "jsonc": '{"a": ',
    "toml": "a = = 1\n",
    "yaml": "a: [1\nb: }\n",
    "env": "this is no variable\n",
}
every_tool = pytest.mark.parametrize("tool", OF_TOOLS)


def existing(machine: Machine, tool: str) -> Iterator[tuple[Path, str]]:
    """Write the files that the person has, and return them."""
    for path, text in zip(machine.files(tool), OF_TOOLS[tool], strict=True):
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o640)
            yield path, text


def everything(machine: Machine) -> dict[Path, tuple[bytes, int]]:
    """Return every file of the home directory with its permissions."""
    return {
        path: (path.read_bytes() if path.is_file() else b"", stat.S_IMODE(path.stat().st_mode))
        for path in machine.places.home.rglob("*")
    }


def test_the_files_of_all_tools_are_here() -> None:
    assert set(OF_TOOLS) == set(TOOLS) - {"cursor", "env", "curl"}


@every_tool
def test_an_empty_home_is_empty_again(machine: Machine, tool: str) -> None:
    assert machine.sets_up(tool)
    assert all(path.is_file() for path in machine.files(tool))
    machine.undoes(tool)
    assert everything(machine) == {}
    assert not any(path.exists() for path in machine.files(tool))


@every_tool
def test_existing_files_become_what_they_were(machine: Machine, tool: str) -> None:
    files = dict(existing(machine, tool))
    before = everything(machine)
    machine.sets_up(tool)
    for path, text in files.items():
        for line in text.splitlines():
            comment = line.partition("//" if "//" in line and "://" not in line else "# ")[2]
            assert comment in path.read_text(), "comments stay"
    machine.undoes(tool)
    assert everything(machine) == before
    assert machine.left == []


@every_tool
def test_the_values_are_those_of_the_plan(machine: Machine, tool: str) -> None:
    _ = dict(existing(machine, tool))
    machine.sets_up(tool)
    for edit in TOOLS[tool].plan(machine.places, GIVEN).edits:
        values = FORMATS[edit.format].parsed(edit.path.read_text())
        for change in edit.changes:
            assert change.is_default or value_at(values, change.path) == change.value


@every_tool
def test_twice_changes_nothing(machine: Machine, tool: str) -> None:
    _ = dict(existing(machine, tool))
    before = everything(machine)
    machine.sets_up(tool)
    assert machine.sets_up(tool) == []
    assert machine.sets_up(tool, model="gpt-4o-mini", secret="sk-another-secret-of-janes")
    machine.undoes(tool)
    assert everything(machine) == before


@every_tool
def test_a_secret_is_in_private_files_only(machine: Machine, tool: str) -> None:
    _ = dict(existing(machine, tool))
    machine.sets_up(tool)
    holding = [path for path in machine.files(tool) if GIVEN.secret in path.read_text()]
    assert bool(holding) != TOOLS[tool].has_helper
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in holding)
    receipts = list(machine.places.folder.rglob("setup/*.json"))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in receipts)
    assert all(GIVEN.secret not in path.read_text() for path in receipts)


@every_tool
def test_no_secret_is_shown(machine: Machine, tool: str) -> None:
    _ = dict(existing(machine, tool))
    for act in (machine.sets_up, machine.undoes):
        act(tool)
        assert machine.shown
        assert not {"sk-the", "someone", "AIza", "abc-def"} & {
            secret for secret in ("sk-the", "someone", "AIza", "abc-def") if secret in machine.shown
        }


@every_tool
def test_a_file_that_changed_since_loses_only_what_was_added(machine: Machine, tool: str) -> None:
    files = dict(existing(machine, tool))
    machine.sets_up(tool)
    formats = {edit.path: edit.format for edit in TOOLS[tool].plan(machine.places, GIVEN).edits}
    for path in files:
        note = "\n" if "json" in formats[path] else "\n# a note\n"
        path.write_text(path.read_text() + note)
    machine.undoes(tool)
    for path, text in files.items():
        parsed = FORMATS[formats[path]].parsed
        assert parsed(path.read_text()) == parsed(text)
        assert "json" in formats[path] or "# a note" in path.read_text()


@every_tool
def test_a_broken_file_stays_untouched(machine: Machine, tool: str) -> None:
    edits = TOOLS[tool].plan(machine.places, GIVEN).edits
    edit = next(each for each in reversed(edits) if each.format in BROKEN)
    edit.path.parent.mkdir(parents=True, exist_ok=True)
    edit.path.write_text(BROKEN[edit.format])
    before = everything(machine)
    with pytest.raises(ClientError, match="cannot be changed: line"):
        machine.sets_up(tool)
    assert everything(machine) == before


@every_tool
def test_a_link_stays_a_link(machine: Machine, tool: str) -> None:
    real = machine.places.home / "dotfiles"
    real.mkdir()
    for path, text in zip(machine.files(tool), OF_TOOLS[tool], strict=True):
        if text:
            path.parent.mkdir(parents=True, exist_ok=True)
            (real / path.name).write_text(text)
            path.symlink_to(real / path.name)
    before = everything(machine)
    machine.sets_up(tool)
    links = [path for path in machine.files(tool) if path in before]
    assert links
    assert all(path.is_symlink() for path in links)
    assert everything(machine) != before
    machine.undoes(tool)
    assert everything(machine) == before


@every_tool
def test_a_read_only_file_stays_untouched(machine: Machine, tool: str) -> None:
    for path, _ in existing(machine, tool):
        path.chmod(0o440)
    before = everything(machine)
    with pytest.raises(ClientError, match="is read-only"):
        machine.sets_up(tool)
    assert everything(machine) == before


@every_tool
def test_lines_of_windows_stay(machine: Machine, tool: str) -> None:
    files = dict(existing(machine, tool))
    for path, text in files.items():
        path.write_bytes(text.replace("\n", "\r\n").encode())
    before = everything(machine)
    machine.sets_up(tool)
    for path in files:
        content = path.read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n")
    machine.undoes(tool)
    assert everything(machine) == before
