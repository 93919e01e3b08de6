"""The names in a subject's figures, by number. Keys have Keydesk's ids: LiteLLM's hashes are not stored."""

from collections.abc import Callable

from msgspec import Struct

from keydesk.keys.rotation_policy import name_of_key
from keydesk.litellm import KeyNames


class NamedKey(Struct, array_like=True, frozen=True):
    """The last known alias and team of a key. Deleted keys keep them."""

    key_id: str
    alias: str | None = None
    team_id: str | None = None


class NameLists(Struct, array_like=True, frozen=True):
    """The stored form of the names. A name's index is its number."""

    models: list[str] = []
    providers: list[str] = []
    keys: list[NamedKey] = []


class Names:
    """Assigns consecutive numbers that never change. `key_id` converts LiteLLM's hash to Keydesk's id."""

    def __init__(self, lists: NameLists, key_id: Callable[[str], str]) -> None:
        self.models = list(lists.models)
        self.providers = list(lists.providers)
        self.keys = list(lists.keys)
        self._models = {name: number for number, name in enumerate(self.models)}
        self._providers = {name: number for number, name in enumerate(self.providers)}
        self._keys = {key.key_id: number for number, key in enumerate(self.keys)}
        self._key_id = key_id
        self._known_numbers: dict[str, int] = {}

    @property
    def lists(self) -> NameLists:
        return NameLists(self.models, self.providers, self.keys)

    def model(self, name: str) -> int:
        return _number(name, self.models, self._models)

    def provider(self, name: str) -> int:
        return _number(name, self.providers, self._providers)

    def key(self, token_hash: str, described: KeyNames) -> int:
        """Return the key's number. Details that LiteLLM no longer returns keep their last values."""
        known = self._known_numbers.get(token_hash)
        if known is not None:
            return known
        key_id = self._key_id(token_hash)
        number = self._keys.get(key_id)
        if number is None:
            number = self._keys[key_id] = len(self.keys)
            self.keys.append(NamedKey(key_id))
        old = self.keys[number]
        forgotten = described.key_alias is None and described.team_id is None
        if not forgotten:
            alias = name_of_key(described.key_alias) or old.alias
            self.keys[number] = NamedKey(key_id, alias, described.team_id)
        self._known_numbers[token_hash] = number
        return number


def _number(name: str, names: list[str], numbers: dict[str, int]) -> int:
    number = numbers.get(name)
    if number is None:
        number = numbers[name] = len(names)
        names.append(name)
    return number
