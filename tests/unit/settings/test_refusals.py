"""Invalid configurations are refused, with the path as in the file and the expected value."""

from pathlib import Path
from typing import Any

import pytest

from keydesk.settings.loading import SettingsError, load_settings
from tests.unit.settings.writing import DEMO, Folder, changed

ISSUER = {"issuer": "https://login.example.com", "audiences": ["keydesk"]}
DEFAULTS = "litellm.provisioning.defaults"

BROKEN: dict[str, tuple[str, Any, str]] = {
    "no base URL": (
        "litellm",
        {"masterKey": "sk"},
        "litellm.baseUrl: is required; set it here or in KEYDESK_LITELLM__BASE_URL",
    ),
    "no master key": (
        "litellm",
        {"baseUrl": "http://x"},
        "litellm.masterKey: is required; set it here or in KEYDESK_LITELLM__MASTER_KEY",
    ),
    "an empty master key": ("litellm.masterKey", "", "litellm.masterKey: must not be empty"),
    "a master key of two lines": (
        "litellm.masterKey",
        "sk-1\nsk-2",
        "litellm.masterKey: must contain only ASCII letters, digits and punctuation, without spaces or line breaks",
    ),
    "a master key that is a number": (
        "litellm.masterKey",
        1234,
        "litellm.masterKey: expected a string (put it in quotes if it looks like a number)",
    ),
    "a base URL without a scheme": (
        "litellm.baseUrl",
        "litellm:4000",
        "litellm.baseUrl: expected an HTTP or HTTPS URL such as https://gateway.example.com",
    ),
    "a base URL with a password": (
        "litellm.baseUrl",
        "http://me:canary@litellm",
        "litellm.baseUrl: must not contain a user name, password, query or fragment",
    ),
    "a domain that is an address": (
        "litellm.userIdDomain",
        "@example.com",
        "litellm.userIdDomain: expected a domain such as example.com",
    ),
    "a name in snake case": (
        "litellm.master_key",
        "sk",
        "litellm.master_key: is not a setting; did you mean masterKey?",
    ),
    "a misspelt name": (
        "litellm.keyGeneration.allowUnlimitedBuget",
        True,
        "litellm.keyGeneration.allowUnlimitedBuget: is not a setting; did you mean allowUnlimitedBudget?",
    ),
    "a name like no other": ("litellm.provisioning.zzz", 1, "litellm.provisioning.zzz: is not a setting"),
    "a misspelt section": ("sever", {"port": 1}, "sever: is not a setting; did you mean server?"),
    "a text for a switch": ("litellm.display.hideTeamBudgetForMembers", "maybe", "expected true or false"),
    "a section that is a list": ("litellm.keyGeneration", [], "expected a mapping of names to values"),
    "a list that is a text": (f"{DEFAULTS}.models", "gpt-4o", f"{DEFAULTS}.models: expected a list"),
    "an empty name of a model": (f"{DEFAULTS}.models", ["a", ""], f"{DEFAULTS}.models[1]: must not be empty"),
    "a negative budget": (f"{DEFAULTS}.maxBudget", -1, f"{DEFAULTS}.maxBudget: must be at least 0"),
    "a budget without end": (f"{DEFAULTS}.maxBudget", "inf", f"{DEFAULTS}.maxBudget: expected a number"),
    "a budget in words": (f"{DEFAULTS}.maxBudget", "ten", f"{DEFAULTS}.maxBudget: expected a number"),
    "half a request a minute": (f"{DEFAULTS}.rpmLimit", 0.5, f"{DEFAULTS}.rpmLimit: expected a whole number"),
    "no request a minute": (f"{DEFAULTS}.rpmLimit", 0, f"{DEFAULTS}.rpmLimit: must be greater than 0"),
    "a budget period in words": (
        f"{DEFAULTS}.budgetDuration",
        "monthly",
        f"{DEFAULTS}.budgetDuration: expected a whole number and a unit (s, m, h, d, w, mo or y), such as 30d",
    ),
    "a role LiteLLM has not": (
        f"{DEFAULTS}.userRole",
        "admin",
        f"{DEFAULTS}.userRole: expected 'internal_user' or 'internal_user_viewer'",
    ),
    "metadata that is a number": (
        f"{DEFAULTS}.metadata",
        {"costCenter": 4711},
        f"{DEFAULTS}.metadata.costCenter: expected a string (put it in quotes if it looks like a number)",
    ),
    "nested metadata": (
        f"{DEFAULTS}.metadata",
        {"a": {"b": "c"}},
        f"{DEFAULTS}.metadata.a: expected a string",
    ),
    "a role without a group": (
        "litellm.provisioning.roles",
        [{"group": "a"}, {"maxBudget": 5}],
        "litellm.provisioning.roles[1].group: is required",
    ),
    "a group that is a user": (
        "litellm.audit.group",
        "user:default/jane",
        "litellm.audit.group: expected an entity reference such as group:default/name",
    ),
    "a bridge without an issuer": (
        "litellm.bridge.enabled",
        True,
        "litellm.bridge.issuer: is required if enabled is true",
    ),
    "no budget for OpenCode": (
        "litellm.opencode.maxBudget",
        0,
        "litellm.opencode.maxBudget: must be greater than 0",
    ),
    "team admins without permissions": (
        "litellm.teamAdmin.group",
        ["a", "b"],
        "litellm.teamAdmin.group: requires permissions: set permissions.backstage (permission.enabled in a Backstage",
    ),
    "a permission there is not": (
        "grants",
        {"litellm.key.crate": ["a"]},
        'grants["litellm.key.crate"]: is not a permission; did you mean litellm.key.create?',
    ),
    "a grant to a person": (
        "grants",
        {"litellm.key.create": ["user:default/jane"]},
        'grants["litellm.key.create"][0]: expected an entity reference such as group:default/name',
    ),
    "permissions of a Backstage there is not": (
        "permissions.backstage",
        True,
        "permissions.backstage: requires identity.backstage (backend.baseUrl in a Backstage app-config)",
    ),
    "the demo for all the world": (
        "server.host",
        "0.0.0.0",  # noqa: S104 - that it is refused is the point
        "server.host: must be 127.0.0.1 if demo.enabled is true",
    ),
    "no way to sign in": ("demo.enabled", False, "identity: configure an authentication method"),
    "tokens meant for anybody": (
        "identity.oidc",
        [{"issuer": "https://login.example.com"}],
        "identity.oidc[0].audiences: set audiences or authorizedParties to say which tokens Keydesk accepts",
    ),
    "a symmetric algorithm": (
        "identity.oidc",
        [{**ISSUER, "algorithms": ["HS256"]}],
        "identity.oidc[0].algorithms[0]: expected 'RS256', ",
    ),
    "a network with host bits": (
        "identity.trustedProxy",
        {"networks": ["10.0.0.1/8"]},
        "identity.trustedProxy.networks[0]: expected a network such as 10.0.0.0/8 or fd00::/8",
    ),
    "a proxy from nowhere": (
        "identity.trustedProxy",
        {"networks": []},
        "identity.trustedProxy.networks: must not be",
    ),
    "a catalog without a token": (
        "directory.backstage",
        {"baseUrl": "http://backstage:7007"},
        "directory.backstage.token: is required; set it here or in KEYDESK_DIRECTORY__BACKSTAGE__TOKEN",
    ),
    "a person twice": (
        "directory.people",
        [{"ref": "jane"}, {"ref": "user:default/Jane"}],
        "directory.people[1].ref: is listed more than once",
    ),
    "a port there is not": ("server.port", 70_000, "server.port: must be at most 65535"),
    "no host at all": ("server.allowedHosts", [], "server.allowedHosts: must not be empty"),
    "a short secret": ("secret", "canary", "secret: must have at least 32 characters"),
    "another database": (
        "database.url",
        "mysql://canary",
        "database.url: expected a URL such as sqlite:///keydesk.db or postgresql://",
    ),
}


