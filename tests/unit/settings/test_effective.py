"""The effective configuration is printed as YAML, each line with its source."""

from pathlib import Path

import yaml

from keydesk.settings.loading import load_configuration
from keydesk.settings.printing.effective import effective_yaml
from tests.unit.settings.writing import LITELLM, Folder

CONTENT = {
    "litellm": {
        **LITELLM,
        "provisioning": {"roles": [{"group": "a", "maxBudget": 5}], "defaults": {"metadata": {"x: y": "#z"}}},
    },
    "directory": {"people": [{"ref": "jane", "displayName": "Jané"}]},
    "grants": {"litellm.audit.read": ["a"]},
    "demo": {"enabled": True},
}


def lines(folder: Folder) -> dict[str, str]:
    """Return the source of each line by its text."""
    environ = {"KEYDESK_SERVER__PORT": "9000"}
    printed = effective_yaml(folder.read(CONTENT, environ=environ))
    found = (line.rpartition("  # ") for line in printed.splitlines() if "  # " in line)
    return {text.strip(): source for text, _, source in found}


def test_each_value_has_its_source(folder: Folder) -> None:
    found = lines(folder)
    file = str(folder.path / "keydesk-0.yaml")
    assert found["baseUrl: http://litellm:4000"] == file
    assert found["masterKey: '***'"] == file
    assert found["port: 9000"] == "KEYDESK_SERVER__PORT"
    assert found["maxConnections: 20"] == "default"
    assert found["roles: [{maxBudget: 5.0, group: 'group:default/a'}]"] == file


def test_the_output_is_a_valid_configuration(folder: Folder) -> None:
    printed = effective_yaml(folder.read(CONTENT))
    content = yaml.safe_load(printed)
    assert content["litellm"]["provisioning"]["defaults"]["metadata"] == {"x: y": "#z"}
    settings = folder.read(CONTENT).settings
    again = folder.settings(printed.replace("url: '***'", "url: sqlite:///keydesk.db"))
    assert again.model_dump(exclude={"litellm": {"master_key"}}) == settings.model_dump(
        exclude={"litellm": {"master_key"}}
    )


def test_defaults_of_the_plugin_are_marked() -> None:
    file = Path(__file__).parent / "data" / "app-config.production.yaml"
    sections = {"litellm": LITELLM, "directory": {"backstage": {"token": "t"}}}
    printed = effective_yaml(load_configuration(file, sections, {}))
    assert "enabled: false                                  # the plugin's default" in printed
