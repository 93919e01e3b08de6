"""Canaries: no secret of the configuration is in an error, in a printed value or in the effective settings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.settings import Settings
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.names import leaves
from keydesk.settings.printing.effective import effective_yaml
from tests.unit.settings.writing import DEMO, MASTER_KEY, Folder, changed

CANARY = "canary-0123456789-0123456789-canary"
SECRETS = {
    "litellm.masterKey": CANARY,
    "secret": CANARY,
    "database.url": f"postgresql://keydesk:{CANARY}@db/keydesk",
    "directory.backstage": {"baseUrl": "http://backstage", "token": CANARY},
}


@pytest.mark.parametrize(("path", "value"), SECRETS.items(), ids=SECRETS)
def test_a_secret_is_masked_wherever_settings_are_printed(folder: Folder, path: str, value: Any) -> None:
    configuration = folder.read(changed(DEMO, path, value))
    for printed in (repr(configuration), str(configuration.settings), effective_yaml(configuration)):
        assert CANARY not in printed
    assert "***" in effective_yaml(configuration)


def test_the_layers_do_not_print_their_content(folder: Folder) -> None:
    configuration = folder.read(DEMO)
    assert MASTER_KEY not in repr(configuration.layers)


@given(
    st.sampled_from([path for path, _ in leaves(Settings)]),
    st.sampled_from(
        [
            CANARY,
            [CANARY],
            {"$odd": CANARY},
            [[CANARY]],
            [{"x": CANARY}],
            f"{CANARY} {CANARY}",
            f"http://{CANARY}:x",
        ]
    ),
)
def test_no_error_repeats_a_value(path: tuple[str, ...], value: Any) -> None:
    content = {"litellm": {"baseUrl": "http://litellm", "masterKey": MASTER_KEY}, "demo": {"enabled": True}}
    said = "\n".join(problems(changed(content, ".".join(path), value)))
    assert CANARY not in said
    assert MASTER_KEY not in said


def problems(sections: dict[str, Any]) -> list[str]:
    try:
        load_configuration(None, sections, {})
    except SettingsError as error:
        return error.faults
    return []
