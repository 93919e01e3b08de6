"""Keeps tokens in the system's keychain, or else in a file that only its owner can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol

from keydesk.client.errors import ClientError
from keydesk.client.files import read_private, write_private
from keydesk.client.tokens import Tokens, loaded_tokens

_SERVICE = "keydesk"
KEYCHAIN, FILE = "keychain", "file"


class TokenStore(Protocol):
    """Keeps the tokens of one profile. `kind` is the store's name in the profile."""

    kind: str

    def load(self) -> Tokens | None: ...
    def save(self, tokens: Tokens) -> None: ...
    def delete(self) -> None: ...


class Keyring(Protocol):
    """The part of the library `keyring` that is used here."""

    def get_password(self, service_name: str, username: str) -> str | None: ...
    def set_password(self, service_name: str, username: str, password: str) -> None: ...
    def delete_password(self, service_name: str, username: str) -> None: ...


class KeychainUnavailable(ClientError):  # noqa: N818 - it reads as what happened
    """There is no keychain, or it refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The keychain of this system cannot be used: {reason}.")


class KeychainStore:
    """Raises KeychainUnavailable."""

    kind = KEYCHAIN

    def __init__(self, keyring: Keyring, profile: str) -> None:
        self._keyring = keyring
        self._profile = profile

    def load(self) -> Tokens | None:
        with _keychain_errors():
            return loaded_tokens(self._keyring.get_password(_SERVICE, self._profile))

    def save(self, tokens: Tokens) -> None:
        """Store the tokens and read them back, because some keychains accept them and keep nothing."""
        with _keychain_errors():
            self._keyring.set_password(_SERVICE, self._profile, tokens.dumped())
        if self.load() != tokens:
            raise KeychainUnavailable("it does not keep what it is given")

    def delete(self) -> None:
        with _keychain_errors():
            if self._keyring.get_password(_SERVICE, self._profile) is not None:
                self._keyring.delete_password(_SERVICE, self._profile)


class FileStore:
    """Raises ClientError."""

    kind = FILE

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Tokens | None:
        return loaded_tokens(read_private(self.path))

    def save(self, tokens: Tokens) -> None:
        write_private(self.path, tokens.dumped())

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)


def system_keyring() -> Keyring:
    """Return the library `keyring` of the extra `keychain`. It is slow to import. Raises KeychainUnavailable."""
    try:
        keyring: Keyring = import_module("keyring")
    except ImportError:
        raise KeychainUnavailable(
            "the extra keychain is not installed (pip install 'keydesk[keychain]')"
        ) from None
    return keyring


@contextmanager
def _keychain_errors() -> Iterator[None]:
    """Raise KeychainUnavailable for every error: each system's keychain has its own. Their texts are not shown."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - see above
        raise KeychainUnavailable(f"it failed with {type(error).__name__}") from None