@pytest.mark.parametrize(("path", "value", "expected"), BROKEN.values(), ids=BROKEN)
def test_an_invalid_value_is_refused(folder: Folder, path: str, value: Any, expected: str) -> None:
    (problem,) = folder.problems(changed(DEMO, path, value))

    assert expected in problem
    assert problem.startswith(expected.partition(" ")[0]) or expected.startswith("expected")
    assert "canary" not in problem


def test_all_errors_are_reported_together(folder: Folder) -> None:
    content = changed(changed(changed(DEMO, "server.port", "x"), "sever", {}), "litellm.bridge.enabled", True)
    file = folder.path / "keydesk-0.yaml"
    assert folder.problems(content, environ={"KEYDESK_UPSTREAM__MAX_CONNECTIONS": "0"}) == [
        f"server.port: expected a whole number, found a string of length 1 ({file}, line 1)",
        "upstream.maxConnections: must be at least 1, found 0 (KEYDESK_UPSTREAM__MAX_CONNECTIONS)",
        f"sever: is not a setting; did you mean server? ({file}, line 1)",
        f"litellm.bridge.issuer: is required if enabled is true ({file}, line 1)",
    ]


def test_a_configuration_with_a_sign_in_requires_a_directory(folder: Folder) -> None:
    content = {"litellm": DEMO["litellm"], "identity": {"oidc": [ISSUER]}}
    assert folder.problems(content) == [
        "directory: configure a source of people: backstage, people, peopleFile or claims: true"
    ]
    assert folder.settings({**content, "directory": {"claims": True}}).directory.claims


def test_team_admins_with_grants_need_no_other_permissions(folder: Folder) -> None:
    content = {
        **changed(DEMO, "litellm.teamAdmin.group", "admins"),
        "grants": {"litellm.team.create": ["admins"]},
    }
    settings = folder.settings(content)
    assert settings.litellm.team_admin.group == ("group:default/admins",)
    assert settings.grants == {"litellm.team.create": ("group:default/admins",)}


def test_team_rules_without_team_admins_are_reported(folder: Folder) -> None:
    found = folder.read(changed(DEMO, "litellm.teamAdmin.allowedModels", ["gpt-4o"]))
    assert found.warnings == ["litellm.teamAdmin: has no effect without litellm.teamAdmin.group"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("litellm: [", "is not valid YAML, or repeats a name at line 1, column 11"),
        ("litellm:\n  masterKey: *canary\n", "is not valid YAML, or repeats a name at line 2, column 14"),
        ("demo: {}\ndemo: {}\n", "is not valid YAML, or repeats a name at line 2, column 1"),
        ("- a\n", "expected a mapping of sections at the top level"),
        ("just text", "expected a mapping of sections at the top level"),
        ("a: " + "[" * 1000, "is nested too deeply"),
    ],
)
def test_a_file_that_is_not_yaml_is_refused(folder: Folder, text: str, expected: str) -> None:
    file = folder.path / "keydesk-0.yaml"
    assert folder.problems(text) == [f"{file}: {expected}"]


def test_a_file_in_another_encoding_is_refused(folder: Folder) -> None:
    file = folder.path / "latin.yaml"
    file.write_bytes("litellm: {baseUrl: 'http://müller'}".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_settings(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.yaml: cannot be read \(No such file or directory\)"):
        load_settings(tmp_path / "gone.yaml")
