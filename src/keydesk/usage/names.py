"""The names in a subject's figures, each under a number. Keys go by our ids: LiteLLM's hashes are not kept."""

from collections.abc import Callable

from msgspec import Struct

from keydesk.litellm import KeyNames


class NamedKey(Struct, array_like=True, frozen=True):
    """The last that was known of a key; a key that was deleted keeps it."""

    key_id: str
    alias: str | None = None
    team_id: str | None = None


class NameLists(Struct, array_like=True, frozen=True):
    """The form in which names are kept: the number of a name is its place."""

    models: list[str] = []
    providers: list[str] = []
    keys: list[NamedKey] = []


class Names:
    """Numbers are given in order and never change. `key_id` makes the id people see of LiteLLM's hash."""

    def __init__(self, lists: NameLists, key_id: Callable[[str], str]) -> None:
        self.models = list(lists.models)
        self.providers = list(lists.providers)
        self.keys = list(lists.keys)
        self._models = {name: number for number, name in enumerate(self.models)}
        self._providers = {name: number for number, name in enumerate(self.providers)}
        self._keys = {key.key_id: number for number, key in enumerate(self.keys)}
        self._key_id = key_id
        self._met: dict[str, int] = {}

    @property
    def lists(self) -> NameLists:
        return NameLists(self.models, self.providers, self.keys)

    def model(self, name: str) -> int:
        return _number(name, self.models, self._models)

    def provider(self, name: str) -> int:
        return _number(name, self.providers, self._providers)

    def key(self, token_hash: str, described: KeyNames) -> int:
        """The key's number. What LiteLLM has forgotten of it stays as it was last told."""
        known = self._met.get(token_hash)
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
            self.keys[number] = NamedKey(key_id, described.key_alias or old.alias, described.team_id)
        self._met[token_hash] = number
        return number


def _number(name: str, names: list[str], numbers: dict[str, int]) -> int:
    number = numbers.get(name)
    if number is None:
        number = numbers[name] = len(names)
        names.append(name)
    return number
