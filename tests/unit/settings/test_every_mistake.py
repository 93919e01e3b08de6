"""A configuration with mistakes of every kind: one run names all of them, each with its path and line."""

from pathlib import Path

import pytest

from keydesk.settings.loading import SettingsError, load_configuration
from tests.unit.settings.writing import DEMO, LITELLM, Folder

CONFIGURATION = """\
litellm:
  baseUrl: litellm:4000
  publicBaseUrl: https://me:canary@llm.example.com
  masterKey: ${NOBODY_SET_THIS}
  userIdDomain: "@example.com"
  provisioning:
    defaults: {maxBudget: -5, budgetDuration: monthly, models: gpt-4o, userRole: admin}
    roles:
      - {group: admins, maxBudget: ten}
      - {group: staff}
      - {group: staff, tpmLimit: 5}
      - {maxBudget: 5}
  keyGeneration: {teamRequired: perhaps, maxKeysPerPerson: 0, resetSpendGroup: admins}
  teamAdmin: {group: managers, maxBudgetCeiling: 500, largestBudget: 100, objectPermissions: {enabled: true}}
  display: {hideTeamBudgetForManagers: true}
  bridge: {enabled: true}
  opencode: {enabled: true, key_duration: 30d}
identity:
  oidc:
    - {issuer: https://sso.example.com, algorithms: [HS256]}
  trustedProxy: {networks: [10.0.0.1/8], userHeader: X-User, emailHeader: X-User}
directory:
  backstage: {baseUrl: http://backstage:7007, token: {$file: token.txt}}
  people: [{ref: jane}, {ref: bob, email: 7}, {ref: user:default/jane}]
  peopleFile: PEOPLE
grants: {litellm.key.crate: [admins]}
permissions: {backstage: true}
server:
  port: 70000
  allowedHosts: [https://keys.example.com]
  allowedOrigins: [https://backstage.example.com/portal]
sever: {}
database: {url: "postgresql://keydesk:canary@db/keydesk?sslrootcert=/nowhere/ca.pem"}
secret: canary
cache: []
metrics: {enabled: true, port: 8000}
portal:
  baseUrl: http://keys.example.com/portal
  signIn: {issuer: https://sso.example.com, clientId: "", scopes: [profile]}
  sessions: {idleMinutes: 120, absoluteHours: 1, checkMinutes: 60, unconfirmedMinutes: 60}
"""
PEOPLE = "people: [{ref: 7}]\ngroups: [{ref: a}]\n"
EXPECTED = {
    "litellm.baseUrl: expected an HTTP or HTTPS URL": 2,
    "litellm.publicBaseUrl: must not contain a user name": 3,
    "litellm.masterKey: is required, but the variable NOBODY_SET_THIS is not set": 4,
    "litellm.userIdDomain: expected a domain": 5,
    "litellm.provisioning.defaults.maxBudget: must be at least 0, found -5": 7,
    "litellm.provisioning.defaults.budgetDuration: expected a whole number and a unit": 7,
    "litellm.provisioning.defaults.models: expected a list, found a string of length 6": 7,
    "litellm.provisioning.defaults.userRole: expected 'internal_user'": 7,
    "litellm.provisioning.roles[0].maxBudget: expected a number, found a string of length 3": 9,
    "litellm.provisioning.roles[3].group: is required": 12,
    "litellm.keyGeneration.teamRequired: expected true or false": 13,
    "litellm.keyGeneration.maxKeysPerPerson: must be at least 1, found 0": 13,
    "litellm.bridge.issuer: is required if enabled is true": 16,
    "litellm.opencode.key_duration: is not a setting; did you mean keyDuration?": 17,
    "identity.oidc[0].algorithms[0]: expected 'RS256'": 20,
    "identity.oidc[0].audiences: set audiences or authorizedParties": 20,
    "identity.trustedProxy.networks[0]: expected a network": 21,
    "identity.trustedProxy.emailHeader: must differ from userHeader": 21,
    "directory.backstage.token: the file (relative to {folder}) cannot be read": 23,
    "directory.people[1].email: expected a string": 24,
    "directory.people[2].ref: is listed more than once": 24,
    'grants["litellm.key.crate"]: is not a permission': 26,
    "permissions.backstage: requires identity.backstage": 27,
    "server.port: must be at most 65535, found 70000": 29,
    "server.allowedHosts[0]: expected a host name without scheme": 30,
    "server.allowedOrigins[0]: expected an origin": 31,
    "sever: is not a setting; did you mean server?": 32,
    "database.url: the file of sslrootcert cannot be read": None,
    "secret: must have at least 32 characters, found a string of length 6": 34,
    "cache: expected a mapping of names to values, found a list": 35,
    "portal.baseUrl: must start with https://": 38,
    "portal.baseUrl: must not contain a path": 38,
    "portal.signIn.clientId: must not be empty": 39,
    "portal.signIn.scopes: must include openid": 39,
    "portal.sessions.unconfirmedMinutes: must be greater than checkMinutes": 40,
}
"""The start of each line, and the line of the file that it names."""
CONTRADICTIONS = [
    "litellm.teamAdmin.maxBudgetCeiling: ",
    "litellm.teamAdmin.objectPermissions.enabled: ",
    "litellm.provisioning.roles[2].group: ",
    "litellm.display.hideTeamBudgetForManagers: ",
    "portal.sessions.idleMinutes: ",
]


