"""The profile that a command uses for a server whose address it is given."""

from pathlib import Path

from keydesk.client.key_file import is_name
from keydesk.client.profiles import Home, Profile

WORK, OTHER = "https://keys.example.com", "https://keys.example.org:8443"


def home_with(folder: Path, **addresses: str) -> Home:
    home = Home(folder)
    for name, address in addresses.items():
        home.save(Profile(name, address, "user:default/jane", "file"))
    return home


def test_the_chosen_profile_is_used_if_it_is_free_or_at_this_server(tmp_path: Path) -> None:
    assert home_with(tmp_path / "empty").name_for(WORK, "default") == "default"
    home = home_with(tmp_path / "home", a=WORK, default=WORK)
    assert home.name_for(WORK, "default") == "default"


def test_a_key_is_never_taken_from_the_profile_of_another_server(tmp_path: Path) -> None:
    home = home_with(tmp_path, default=WORK)
    assert home.name_for(OTHER, "default") == "keys.example.org-8443"
    home.save(Profile("private", OTHER, "user:default/jane", "file"))
    assert home.name_for(OTHER, "default") == "private"


def test_a_new_name_is_valid_for_every_address(tmp_path: Path) -> None:
    home = home_with(tmp_path, default=WORK)
    for address in ("http://[::1]:8000", f"https://{'x' * 60}.example.com", "http://localhost:1"):
        assert is_name(home.name_for(address, "default")), address
