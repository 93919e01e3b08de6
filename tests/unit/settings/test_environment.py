"""KEYDESK_... variables override files; invalid ones are refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.settings import Settings
from keydesk.settings.loading import load_configuration, load_settings
from keydesk.settings.names import environment_name, leaves
from keydesk.settings.sources.environment import from_environment
from tests.unit.settings.writing import DEMO, MASTER_KEY, Folder, changed

SET: list[tuple[str, str, str, Any]] = [
    ("KEYDESK_LITELLM__MASTER_KEY", "sk-env", "litellm.masterKey", "sk-env"),
    ("KEYDESK_LITELLM__USER_ID_DOMAIN", "example.com", "litellm.userIdDomain", "example.com"),
    ("KEYDESK_LITELLM__USER_ID_DOMAIN", "null", "litellm.userIdDomain", None),
    ("KEYDESK_LITELLM__BASE_URL", "null", "litellm.baseUrl", "null"),
    ("KEYDESK_SERVER__PORT", "9000", "server.port", "9000"),
    (
        "KEYDESK_LITELLM__DISPLAY__HIDE_TEAM_BUDGET_FOR_MEMBERS",
        "true",
        "litellm.display.hideTeamBudgetForMembers",
        "true",
    ),
    (
        "KEYDESK_SERVER__ALLOWED_HOSTS",
        '["a.example", "b.example"]',
        "server.allowedHosts",
        ["a.example", "b.example"],
    ),
    ("KEYDESK_LITELLM__TEAM_ADMIN__GROUP", "admins", "litellm.teamAdmin.group", "admins"),
    ("KEYDESK_LITELLM__TEAM_ADMIN__GROUP", '["a", "b"]', "litellm.teamAdmin.group", ["a", "b"]),
    ("KEYDESK_LITELLM__OPENCODE__METADATA", '{"a": "b"}', "litellm.opencode.metadata", {"a": "b"}),
    ("KEYDESK_DIRECTORY__PEOPLE", '[{"ref": "jane"}]', "directory.people", [{"ref": "jane"}]),
    ("KEYDESK_IDENTITY__BACKSTAGE__BASE_URL", "http://b", "identity.backstage.baseUrl", "http://b"),
    ("KEYDESK_GRANTS", '{"litellm.key.create": ["a"]}', "grants", {"litellm.key.create": ["a"]}),
    ("KEYDESK_SECRET", "s", "secret", "s"),
]


@pytest.mark.parametrize(("variable", "text", "path", "value"), SET)
def test_a_variable_sets_the_setting_of_its_name(variable: str, text: str, path: str, value: Any) -> None:
    layer, faults = from_environment({variable: text})
    assert layer.tree == changed({}, path, value)
    assert layer.source_of(tuple(path.split("."))) == variable
    assert faults == []


REFUSED = [
    ("KEYDESK_SERVER__PROT", "1", "is not a setting; did you mean KEYDESK_SERVER__PORT?"),
    ("KEYDESK_SEVER__PORT", "1", "is not a setting; did you mean KEYDESK_SERVER?"),
    ("KEYDESK_LITELLM__MASTERKEY", "canary", "is not a setting; did you mean KEYDESK_LITELLM__MASTER_KEY?"),
    ("KEYDESK_SERVER__PORT__NUMBER", "1", "is not a setting"),
    ("KEYDESK_IDENTITY__OIDC__ISSUER", "canary", "is not a setting"),
    ("KEYDESK_SERVER__ALLOWED_HOSTS", "[canary", "expected JSON"),
    ("KEYDESK_LITELLM__OPENCODE__METADATA", "canary", "expected JSON"),
    ("KEYDESK_SERVER", "[1]", "expected a JSON object"),
]


@pytest.mark.parametrize(("variable", "text", "expected"), REFUSED)
def test_an_invalid_variable_is_refused(variable: str, text: str, expected: str, folder: Folder) -> None:
    assert folder.problems(DEMO, environ={variable: text}) == [f"{variable}: {expected}"]


@pytest.mark.parametrize(
    "variable", ["KEYDESK_CONFIG", "KEYDESK_PORT", "KEYDESK_SERVICE_HOST", "KEYDESK_PORT_8000_TCP"]
)
def test_variables_that_an_orchestrator_sets_for_a_service_named_keydesk_are_ignored(variable: str) -> None:
    assert from_environment({variable: "tcp://10.0.0.1:8000", "HOME": "/"})[0].tree == {}


def test_variables_override_all_files_and_the_program(folder: Folder) -> None:
    file = folder.file("keydesk.yaml", changed(DEMO, "server.port", 1))
    environ = {"KEYDESK_SERVER__PORT": "3", "KEYDESK_UPSTREAM__TIMEOUT_SECONDS": "2.5"}
    given_too = {"server": {"port": 2, "host": "::1"}}
    settings = load_configuration(file, given_too, environ).settings
    assert (settings.server.port, settings.server.host) == (3, "::1")
    assert settings.upstream.timeout_seconds == 2.5
    assert load_configuration(file, given_too, {}).settings.server.port == 2


def test_a_single_variable_overrides_one_for_the_whole_section() -> None:
    environ = {"KEYDESK_SERVER__PORT": "2", "KEYDESK_SERVER": '{"port": 1, "host": "::1"}'}
    assert from_environment(environ)[0].tree == {"server": {"port": "2", "host": "::1"}}


def test_variables_alone_are_sufficient() -> None:
    environ = {
        "KEYDESK_LITELLM__BASE_URL": "http://litellm:4000",
        "KEYDESK_LITELLM__MASTER_KEY": MASTER_KEY,
        "KEYDESK_DEMO__ENABLED": "true",
    }
    assert load_configuration(environ=environ).settings.litellm.base_url == "http://litellm:4000"


def test_an_empty_variable_is_different_from_an_unset_one(folder: Folder) -> None:
    assert folder.problems(DEMO, environ={"KEYDESK_LITELLM__MASTER_KEY": ""}) == [
        "litellm.masterKey: must not be empty (KEYDESK_LITELLM__MASTER_KEY)"
    ]


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYDESK_UPSTREAM__MAX_CONNECTIONS", "7")
    litellm = {"base_url": "http://litellm:4000", "master_key": MASTER_KEY}
    assert load_settings(litellm=litellm, demo={"enabled": True}).upstream.max_connections == 7


def test_a_program_may_use_python_names() -> None:
    role = {"group": "a", "max_budget": 1, "metadata": {"cost_center": "1"}}
    litellm = {"base_url": "http://x", "master_key": MASTER_KEY, "provisioning": {"roles": (role,)}}
    grants = {"litellm.key.reset_spend": ["a"]}
    settings = load_configuration(
        None, {"litellm": litellm, "demo": {"enabled": True}, "grants": grants}, {}
    ).settings
    assert settings.litellm.provisioning.roles[0].max_budget == 1
    assert settings.litellm.provisioning.roles[0].metadata == {"cost_center": "1"}
    assert list(settings.grants) == ["litellm.key.reset_spend"]


LEAVES = [path for path, _ in leaves(Settings)]


def test_every_setting_has_its_own_variable() -> None:
    assert len({environment_name(path) for path in LEAVES}) == len(LEAVES)


@given(st.sampled_from(LEAVES), st.integers())
def test_a_variable_belongs_to_the_setting_it_is_named_after(path: tuple[str, ...], number: int) -> None:
    layer, faults = from_environment({environment_name(path): json.dumps([number])})
    if faults:
        assert faults == [f"{environment_name(path)}: expected a JSON object"]
    else:
        assert list(layer.variables) == [path]
