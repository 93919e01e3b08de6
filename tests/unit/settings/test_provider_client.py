"""`identity.oidc[].commandLine`: a client whose tokens Keydesk would reject is refused, at the setting to change."""

from typing import Any

import pytest

from keydesk.settings.loading import load_configuration
from tests.architecture.markdown_files import DOCS, code_blocks
from tests.unit.settings.writing import DEMO, Folder

ISSUER: dict[str, Any] = {"issuer": "https://sso.example.com", "authorizedParties": ["cli"]}
CLIENT: dict[str, Any] = {"clientId": "cli"}


def problems(folder: Folder, client: dict[str, Any] = CLIENT, **issuer: Any) -> list[str]:
    return folder.problems({**DEMO, "identity": {"oidc": [ISSUER | issuer | {"commandLine": client}]}})


def test_a_public_client_asks_for_a_refresh_token(folder: Folder) -> None:
    settings = folder.settings({**DEMO, "identity": {"oidc": [ISSUER | {"commandLine": CLIENT}]}})
    provider = settings.identity.command_line
    assert provider is not None
    assert provider.command_line is not None
    assert "offline_access" in provider.command_line.scopes


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ({"authorizedParties": ["portal"]}, "oidc[0].authorizedParties: must include the clientId of"),
        ({"acceptIdTokens": True}, "oidc[0].audiences: must include the clientId of commandLine, cli"),
        ({"issuer": "http://sso.example.com"}, "oidc[0].issuer: must start with https:// for commandLine"),
    ],
)
def test_tokens_that_keydesk_would_reject_are_pointed_out(
    folder: Folder, issuer: dict[str, Any], expected: str
) -> None:
    (found,) = problems(folder, **issuer)
    assert expected in found


@pytest.mark.parametrize(
    "issuer",
    [
        {"acceptIdTokens": True, "audiences": ["cli"]},
        {"authorizedParties": [], "audiences": ["keydesk"]},
        {"issuer": "http://127.0.0.1:8080"},
    ],
    ids=str,
)
def test_clients_whose_tokens_can_be_accepted(folder: Folder, issuer: dict[str, Any]) -> None:
    content = {**DEMO, "identity": {"oidc": [ISSUER | issuer | {"commandLine": CLIENT}]}}
    assert folder.settings(content).identity.command_line is not None


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ({"scopes": ["profile"]}, "commandLine.scopes: must include openid"),
        ({"authorizationParameters": {"redirect_uri": "x"}}, "redirect_uri: is set by Keydesk"),
        ({"redirectPort": 80}, "commandLine.redirectPort: must be 0, or at least 1024"),
        ({"clientSecret": "x"}, "commandLine.clientSecret: is not a setting"),
    ],
)
def test_the_client_is_public_and_cannot_change_the_flow(
    folder: Folder, client: dict[str, Any], expected: str
) -> None:
    (found,) = problems(folder, CLIENT | client)
    assert expected in found


def test_only_one_provider_can_be_for_the_command_line(folder: Folder) -> None:
    both = [ISSUER | {"commandLine": CLIENT}, ISSUER | {"audiences": ["x"], "commandLine": CLIENT}]
    (found,) = folder.problems({**DEMO, "identity": {"oidc": both}})
    assert "identity.oidc[1].commandLine: is set in oidc[0] already" in found


@pytest.mark.parametrize("page", ["keycloak", "entra-id", "okta"])
def test_the_recipes_can_be_used(folder: Folder, page: str) -> None:
    blocks = code_blocks(DOCS / "how-to" / "sign-in" / f"{page}.md", "yaml")
    usual, machines = (
        next(block for block in blocks if word in block) for word in ("signIn:", "commandLine:")
    )
    files = [folder.file("usual.yaml", usual), folder.file("machines.yaml", machines)]
    secrets = dict.fromkeys(("LITELLM_MASTER_KEY", "OIDC_CLIENT_SECRET", "KEYDESK_SECRET"), "s" * 40)
    configuration = load_configuration(files, environ=secrets)
    assert configuration.settings.identity.command_line is not None
    assert configuration.warnings == []