@pytest.fixture
def refused(folder: Folder) -> SettingsError:
    people = folder.file("people.yaml", PEOPLE)
    file = folder.file("keydesk.yaml", CONFIGURATION.replace("PEOPLE", str(people)))
    with pytest.raises(SettingsError) as refusal:
        load_configuration(file, environ={"KEYDESK_UPSTREAM__TIMEOUT": "5"})
    return refusal.value


def found(faults: list[str], start: str) -> str:
    (fault,) = [each for each in faults if each.startswith(start)]
    return fault


def test_each_mistake_is_named_with_its_line(refused: SettingsError, folder: Folder) -> None:
    for start, line in EXPECTED.items():
        if line is not None:
            fault = found(refused.faults, start.format(folder=folder.path))
            assert fault.endswith(f"({folder.path / 'keydesk.yaml'}, line {line})"), fault


def test_nothing_else_is_a_mistake(refused: SettingsError, folder: Folder) -> None:
    people = folder.path / "people.yaml"
    starts = [start.format(folder=folder.path) for start in EXPECTED]
    starts += [
        "KEYDESK_UPSTREAM__TIMEOUT: is not a setting; did you mean KEYDESK_UPSTREAM__TIMEOUT_SECONDS?",
        f"{people}: people[0].ref: expected a string",
        f"{people}: groups[0].parent: is required (line 2)",
    ]
    unexpected = [fault for fault in refused.faults if not fault.startswith(tuple(starts))]
    assert unexpected == []
    for start in starts:
        found(refused.faults, start)


def test_a_policy_that_contradicts_itself_is_pointed_out(refused: SettingsError) -> None:
    for start in CONTRADICTIONS:
        found(list(refused.warnings), start)
    assert len(refused.warnings) == len(CONTRADICTIONS)


def test_objects_and_resets_that_nobody_can_use_are_pointed_out(folder: Folder) -> None:
    rules = {"keyGeneration": {"resetSpendGroup": "admins"}}
    teams = {"teamAdmin": {"group": "managers", "allowedMcpServers": ["search"]}}
    grants = {"litellm.team.create": ["managers"]}
    configuration = folder.read({**DEMO, "litellm": {**LITELLM, **rules, **teams}, "grants": grants})
    assert [warning.partition(":")[0] for warning in configuration.warnings] == [
        "litellm.teamAdmin.objectPermissions.enabled",
        "litellm.keyGeneration.resetSpendGroup",
    ]


def test_no_text_of_the_configuration_is_repeated(refused: SettingsError) -> None:
    assert "canary" not in "\n".join(refused.faults)


def test_a_rule_about_an_invalid_value_is_not_guessed(folder: Folder) -> None:
    """`metrics.port` is the default of `server.port`, which nobody knows here."""
    content = {"litellm": {}, "demo": {"enabled": "perhaps"}, "server": {"port": "x"}}
    faults = folder.problems({**content, "metrics": {"enabled": True, "port": 8000}})
    assert [fault.partition(":")[0] for fault in faults] == [
        "litellm.baseUrl",
        "litellm.masterKey",
        "server.port",
        "demo.enabled",
    ]


def test_a_file_that_cannot_be_read_hides_no_mistake_in_another(folder: Folder, tmp_path: Path) -> None:
    other = folder.file("other.yaml", {"sever": {}, "server": {"port": "x"}, "demo": {}})
    with pytest.raises(SettingsError) as refusal:
        load_configuration([tmp_path / "gone.yaml", other], environ={})
    starts = [fault.partition(": ")[0] for fault in refusal.value.faults]
    assert starts == [str(tmp_path / "gone.yaml"), "server.port", "sever"]
