"""Tokens in the keychain, and what happens with keychains that refuse or forget."""

from pathlib import Path

import pytest

from keydesk.client.token_store import FileStore, KeychainStore, KeychainUnavailable
from keydesk.client.tokens import Tokens, loaded_tokens

TOKENS = Tokens("kda_access", "kdr_refresh", 1_800_000_000.0, "user:default/jane")


class Keychain:
    """A keychain in memory. `keeps` is False for one that accepts secrets and forgets them."""

    def __init__(self, *, keeps: bool = True) -> None:
        self.keeps = keeps
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.secrets.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        if self.keeps:
            self.secrets[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        del self.secrets[service_name, username]


class Locked(Keychain):
    """A keychain that its person does not unlock. Its errors contain the secret."""

    def get_password(self, service_name: str, username: str) -> str | None:
        raise RuntimeError(f"locked: {service_name} {username} {TOKENS.access}")

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise RuntimeError(f"locked: {service_name} {username} {password}")


def test_the_keychain_keeps_the_tokens_of_each_profile() -> None:
    keychain = Keychain()
    work, home = KeychainStore(keychain, "work"), KeychainStore(keychain, "home")
    work.save(TOKENS)
    assert (work.load(), home.load()) == (TOKENS, None)
    work.delete()
    work.delete()
    assert work.load() is None


def test_a_keychain_that_forgets_is_noticed() -> None:
    with pytest.raises(KeychainUnavailable, match="does not keep"):
        KeychainStore(Keychain(keeps=False), "work").save(TOKENS)


def test_an_error_of_the_keychain_is_reported_without_its_text() -> None:
    store = KeychainStore(Locked(), "work")
    for use in (store.load, store.delete):
        with pytest.raises(KeychainUnavailable) as caught:
            use()
        assert "RuntimeError" in str(caught.value)
        assert TOKENS.access not in str(caught.value)


def test_a_damaged_entry_is_like_none(tmp_path: Path) -> None:
    for text in (None, "", "{}", "[]", "null", '{"access": "x"}', "not JSON"):
        assert loaded_tokens(text) is None
    file = tmp_path / "folder" / "tokens.json"
    store = FileStore(file)
    assert store.load() is None
    store.save(TOKENS)
    assert store.load() == TOKENS
    store.delete()
    store.delete()
    assert not file.exists()


def test_tokens_are_not_printed() -> None:
    assert "kda_access" not in repr(TOKENS)
    assert "kdr_refresh" not in repr(TOKENS)
