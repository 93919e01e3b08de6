"""The Dockerfile and the compose file: their linters, and our rules."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from keydesk.settings.loading import load_configuration
from tests.deployment.files.conftest import DEPLOY, ROOT, run

COMPOSE = DEPLOY / "compose"
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
    return found


@pytest.mark.deployment_tools
def test_hadolint_passes() -> None:
    run("hadolint", ROOT / "Dockerfile")


def test_the_image_does_not_run_as_root() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert "pip" not in final
    assert "/health/live" in final


def test_every_dependency_is_pinned_by_its_hash() -> None:
    installs = re.findall(r"pip (?:--python \S+ )?install ([^\\&|]*)", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in each or "--no-index" in each for each in installs), installs
    for name in ("build", "image"):
        pinned = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert pinned.count("--hash=sha256:") >= len(re.findall(r"^\S+==", pinned, re.MULTILINE)) > 0


@pytest.mark.deployment_tools
def test_the_compose_file_is_valid(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text((COMPOSE / "env.example").read_text().replace("=", "=filled-in"))
    said = run("docker-compose", "--env-file", env, "--file", COMPOSE / "compose.yaml", "config")
    assert "postgresql://keydesk:filled-in@postgres/keydesk" in said


@pytest.mark.deployment_tools
def test_nothing_starts_without_secrets(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text("")
    with pytest.raises(AssertionError, match=r"set it in \.env"):
        run("docker-compose", "--env-file", env, "--file", COMPOSE / "compose.yaml", "config")


def test_compose_runs_keydesk_without_capabilities_and_with_a_read_only_file_system(
    services: dict[str, Any],
) -> None:
    desk = services["keydesk"]
    assert desk["read_only"] is True
    assert desk["cap_drop"] == ["ALL"]
    assert desk["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", []))


def test_compose_waits_for_services_to_start_and_requests_to_finish(services: dict[str, Any]) -> None:
    """It waits for the final PostgreSQL, which listens on TCP, and for running requests."""
    assert services["keydesk"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert any(word.startswith("--host=") for word in services["postgres"]["healthcheck"]["test"])
    assert int(services["keydesk"]["stop_grace_period"].removesuffix("s")) >= 40


def test_example_secrets_are_refused() -> None:
    examples = re.findall(r"^[A-Z_]+=(.*)$", (COMPOSE / "env.example").read_text(), re.MULTILINE)
    assert examples == [""] * len(examples)


def test_the_compose_file_contains_no_secret(services: dict[str, Any]) -> None:
    """Each secret comes from the environment, and nothing starts without it."""
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"_KEY$|SECRET|PASSWORD|DATABASE", name):
                assert re.search(r"\$\{[A-Z_]+:\?set it in \.env\}", value), name
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (COMPOSE / "compose.yaml").read_text()))
    assert wanted == set(re.findall(r"^([A-Z_]+)=", (COMPOSE / "env.example").read_text(), re.MULTILINE))


def test_its_configuration_is_valid(services: dict[str, Any]) -> None:
    secrets = {
        "KEYDESK_LITELLM__MASTER_KEY": "sk-example",
        "KEYDESK_SECRET": "an-example-of-at-least-32-characters",
        "KEYDESK_DATABASE__URL": "postgresql://keydesk:example@postgres/keydesk",
    }
    environ = {**services["keydesk"]["environment"], **secrets}
    configuration = load_configuration([COMPOSE / "keydesk.yaml"], environ=environ)
    assert configuration.warnings == []
