"""The published JSON Schema, reference and examples match the settings."""

import json
from pathlib import Path
from typing import Any

import pytest

from keydesk.settings import Settings
from keydesk.settings.loading import load_configuration
from keydesk.settings.names import fields_of, leaves
from keydesk.settings.printing.json_schema import settings_schema
from keydesk.settings.printing.reference import settings_reference

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))


def test_the_schema_in_the_repository_is_up_to_date() -> None:
    """To update it: keydesk config schema > schema/keydesk.schema.json."""
    assert json.loads((ROOT / "schema" / "keydesk.schema.json").read_text()) == settings_schema()


def test_the_reference_in_the_documentation_is_up_to_date() -> None:
    """To update it: replace the text after the heading with the output of keydesk config reference."""
    _, _, printed = (
        (ROOT / "docs" / "reference" / "configuration.md").read_text().partition("## Reference\n\n")
    )
    assert printed == settings_reference()


def test_the_schema_is_closed_and_describes_every_setting() -> None:
    schema = settings_schema()
    sections = [schema, *(section for section in schema["$defs"].values() if "properties" in section)]
    assert [section["title"] for section in sections if section["additionalProperties"] is not False] == []
    entries = [entry for section in sections for entry in section["properties"].values()]
    assert all("description" in entry or "$ref" in entry["anyOf"][0] for entry in entries)
    assert all({"$ref": "#/$defs/FilledIn"} in entry["anyOf"] for entry in entries)


def test_the_schema_contains_no_default_of_a_secret() -> None:
    assert "**" not in json.dumps(settings_schema())


def test_the_reference_has_every_setting_and_its_variable() -> None:
    reference = settings_reference()
    for path, _ in leaves(Settings):
        assert f"| `{'.'.join(path)}` |" in reference
    assert "| `litellm.provisioning.roles[].group` | text | required |" in reference
    assert all(line.count(" | ") >= 4 for line in reference.splitlines() if line.startswith("| "))


def test_every_setting_has_a_description() -> None:
    def meanings(section: Any) -> None:
        for name, field in fields_of(section).items():
            assert field.description, f"{section.__name__}.{name}"

    meanings(Settings)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_is_a_valid_configuration(file: Path) -> None:
    environ = {
        "LITELLM_MASTER_KEY": "sk-example",
        "KEYDESK_CATALOG_TOKEN": "example",
        "KEYDESK_SECRET": "an-example-of-at-least-32-characters",
        "POSTGRES_PASSWORD": "example",
    }
    configuration = load_configuration([file], environ=environ)
    assert configuration.warnings == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2
