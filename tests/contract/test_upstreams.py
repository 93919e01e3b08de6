"""How a test run finds and names its gateways, without calling them."""

import pytest

from tests.support.required import real_is_required
from tests.support.upstream.address import Upstream, real_address

SECRETIVE = Upstream(
    "litellm", "https://admin:hunter2@gateway.example.com:8443/base?token=hunter2", "sk-hunter2", "1.109.1"
)


def test_a_gateway_is_named_without_its_credentials() -> None:
    assert SECRETIVE.title == "litellm, LiteLLM 1.109.1"
    assert SECRETIVE.address == "https://gateway.example.com:8443"


def test_a_gateway_does_not_print_its_master_key() -> None:
    assert "sk-hunter2" not in repr(SECRETIVE)


def test_the_real_gateway_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_URL", "http://gateway:4000/")
    monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-1")
    assert real_address() == ("http://gateway:4000", "sk-1")


@pytest.mark.parametrize("missing", ["LITELLM_URL", "LITELLM_MASTER_KEY"])
def test_a_url_without_a_key_is_ignored(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("LITELLM_URL", "http://gateway:4000")
    monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-1")
    monkeypatch.delenv(missing)
    assert real_address() is None


@pytest.mark.parametrize(("value", "required"), [("1", True), ("0", False), ("", False)])
def test_a_run_can_require_the_real_gateway(
    monkeypatch: pytest.MonkeyPatch, value: str, required: bool
) -> None:
    monkeypatch.setenv("KEYDESK_REQUIRE_REAL", value)
    assert real_is_required() is required
