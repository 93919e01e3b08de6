"""What happens to files that somebody changed between the set-up and its undoing, and when writing fails."""

import stat
from pathlib import Path

import pytest

from keydesk.client.errors import ClientError
from keydesk.client.setup.changing import apply, prepare
from keydesk.client.setup.plan import Change, FileEdit
from tests.unit.client.setup.conftest import Machine
from tests.unit.client.setup.files import CLAUDE, CODEX


def codex(machine: Machine, text: str = CODEX) -> Path:
    (file,) = machine.files("codex")
    file.parent.mkdir()
    file.write_text(text)
    return file


def test_a_value_that_was_changed_since_stays(machine: Machine) -> None:
    file = codex(machine)
    machine.sets_up("codex")
    file.write_text(file.read_text().replace('model = "claude-sonnet"', 'model = "my-choice"'))
    machine.undoes("codex")
    assert machine.left == ["model"]
    assert file.read_text().rstrip() == CODEX.replace('model = "o3"', 'model = "my-choice"').rstrip()


def test_a_setting_that_was_added_since_stays(machine: Machine) -> None:
    (file,) = machine.files("claude-code")
    file.parent.mkdir()
    file.write_text(CLAUDE)
    machine.sets_up("claude-code")
    file.write_text(file.read_text().replace('"permissions"', '"verbose": true,\n  "permissions"'))
    machine.undoes("claude-code")
    assert file.read_text() == CLAUDE.replace('"permissions"', '"verbose": true,\n  "permissions"')


def test_a_setting_within_what_was_added_stays(machine: Machine) -> None:
    file = codex(machine)
    machine.sets_up("codex")
    file.write_text(file.read_text() + "stream_idle_timeout_ms = 5\n")
    machine.undoes("codex")
    assert "stream_idle_timeout_ms = 5" in file.read_text()
    assert "keydesk" not in file.read_text().replace("keydesk.auth", "").replace("providers.keydesk", "")


def test_setting_up_again_keeps_what_was_changed_since(machine: Machine) -> None:
    file = codex(machine)
    machine.sets_up("codex")
    file.write_text(file.read_text().replace("dark", "light"))
    assert machine.sets_up("codex") == []
    machine.sets_up("codex", model="gpt-4o-mini")
    assert 'theme = "light"' in file.read_text()
    machine.undoes("codex")
    assert file.read_text().rstrip() == CODEX.replace("dark", "light").rstrip()


def test_a_file_that_was_deleted_since_stays_deleted(machine: Machine) -> None:
    file = codex(machine)
    machine.sets_up("codex")
    file.unlink()
    machine.undoes("codex")
    assert not file.exists()


def test_a_file_that_was_broken_since_stays_untouched(machine: Machine) -> None:
    file = codex(machine)
    machine.sets_up("codex")
    file.write_text("= broken")
    with pytest.raises(ClientError, match="not valid TOML"):
        machine.undoes("codex")
    assert file.read_text() == "= broken"
    assert machine.receipts.find("codex") is not None


def test_other_files_keep_their_folder(machine: Machine) -> None:
    machine.sets_up("codex")
    (file,) = machine.files("codex")
    (file.parent / "auth.json").touch()
    machine.undoes("codex")
    assert [path.name for path in file.parent.iterdir()] == ["auth.json"]


def test_a_dangling_link_is_followed(machine: Machine) -> None:
    (file,) = machine.files("claude-code")
    file.parent.mkdir()
    file.symlink_to(machine.places.home / "dotfiles" / "claude.json")
    machine.sets_up("claude-code")
    assert (machine.places.home / "dotfiles" / "claude.json").is_file()
    machine.undoes("claude-code")
    assert file.is_symlink()
    assert not (machine.places.home / "dotfiles").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe{\x00}\x00", b'{"a": "\xe9"}'])
def test_a_file_that_is_not_in_utf8_stays_untouched(machine: Machine, content: bytes) -> None:
    (file,) = machine.files("claude-code")
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(ClientError, match="UTF-8"):
        machine.sets_up("claude-code")
    assert file.read_bytes() == content


def test_a_folder_in_place_of_the_file(machine: Machine) -> None:
    (file,) = machine.files("claude-code")
    file.mkdir(parents=True)
    with pytest.raises(ClientError, match="is not a file"):
        machine.sets_up("claude-code")


def test_if_one_file_cannot_be_written_the_others_are_restored(tmp_path: Path) -> None:
    first, blocked = tmp_path / "a.json", tmp_path / "file" / "b.json"
    first.write_text("{}\n")
    edits = [FileEdit(path, "jsonc", (Change(("a",), 1),)) for path in (first, blocked)]
    changes = prepare(edits, None)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ClientError):
        apply(changes)
    assert first.read_text() == "{}\n"


def test_a_file_that_changes_while_the_person_decides_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    changes = prepare([FileEdit(file, "jsonc", (Change(("a",), 1),))], None)
    file.write_text("{}")
    with pytest.raises(ClientError, match="changed meanwhile"):
        apply(changes)
    assert file.read_text() == "{}"


def test_a_private_file_gets_its_permissions_back(machine: Machine) -> None:
    _, keys = machine.files("llm")
    keys.parent.mkdir(parents=True)
    keys.write_text("{}\n")
    keys.chmod(0o644)
    machine.sets_up("llm")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    machine.undoes("llm")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o644


def test_a_damaged_receipt_is_reported(machine: Machine) -> None:
    machine.sets_up("codex")
    file = machine.places.folder / "setup" / "codex.json"
    file.write_text("{}")
    file.chmod(0o600)
    with pytest.raises(ClientError, match="is damaged"):
        machine.receipts.find("codex")


def test_a_private_file_that_others_can_read_becomes_private_again(machine: Machine) -> None:
    machine.sets_up("gemini")
    _, variables = machine.files("gemini")
    variables.chmod(0o644)
    assert [change.path for change in machine.sets_up("gemini")] == [variables]
    assert "+(only you can read it)" in machine.shown
    assert stat.S_IMODE(variables.stat().st_mode) == 0o600


def test_other_things_where_settings_belong_are_reported_with_the_file(machine: Machine) -> None:
    (file,) = machine.files("claude-code")
    machine.sets_up("claude-code")
    file.write_text('{"env": "nothing"}')
    for act in (machine.sets_up, machine.undoes):
        with pytest.raises(ClientError, match=r"settings\.json cannot be changed: there are no settings"):
            act("claude-code")
