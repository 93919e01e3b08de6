"""Profiles: the servers at which a person is signed in, by name. They contain no secret."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keydesk.client.errors import ClientError, NotSignedIn, WrongUsage
from keydesk.client.files import read_private, write_private
from keydesk.client.folder import config_folder
from keydesk.client.key_file import LONGEST_NAME, USUAL_PROFILE, VARIABLE, is_name
from keydesk.client.provider_client import ProviderClient, provider_client_in


@dataclass(frozen=True, slots=True)
class Profile:
    """A sign-in at a server. `store` is where its tokens are: `keychain` or `file`.

    `provider` is the client of the provider that issued the tokens, if it was not the server itself.
    """

    name: str
    address: str
    person: str
    store: str
    provider: ProviderClient | None = None

    @property
    def issuer(self) -> str:
        """The issuer of the tokens."""
        return self.provider.issuer if self.provider else self.address


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of the command line's files."""

    folder: Path

    @classmethod
    def of_person(cls) -> "Home":
        return cls(Path(config_folder()))

    def profile(self, name: str) -> Profile:
        """Return a profile. Raises NotSignedIn if there is none."""
        found = self.profiles().get(name)
        if found is None:
            with_name = "" if name == USUAL_PROFILE else f" --profile {name}"
            raise NotSignedIn(f"You are not signed in. Run: keydesk login <address of Keydesk>{with_name}")
        return found

    def profiles(self) -> dict[str, Profile]:
        """Return all profiles by name. Raises ClientError if the file is not readable."""
        text = read_private(self._file)
        if text is None:
            return {}
        try:
            return {name: _profile(name, fields) for name, fields in json.loads(text)["profiles"].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ClientError(f"{self._file} is damaged. Delete it, and sign in again.") from None

    def name_for(self, address: str, chosen: str) -> str:
        """Return the name of a profile at this server: the chosen one, another one, or a name for a new profile."""
        profiles = self.profiles()
        if chosen not in profiles or profiles[chosen].address == address:
            return chosen
        found = [name for name, profile in profiles.items() if profile.address == address]
        return min(found, default=_name_of(address))

    def save(self, profile: Profile) -> None:
        self._write({**self.profiles(), profile.name: profile})

    def remove(self, name: str) -> None:
        self._write({other: profile for other, profile in self.profiles().items() if other != name})

    def remove_keys(self, profile: str) -> None:
        """Delete the files with the keys of this machine, which `keydesk token` made."""
        for pattern in (f"{profile}.key", f"{profile}@*.key"):
            for file in (self.folder / "keys").glob(pattern):
                file.unlink(missing_ok=True)

    def tokens_file(self, profile: str) -> Path:
        return self.folder / "tokens" / f"{profile}.json"

    def lock_file(self, profile: str) -> Path:
        return self.folder / "tokens" / f"{profile}.lock"

    @property
    def _file(self) -> Path:
        return self.folder / "profiles.json"

    def _write(self, profiles: Mapping[str, Profile]) -> None:
        content = {name: _without_name(profile) for name, profile in sorted(profiles.items())}
        write_private(self._file, json.dumps({"profiles": content}, indent=2) + "\n")


def chosen_profile(option: str | None) -> str:
    """Return the profile's name: the option, the variable KEYDESK_PROFILE, or `default`. Raises WrongUsage."""
    name = option or os.environ.get(VARIABLE) or USUAL_PROFILE
    if not is_name(name):
        raise WrongUsage("The name of a profile has letters, digits, dots, underscores and hyphens only.")
    return name


def _name_of(address: str) -> str:
    """Return a name for a profile at this server, such as `keys.example.com-8443`."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", address.partition("://")[2]).strip("-")[:LONGEST_NAME]


def _profile(name: str, fields: Mapping[str, Any]) -> Profile:
    named = fields.get("provider")
    return Profile(name, **{**fields, "provider": None if named is None else provider_client_in(named)})


def _without_name(profile: Profile) -> dict[str, Any]:
    """Return the fields that are written down."""
    fields = asdict(profile)
    return {name: value for name, value in fields.items() if name != "name" and value is not None}
