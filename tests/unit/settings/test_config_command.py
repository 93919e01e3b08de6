"""`keydesk config` reports errors of a configuration and prints its effective values."""

import json
from typing import Any

import pytest

from keydesk.cli.config import config
from keydesk.settings.printing.json_schema import settings_schema
from keydesk.settings.printing.reference import settings_reference
from tests.unit.settings.writing import DEMO, MASTER_KEY, Folder

Printed = pytest.CaptureFixture[str]


def run(*words: Any) -> int:
    """Return the exit code of `keydesk config`."""
    try:
        config([str(word) for word in words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(autouse=True)
def no_configuration_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEYDESK_CONFIG", raising=False)


def test_a_good_configuration_is_printed_with_secrets_masked(folder: Folder, capsys: Printed) -> None:
    first = folder.file("first.yaml", DEMO)
    second = folder.file("second.yaml", {"server": {"port": 9000}})

    assert run("check", "--config", first, "--config", second) == 0

    printed = capsys.readouterr()
    assert "masterKey: '***'" in printed.out
    assert f"# {first}\n" in printed.out
    assert "port: 9000" in printed.out
    assert MASTER_KEY not in printed.out
    assert printed.err == ""


def test_errors_are_printed_one_per_line(folder: Folder, capsys: Printed) -> None:
    file = folder.file("keydesk.yaml", {**DEMO, "sever": {}, "grants": {"litellm.key.crate": []}})

    assert run("check", "--config", file) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        f'grants["litellm.key.crate"]: is not a permission; did you mean litellm.key.create? ({file}, line 1)',
        f"sever: is not a setting; did you mean server? ({file}, line 1)",
    ]


def test_errors_of_the_people_file_are_printed_too(folder: Folder, capsys: Printed) -> None:
    people = folder.file("people.yaml", {"people": [{"email": "jane@example.com"}]})
    file = folder.file("keydesk.yaml", {**DEMO, "directory": {"peopleFile": str(people)}})

    assert run("check", "--config", file) == 1

    assert f"{people}: people[0].ref: is required" in capsys.readouterr().err


def test_unset_variables_are_errors(folder: Folder, capsys: Printed) -> None:
    """A database URL without its password must not become the default, a SQLite file."""
    url = "postgresql://keydesk:${NOBODY_SET_THIS}@db/keydesk"
    file = folder.file("keydesk.yaml", {**DEMO, "database": {"url": url}})

    assert run("check", "--config", file) == 1

    expected = "database.url: the variable NOBODY_SET_THIS is not set; set it, or write ${NAME:-} to leave the setting"
    assert capsys.readouterr().err == f"{expected} out ({file}, line 1)\n"


def test_files_can_be_named_by_a_variable(
    folder: Folder, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [folder.file("first.yaml", DEMO), folder.file("second.yaml", {"server": {"port": 9000}})]
    monkeypatch.setenv("KEYDESK_CONFIG", ":".join(map(str, files)))

    assert run("check") == 0

    assert "port: 9000" in capsys.readouterr().out


def test_the_schema_is_printed_as_json(capsys: Printed) -> None:
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out) == settings_schema()


def test_the_reference_is_printed_as_markdown(capsys: Printed) -> None:
    assert run("reference") == 0
    assert capsys.readouterr().out == settings_reference()
